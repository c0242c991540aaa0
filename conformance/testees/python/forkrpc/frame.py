# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Frames: octets to (id, payload) and back. No descriptors here."""

import struct

MAX_FRAME = 16 << 20  # Octets of one received payload.


class WireError(Exception):
  """The connection cannot go on; kind is "protocol", "eof" or "io"."""

  def __init__(self, kind, text, requirement=None):
    super().__init__(text)
    self.kind = kind
    self.requirement = requirement


def encode_frame(frame_id, payload):
  """A frame; the sync form's requests have no id, so frame_id is None.

  Raises ValueError for a payload whose length does not fit in 32 bits.
  """
  #= spec/wire.md#FR-FRM-004
  #= spec/wire.md#FR-FRM-005
  if len(payload) > 0xFFFFFFFF:
    raise ValueError(f"payload of {len(payload)} octets, limit {0xFFFFFFFF}")
  if frame_id is None:
    return struct.pack(">I", len(payload)) + payload
  return struct.pack(">II", frame_id, len(payload)) + payload


class FrameDecoder:
  """Cuts a stream into frames, however it was cut into reads.

  1. Holds only octets that have arrived and are not yet in a frame.
  2. A header is judged as soon as it is complete.
  3. After an error there are no more frames.
  """

  def __init__(self, has_id, max_frame=MAX_FRAME, check_id=None):
    """check_id(id) returns None, or (requirement, text) to refuse a header."""
    self._header = struct.Struct(">II" if has_id else ">I")
    self._max_frame = max_frame
    self._check_id = check_id
    self._octets = bytearray()
    self._offset = 0        # Of _octets[0] in the stream.
    self._current = None    # (id, length) once the header is judged.
    self._error = None

  def feed(self, octets):
    self._octets += octets

  def next(self):
    """The next (id, payload), or None if more octets are needed."""
    #= spec/wire.md#FR-FRM-006
    #= spec/wire.md#FR-FRM-007
    #= spec/wire.md#FR-LIM-005
    if self._error:
      raise self._error
    if self._current is None:
      if len(self._octets) < self._header.size:
        return None
      fields = self._header.unpack_from(self._octets)
      self._judge(fields[0] if len(fields) == 2 else None, fields[-1])
      self._current = (fields[0] if len(fields) == 2 else None, fields[-1])
    frame_id, length = self._current
    #= spec/wire.md#FR-LIM-001
    end = self._header.size + length
    if len(self._octets) < end:
      return None
    with memoryview(self._octets) as view:
      payload = bytes(view[self._header.size:end])
    del self._octets[:end]
    self._offset += end
    self._current = None
    return frame_id, payload

  def end(self):
    """The stream has ended; raises if that is inside a frame."""
    if self._error:
      raise self._error
    if self._octets:
      self._fail("FR-ERR-005", "end of the stream in a frame of which "
                 f"{len(self._octets)} octets have arrived")

  def _judge(self, frame_id, length):
    refusal = self._check_id and self._check_id(frame_id)
    if refusal:
      self._fail(*refusal)
    if length > self._max_frame:
      self._fail("FR-LIM-002", f"length {length}, limit {self._max_frame}")

  def _fail(self, requirement, text):
    self._error = WireError(
        "protocol", f"frame at offset {self._offset}: {text}", requirement)
    raise self._error
