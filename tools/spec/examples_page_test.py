# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""examples.md shows the vectors' own octets, and says of them what is so."""

import unittest

import examples_page
import prose
import textproto
import vectors


def session(form, steps, **sides):
  return {
      "id": "x", "form": form, "comment": "C.",
      "steps": [{"from": {">": "parent", "<": "child"}[step[0]],
                 **({"end": True} if step[2:] == "end" else {"hex": step[2:]})}
                for step in steps],
      **sides}


def remarks(vector):
  return [line.partition("    # ")[2]
          for line in examples_page.session_lines(vector)]


OPEN = {"result": "open", "sees": []}


class LineTest(unittest.TestCase):

  def test_each_frame_has_a_line_with_its_fields_apart(self):
    self.assertEqual(
        examples_page.session_lines(session(
            "sync", ["> 000000024561" + "00000000", "< 000000010000000161",
                     "> end"], parent=OPEN, child=OPEN)),
        ["> 00 00 00 02  45 61              # request 1, 2 octets: \"Ea\"",
         "> 00 00 00 00                     # request 2, 0 octets",
         "< 00 00 00 01  00 00 00 01  61    # response to call 1, 1 octet: "
         "\"a\"",
         "> end"])

  def test_responses_are_told_by_id_in_the_async_form(self):
    self.assertEqual(remarks(session(
        "async", ["> 0000000100000000" + "ffffffff00000000",
                  "< ffffffff00000000" + "ffffffff00000000" + "0000000000000000"
                 ], parent=OPEN, child=OPEN)), [
                     "request 1, id 1, 0 octets",
                     "request 2, id 0xffffffff, 0 octets",
                     "response to call 2, id 0xffffffff, 0 octets",
                     "response to no call, id 0xffffffff, 0 octets",
                     "event, 0 octets"])

  def test_and_by_order_in_the_sync_form(self):
    self.assertEqual(remarks(session(
        "sync", ["> 00000000" + "00000000",
                 "< 0000000700000000" + "0000000100000000" * 2
                ], parent=OPEN, child=OPEN))[2:], [
                    "response to call 1, id 7, 0 octets",
                    "response to call 2, 0 octets",
                    "response to no call, id 1, 0 octets"])

  def test_what_is_cut_or_too_long_is_said(self):
    self.assertEqual(remarks(session(
        "sync", ["> 0000", "< 0000000100000002ff", "< 00000001000000026100"],
        parent={"limit": 1}, child={})), [
            "2 of the 4 octets of a header", "1 of 2 octets of payload",
            "response to no call, id 1, 2 octets; the receiver's limit is 1"])


class PageTest(unittest.TestCase):

  def setUp(self):
    self.text = examples_page.make(textproto.ROOT)
    self.vectors = vectors.by_id(textproto.ROOT)
    self.document = prose.read("examples.md", self.text)

  def test_octets_are_those_of_the_vectors_in_their_order(self):
    self.assertGreater(len(self.document.examples), 30)
    for example in self.document.examples:
      vector = self.vectors[example.vector]
      with self.subTest(example.vector):
        self.assertEqual((example.octets(">"), example.octets("<")),
                         vectors.directions(vector))
        turns = [mark for mark, _ in example.lines]
        wanted = [{"parent": ">", "child": "<"}[step["from"]]
                  for step in vector["steps"]]
        # A step may be several frames.
        self.assertEqual([mark for at, mark in enumerate(turns)
                          if turns[at - 1:at] != [mark]],
                         [mark for at, mark in enumerate(wanted)
                          if wanted[at - 1:at] != [mark]])

  def test_the_outcome_is_said_where_it_is_not_open(self):
    for example in self.document.examples:
      vector = self.vectors[example.vector]
      part = self.text.split(f"### {vector['id']}\n")[1].split("\n#")[0]
      for name in ("parent", "child"):
        side = vector[name]
        said = f"- *{name.capitalize()}*: "
        with self.subTest(example.vector, side=name):
          if vector["parent"]["result"] == vector["child"]["result"] == "open":
            self.assertNotIn(said, part)
          else:
            self.assertIn(said, part)
            self.assertIn(f"#{side['requirement']})" if "requirement" in side
                          else said, part)

  def test_words_of_an_outcome(self):
    for line in (
        "- *Parent*: response 2, call 1 fails, call 3 fails; reports an error "
        "([ERR-003](wire.md#FR-ERR-003)).",
        "- *Child*: request 1, request 2, request 3; its function fails, ends "
        "with another exit status ([ERR-012](wire.md#FR-ERR-012)).",
        "- *Parent*: event `a`, response 1; clean end.",
        "- *Child*: ends with exit status 0."):
      self.assertIn(line + "\n", self.text)

  def test_headings_and_tables(self):
    for line in (
        "## Calls", "## What a child has to notice", "### session-sync-echo",
        '| `["abc", ""]` | `03 61 62 63 00` |', "| `[]` | no octets |",
        "| payload | what is wrong | clause | the original takes it for |",
        "| payload | what is wrong | clause |"):
      self.assertIn(f"\n{line}\n", self.text)

  def test_an_empty_event_is_an_event(self):
    self.assertEqual(examples_page.outcome("parent", {
        "result": "open", "sees": [{"kind": "event", "hex": ""},
                                   {"kind": "event", "hex": "00"}]}),
                     "*Parent*: event, event; the connection stays open.")

  def test_every_short_string_pack_vector_is_in_the_tables(self):
    for vector in vectors.load(textproto.ROOT, "string_pack")["vectors"]:
      octets = vectors.octets(vector)
      if octets and len(octets) <= 14:
        self.assertIn(f"`{octets.hex(' ')}` |", self.text)

  def test_a_vector_that_is_gone_is_an_error(self):
    with self.assertRaisesRegex(ValueError, "session-sync-echo"):
      examples_page.markdown([], [])


if __name__ == "__main__":
  unittest.main()
