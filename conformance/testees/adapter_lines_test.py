# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of adapter_lines.py, and that the tree keeps to it."""

import unittest

import adapter_lines


class CountTest(unittest.TestCase):

  def test_what_is_no_line(self):
    self.assertEqual(
        adapter_lines.count_lines(".py", '# a\n"""b\nc"""\n\nd = 1  # e\n'), 1)
    self.assertEqual(
        adapter_lines.count_lines(".py", 'def a():\n  """b"""\n  return "c"\n'), 2)
    self.assertEqual(
        adapter_lines.count_lines(".js", "/** a\n * b */\n// c\nd /* e */;\n}\n"), 2)
    self.assertEqual(adapter_lines.count_lines(".sh", "#!/bin/sh\n \n  # a\nb\n"), 1)
    self.assertEqual(adapter_lines.count_lines(".py", 'a = """\nb\n"""\n'), 3)

  def test_an_unknown_language(self):
    with self.assertRaises(adapter_lines.CountError):
      adapter_lines.count_lines(".cob", "")

  def test_ceilings(self):
    manifests = {"a": {}, "cc": {}, "m": {"sessions": "many"}}
    self.assertEqual(adapter_lines.complaints(
        {("a", "child"): 50, ("m", "child"): 65}, manifests), [])
    self.assertEqual(len(adapter_lines.complaints(
        {("a", "child"): 51, ("cc", "child"): 999, ("m", "child"): 66},
        manifests)), 3)

  def test_table(self):
    rows = adapter_lines.table({("a", "child"): 7}, {"a": {"language": "A"}})
    self.assertIn("| [a](a) | A | 7 | - |\n", rows)
    page = "x\n" + adapter_lines.START + "old\n" + adapter_lines.END + "y\n"
    self.assertEqual(adapter_lines.with_table(page, rows), page.replace("old\n", rows))
    with self.assertRaises(adapter_lines.CountError):
      adapter_lines.with_table("x", rows)

  def test_the_tree(self):
    self.assertEqual(adapter_lines.main([]), 0)


if __name__ == "__main__":
  unittest.main()
