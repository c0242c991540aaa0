# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of frame.py."""

import tracemalloc
import unittest

from forkrpc.frame import FrameDecoder, WireError, encode_frame

# (id, payload) and the octets, ids from edge to edge.
FRAMES = [
    (0, b"event", "00000000 00000005 6576656e74"),
    (1, b"", "00000001 00000000"),
    (0x80000000, b"\0", "80000000 00000001 00"),
    (0xFFFFFFFF, b"\xff\xfe", "ffffffff 00000002 fffe"),
    (0x01020304, bytes(range(256)) * 3, None),
]


def frames_in(octets, cuts=(), has_id=True, **kwargs):
  decoder = FrameDecoder(has_id, **kwargs)
  frames = []
  start = 0
  for end in [*cuts, len(octets)]:
    decoder.feed(octets[start:end])
    start = end
    frames.extend(iter(decoder.next, None))
  decoder.end()
  return frames


class EncodeTest(unittest.TestCase):

  def test_octets(self):
    for frame_id, payload, octets in FRAMES:
      if octets:
        self.assertEqual(
            encode_frame(frame_id, payload), bytes.fromhex(octets))
    self.assertEqual(encode_frame(None, b"Ehi"), b"\0\0\0\3Ehi")

  def test_length_beyond_32_bits_is_refused(self):

    class Huge(bytes):

      def __len__(self):
        return 1 << 32

    with self.assertRaises(ValueError):
      encode_frame(1, Huge())


class DecodeTest(unittest.TestCase):

  def setUp(self):
    self.frames = [frame[:2] for frame in FRAMES]
    self.octets = b"".join(encode_frame(*frame) for frame in self.frames)

  def test_any_cut_gives_the_same_frames(self):
    size = len(self.octets)
    for cuts in [(), range(1, size), *([cut] for cut in range(1, size))]:
      self.assertEqual(frames_in(self.octets, cuts), self.frames)

  def test_sync_requests_have_no_id(self):
    octets = b"\0\0\0\0" + b"\0\0\0\1x" + b"\0\0\0\2yz"
    expected = [(None, b""), (None, b"x"), (None, b"yz")]
    for cuts in ((), range(1, len(octets))):
      self.assertEqual(frames_in(octets, cuts, has_id=False), expected)

  def test_end_inside_a_frame_is_an_error_and_between_frames_is_not(self):
    octets = b"".join(encode_frame(*frame) for frame in self.frames[:4])
    ends = [0]
    for frame in self.frames[:4]:
      ends.append(ends[-1] + len(encode_frame(*frame)))
    for end in range(len(octets) + 1):
      if end in ends:
        frames_in(octets[:end])
        continue
      with self.assertRaises(WireError) as caught:
        frames_in(octets[:end])
      self.assertEqual(caught.exception.requirement, "FR-ERR-005")

  def test_length_is_judged_with_the_header(self):
    self.assertEqual(
        frames_in(encode_frame(7, b"12345"), max_frame=5), [(7, b"12345")])
    decoder = FrameDecoder(True, max_frame=5)
    decoder.feed(encode_frame(7, b"1234") + b"\0\0\0\7\0\0\0")
    self.assertEqual(decoder.next(), (7, b"1234"))
    self.assertIsNone(decoder.next())
    decoder.feed(b"\6")
    with self.assertRaisesRegex(WireError, "offset 12: length 6, limit 5"):
      decoder.next()

  def test_id_is_judged_once_and_with_the_header(self):
    asked = []

    def check(frame_id):
      asked.append(frame_id)
      return ("FR-X", "bad id") if frame_id == 9 else None

    decoder = FrameDecoder(True, check_id=check)
    for octet in encode_frame(8, b"abc") + encode_frame(9, b"abc")[:8]:
      try:
        decoder.feed(bytes([octet]))
        decoder.next()
      except WireError as error:
        self.assertEqual(error.requirement, "FR-X")
        break
    else:
      self.fail("id 9 was accepted")
    with self.assertRaises(WireError):
      decoder.next()
    self.assertEqual(asked, [8, 9])

  def test_nothing_after_an_error(self):
    decoder = FrameDecoder(True, max_frame=5)
    decoder.feed(encode_frame(1, b"123456") + encode_frame(2, b""))
    for step in (decoder.next, decoder.next, decoder.end):
      with self.assertRaises(WireError):
        step()

  def test_no_memory_from_a_length_field(self):
    decoder = FrameDecoder(True, max_frame=0xFFFFFFFF)
    tracemalloc.start()
    decoder.feed(b"\0\0\0\1\xff\xff\xff\xff" + b"x" * 1000)
    self.assertIsNone(decoder.next())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    self.assertLess(peak, 100000)


if __name__ == "__main__":
  unittest.main()
