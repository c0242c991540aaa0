# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Diagrams: everything that is in the text is drawn, in the page's colours."""

import html.parser
import re
import unittest
from unittest import mock

import diagram

TEXT = """stateDiagram-v2
    direction LR
    [*] --> OPEN
    OPEN --> CLOSING : half-close
    CLOSING --> DONE : the end,<br/>"nothing" & no more
    DONE --> [*]
"""


class DiagramTest(unittest.TestCase):

  def test_parse(self):
    self.assertEqual(diagram.parse(TEXT), ("LR", [
        ("[*]", "OPEN", ""), ("OPEN", "CLOSING", "half-close"),
        ("CLOSING", "DONE", 'the end,<br/>"nothing" & no more'),
        ("DONE", "[*]", "")]))

  def test_refuses_what_it_would_not_draw(self):
    for text in ("graph TD", "stateDiagram-v2\nstate A {\n}",
                 "stateDiagram-v2\nA -> B"):
      with self.subTest(text), self.assertRaises(ValueError):
        diagram.parse(text)

  def test_begins_at_a_point_and_ends_in_a_double_frame(self):
    lines = [line.strip() for line in diagram.dot(TEXT).splitlines()]
    self.assertIn('"begin" -> "OPEN" [label=""]', lines)
    self.assertEqual(lines.count('"begin" [shape=point width=0.13]'), 1)
    self.assertIn('"OPEN" -> "CLOSING" [label="half-close"]', lines)
    self.assertIn('"DONE" [peripheries=2]', lines)
    self.assertEqual(sum("->" in line for line in lines), 3)

  def test_a_failing_dot_is_an_error(self):
    with mock.patch.object(diagram, "_DOT", ["dot", "-Tnone-such"]):
      with self.assertRaisesRegex(ValueError, "dot: .*none-such"):
        diagram.svg(TEXT, "x")

  def test_draws_all_of_it(self):
    svg = diagram.svg(TEXT, 'The "parent"')
    words = []
    parser = html.parser.HTMLParser()
    parser.handle_data = lambda data: words.append(data.strip())
    parser.feed(svg)
    self.assertEqual(sorted(word for word in words if word), [
        '"nothing" & no more', "CLOSING", "DONE", "OPEN", "half-close",
        "the end,"])
    self.assertIn('aria-label="The &quot;parent&quot;"', svg)

  def test_has_the_pages_colours_and_no_ids(self):
    svg = diagram.svg(TEXT, "x")
    self.assertEqual(set(re.findall(r'(?:fill|stroke)="([^"]*)"', svg)),
                     {"none", "currentColor"})
    self.assertNotRegex(svg, r'\bid="')


if __name__ == "__main__":
  unittest.main()
