# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of string_pack.py: by known octets, and against Perl's own pack."""

import shutil
import subprocess
import time
import unittest

from forkrpc import string_pack
from forkrpc.string_pack import StringPackError

ALL_OCTETS = bytes(range(256))
LENGTHS = {
    0: "00", 1: "01", 127: "7f", 128: "8100", 16383: "ff7f", 16384: "818000",
    2097151: "ffff7f", 2097152: "81808000",
}


def perl(code, octets):
  return subprocess.run(["perl", "-we", "binmode $_ for *STDIN, *STDOUT;" +
                         "local $/; my $in = <STDIN>;" + code], input=octets,
                        stdout=subprocess.PIPE, check=True).stdout


class StringPackTest(unittest.TestCase):

  def test_lengths_have_their_shortest_form(self):
    for length, octets in LENGTHS.items():
      payload = bytes.fromhex(octets) + b"x" * length
      self.assertEqual(string_pack.encode([b"x" * length]), payload)
      self.assertEqual(string_pack.decode(payload), [b"x" * length])

  #= spec/serialisers.md#FR-SER-008
  def test_text_is_refused(self):
    for text in ("\u0100", "ascii"):
      with self.assertRaises(TypeError):
        string_pack.encode([b"first", text])

  def test_lists_survive(self):
    for strings in ([], [b""], [b"", b""], [ALL_OCTETS],
                    [b"\0", b"", b"\xff" * 300, b"end"]):
      payload = string_pack.encode(strings)
      self.assertEqual(string_pack.decode(payload), strings)
      self.assertEqual(string_pack.decode(payload, lenient=True), strings)

  def test_empty_list_is_the_empty_payload(self):
    self.assertEqual(string_pack.encode([]), b"")
    self.assertEqual(string_pack.decode(b""), [])

  def test_end_inside_a_length_is_an_error(self):
    for octets in ("81", "80", "016181", "ffffff"):
      for lenient in (False, True):
        with self.assertRaises(StringPackError):
          string_pack.decode(bytes.fromhex(octets), lenient)

  def test_length_beyond_the_end(self):
    for octets in ("05616263", "8f808080 03616263".replace(" ", "")):
      payload = bytes.fromhex(octets)
      with self.assertRaises(StringPackError) as caught:
        string_pack.decode(payload)
      self.assertEqual(caught.exception.offset, 0)
      self.assertEqual(string_pack.decode(payload, lenient=True), [b"abc"])

  def test_offset_is_that_of_the_bad_length(self):
    with self.assertRaises(StringPackError) as caught:
      string_pack.decode(bytes.fromhex("0261620561"))
    self.assertEqual(caught.exception.offset, 3)

  def test_longer_form(self):
    for zeros in (1, 2, 20):
      payload = b"\x80" * zeros + b"\x01a"
      with self.assertRaises(StringPackError):
        string_pack.decode(payload)
      self.assertEqual(string_pack.decode(payload, lenient=True), [b"a"])

  def test_length_of_2_to_the_63_is_an_error(self):
    for length in (1 << 63, (1 << 64) - 1, (1 << 64) + 3, 1 << 70):
      groups = []
      while length:
        groups.insert(0, length & 0x7F | (0x80 if groups else 0))
        length >>= 7
      for lenient in (False, True):
        with self.assertRaises(StringPackError):
          string_pack.decode(bytes(groups) + b"abc", lenient)

  def test_long_runs_take_linear_time(self):
    for octet in (b"\x80", b"\xff"):
      start = time.monotonic()
      with self.assertRaises(StringPackError):
        string_pack.decode(octet * 1000000, lenient=True)
      self.assertLess(time.monotonic() - start, 5)


@unittest.skipUnless(shutil.which("perl"), "perl is not installed")
class AgainstPerlTest(unittest.TestCase):

  def test_encoder(self):
    for length in list(LENGTHS) + list(range(120, 140)):
      packed = perl('print pack "(w/a*)*", $in, "", "z"', b"q" * length)
      self.assertEqual(string_pack.encode([b"q" * length, b"", b"z"]), packed)

  def test_lenient_decoder(self):
    # Perl's list comes back in a form without lengths in base 128.
    for octets in ("", "00", "0000", "05616263", "8080016102", "7f00", "8100",
                   "01ff0180", "8f80808003616263"):
      payload = bytes.fromhex(octets)
      lines = perl(
          'print map { unpack("H*", $_) . "\\n" } unpack "(w/a*)*", $in',
          payload).decode().split("\n")[:-1]
      strings = string_pack.decode(payload, lenient=True)
      self.assertEqual([string.hex() for string in strings], lines, octets)


if __name__ == "__main__":
  unittest.main()
