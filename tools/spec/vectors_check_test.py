# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of vectors_check.py: each fault that it is for, planted in a copy."""

import copy
import unittest

import textproto
import vectors
import vectors_check

# Area, id, what is set (a path and a value; None takes it away), and a word of
# the complaint.
FAULTS = [
    # The form.
    ("frames", "response-hi", ["hex"], "0000000100000002686", "does not match"),
    ("frames", "response-hi", ["hex"], "000000010000000268 69", "does not"),
    ("frames", "response-hi", ["hex"], None, "not valid under any"),
    ("frames", "response-hi", ["remark"], "x", "Additional properties"),
    ("frames", "response-hi", ["id"], "Response_hi", "does not match"),
    ("frames", "response-hi", ["frames", 0, "id"], 1 << 32, "maximum"),
    ("frames", "response-hi", ["requirements"], [], "too short"),
    ("frames", "response-hi", ["requirements", 0], "FRM-003", "does not match"),
    ("frames", "response-hi", ["kind"], "framing", "is not one of"),
    ("streams", "stream-length-refused", ["limit"], None, "required"),
    ("streams", "stream-length-at-limit", ["announced"], 16,
     "should not be valid under"),
    ("sessions", "session-unknown-id", ["parent", "requirement"], None,
     "required"),
    ("sessions", "session-unknown-id", ["parent", "sees", 0, "call"], None,
     "required"),
    ("sessions", "session-sync-echo", ["child", "sees", 0, "kind"], "response",
     "is not one of"),
    ("string_pack", "string-pack-two", ["original", "accepts"], False,
     "required"),
    # The whole file.
    ("frames", None, ["count"], 24, "count is 24"),
    ("frames", None, ["area"], "requests", "area is"),
    ("frames", "event-hello", ["flags"], ["shiny"], "'shiny' means"),
    ("frames", "response-258", ["id"], "response-256", "stands twice"),
    # Frames and streams: what the octets do not bear out.
    ("frames", "response-hi", ["hex"], "01000000020000006869", "its frames"),
    ("frames", "response-hi", ["hex"], "00000001000000066869", "its frames"),
    ("frames", "response-hi", ["frames", 0, "id"], 2, "its frames"),
    ("frames", "response-hi", ["frames", 0, "id"], None, "every other frame"),
    ("frames", "response-hi", ["consumed"], 9, "its frames"),
    ("requests", "request-sync-ehi", ["form"], "either", "forms differ"),
    ("streams", "stream-sync-two-requests", ["chunks", 0], 11, "its chunks"),
    ("streams", "stream-length-at-limit", ["limit"], 15, "beyond the limit"),
    ("streams", "stream-length-refused", ["announced"], 1024, "announced is"),
    ("streams", "stream-length-refused", ["limit"], 1025, "is incomplete"),
    ("streams", "stream-end-inside-header", ["result"], "invalid",
     "is incomplete"),
    ("streams", "stream-end-inside-header", ["error_requirement"],
     "FR-ERR-004", "not among its requirements"),
    ("streams", "stream-request-id-zero", ["hex"], "0000000100000003456869",
     "valid but not delivered"),
    ("requests", "request-sync-2-24", ["flags"], ["boundary-length"], "'large'"),
    # Sessions.
    ("sessions", "session-stdio-empty", ["parent", "sees"], [], "sees last"),
    ("sessions", "session-sync-echo", ["parent", "result"], "clean",
     "sees last"),
    ("sessions", "session-unknown-id", ["child", "sees"],
     [{"kind": "request", "call": 1, "hex": "4561"}], "not on trial"),
    ("sessions", "session-stdio-empty", ["steps", 1, "from"], "parent",
     "behind its end"),
    # Serialisers.
    ("string_pack", "string-pack-two", ["strings", 0, "hex"], "6162",
     "canonical octets"),
    ("string_pack", "string-pack-128", ["parts", 0, "hex"], "8001",
     "canonical octets"),
    ("string_pack", "string-pack-overlong-1", ["hex"], "0161",
     "canonical octets"),
    ("protobuf", "protobuf-request", ["message"], "forkrpc.v1.Event",
     "is no forkrpc.v1.Event"),
    ("protobuf", "protobuf-request", ["value", "request", "method"], "gree",
     "are the message"),
    ("protobuf", "protobuf-request", ["hex"], "0a05677265", "finds it invalid"),
    ("protobuf", "protobuf-field-0", ["hex"], "0a00", "finds it valid"),
    ("raw", "raw-hi", ["strings", 0, "hex"], "68", "is not its octets"),
]


