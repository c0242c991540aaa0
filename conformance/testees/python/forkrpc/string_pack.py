# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The string-pack serialiser, Perl's (w/a*)*: a list of octet strings.

decode() is strict unless asked to be lenient. Time and memory are linear in the
payload, whatever lengths it names. Errors: StringPackError, with the offset.

    assert decode(encode([b"add", b"2"])) == [b"add", b"2"]
"""

_MAX_LENGTH = (1 << 63) - 1  # The original refuses what is above it.


class StringPackError(ValueError):
  """The payload is no string-pack list; offset is in octets."""

  def __init__(self, offset, text):
    super().__init__(f"string-pack at offset {offset}: {text}")
    self.offset = offset


def encode(strings):
  """The payload for a sequence of bytes objects."""
  return b"".join(_encode_length(len(string)) + string for string in strings)


def decode(payload, lenient=False):
  """The list of bytes objects in a payload.

  lenient accepts what the original accepts besides: a length beyond the end
  (it takes what is left) and one that is not in the shortest form.
  """
  #= spec/serialisers.md#FR-SER-002
  #= spec/serialisers.md#FR-SER-006
  strings = []
  offset = 0
  while offset < len(payload):
    start = offset
    length, offset = _decode_length(payload, offset, lenient)
    left = len(payload) - offset
    if length > left and not lenient:
      raise StringPackError(start, f"length {length}, {left} octets are left")
    strings.append(bytes(payload[offset:offset + length]))
    offset += length
  return strings


def _encode_length(length):
  #= spec/serialisers.md#FR-SER-001
  octets = [length & 0x7F]
  length >>= 7
  while length:
    octets.append(length & 0x7F | 0x80)
    length >>= 7
  return bytes(reversed(octets))


def _decode_length(payload, start, lenient):
  """Returns the length at start and the offset behind it."""
  if payload[start] == 0x80 and not lenient:
    raise StringPackError(start, "length is not in the shortest form")
  length = 0
  for offset in range(start, len(payload)):
    length = length << 7 | payload[offset] & 0x7F
    if length > _MAX_LENGTH:
      raise StringPackError(start, f"length is above {_MAX_LENGTH}")
    if payload[offset] < 0x80:
      return length, offset + 1
  #= spec/serialisers.md#FR-SER-003
  raise StringPackError(start, "payload ends inside a length")