def plant(node, path, value):
  *steps, last = path
  for step in steps:
    node = node[step]
  if value is None:
    del node[last]
  else:
    node[last] = value


class CheckTest(unittest.TestCase):

  def setUp(self):
    self.files = {area: vectors.load(textproto.ROOT, area)
                  for area in vectors.AREAS}

  def test_nothing_to_say(self):
    checker = vectors_check.Checker(textproto.ROOT)
    for area, file in self.files.items():
      self.assertEqual(checker.check(area, file), [])

  def test_each_fault_is_found(self):
    for area, name, path, value, words in FAULTS:
      with self.subTest(name or area, path=path, value=value):
        file = copy.deepcopy(self.files[area])
        node = file
        if name:
          node, = [vector for vector in file["vectors"]
                   if vector["id"] == name]
        plant(node, path, value)
        complaints = vectors_check.Checker(textproto.ROOT).check(area, file)
        self.assertIn(words, "\n".join(complaints))

  def test_an_id_of_another_file(self):
    checker = vectors_check.Checker(textproto.ROOT)
    checker.check("frames", self.files["frames"])
    file = self.files["raw"]
    file["vectors"][0]["id"] = "response-hi"
    self.assertIn("stands twice", "\n".join(checker.check("raw", file)))


class EncoderTest(unittest.TestCase):

  def test_frames(self):
    self.assertEqual(vectors_check.encode_frame({"hex": "456869"}),
                     b"\0\0\0\3Ehi")
    self.assertEqual(vectors_check.encode_frame({"id": 0x80000001, "hex": ""}),
                     b"\x80\0\0\1\0\0\0\0")

  def test_strings(self):
    for size, length in ((0, "00"), (127, "7f"), (128, "8100"), (300, "822c"),
                         (16383, "ff7f"), (16384, "818000")):
      self.assertEqual(vectors_check.encode_string(b"a" * size),
                       bytes.fromhex(length) + b"a" * size)


class FormsTest(unittest.TestCase):
  """The .tsv and the .bin."""

  def test_octets(self):
    self.assertEqual(vectors.octets({"hex": "00ff"}), b"\0\xff")
    self.assertEqual(
        vectors.octets({"parts": [{"hex": "00"}, {"repeat": "6162", "count": 2},
                                  {"hex": "ff"}]}), b"\0abab\xff")

  def test_table(self):
    file = vectors.load(textproto.ROOT, "string_pack")
    head, *lines = vectors.table(file).splitlines()
    self.assertEqual(head, "#id\tresult\toctets\tcount\tstrings\t"
                     "error_requirement\toriginal\trequirements\tflags\tcomment")
    rows = {line.split("\t")[0]: line.split("\t")[1:7] for line in lines}
    self.assertEqual(len(rows), file["count"])
    self.assertEqual(rows["string-pack-two"],
                     ["valid", "0361626300", "2", "616263,-", "-", "accepts"])
    self.assertEqual(rows["string-pack-empty-list"][1:4], ["-", "0", "-"])
    self.assertEqual(rows["string-pack-one-empty"][1:4], ["00", "1", "-"])
    self.assertEqual(rows["string-pack-128"][1], "8100+61*128")
    self.assertEqual(rows["string-pack-unfinished"][2:4], ["-", "-"])

  def test_every_line_has_every_column(self):
    for area in vectors.AREAS:
      lines = vectors.table(vectors.load(textproto.ROOT, area)).splitlines()
      self.assertEqual({line.count("\t") for line in lines},
                       {lines[0].count("\t")}, area)

  def test_binaries(self):
    session = vectors.by_id(textproto.ROOT)["session-half-close-drain"]
    self.assertEqual(vectors.binaries(session), {
        "session-half-close-drain.to_child.bin":
            bytes.fromhex("00000001000000024561" "00000002000000024562"),
        "session-half-close-drain.to_parent.bin":
            bytes.fromhex("000000020000000162" "000000010000000161")})
    large = vectors.by_id(textproto.ROOT)["request-sync-2-24"]
    self.assertEqual(vectors.binaries(large), {})


if __name__ == "__main__":
  unittest.main()
