# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The program does what its commands say, and its exit status tells."""

import contextlib
import io
import os
import unittest
from unittest import mock

from tools.trace import fixture
from tools.trace import main
from tools.trace import records


class MainTest(unittest.TestCase):

  def setUp(self):
    super().setUp()
    self.checkout = fixture.Checkout(self)
    root = str(self.checkout.root)
    patch = mock.patch.dict(os.environ, BUILD_WORKSPACE_DIRECTORY=root,
                            BUILD_WORKING_DIRECTORY=root)
    patch.start()
    self.addCleanup(patch.stop)

  def run_main(self, *argv):
    """The exit status and both outputs together."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
      status = main.main(argv)
    return status, out.getvalue()

  def test_check_counts_what_it_read(self):
    status, text = self.run_main("check")
    self.assertEqual(status, 0)
    self.assertTrue(text.endswith(
        "trace: 4 requirements, 1 cases, 2 vectors, 2 citations in code, 1 in "
        "tests; 0 problems\n"), text)

  def test_check_fails_with_a_line_for_each_problem(self):
    self.checkout.write("cc/a.cc", "")
    status, text = self.run_main("check")
    self.assertEqual(status, 1)
    self.assertEqual(text.count("is a MUST that nothing in cc/"), 2)
    self.assertIn("2 problems\n", text)

  def test_update_writes_what_follows_from_the_prose(self):
    self.checkout.edit("spec/wire.md", "MAY rest.", "MAY sleep.")
    self.assertEqual(self.run_main("check")[0], 1)
    self.assertEqual(self.run_main("update"), (0, f"{records.FILE}: written\n"))
    self.assertEqual(self.run_main("update"),
                     (0, f"{records.FILE}: nothing to do\n"))
    self.assertEqual(self.run_main("check")[0], 0)

  def test_release_publishes_what_fits_once(self):
    self.checkout.edit("spec/wire.md", "MAY rest.", "MAY sleep.")
    before = self.checkout.read(records.FILE)
    self.assertEqual(self.run_main("release"), (
        1, "trace: not released; `check` says why\n"))
    self.assertEqual(self.checkout.read(records.FILE), before)
    self.run_main("update")
    self.assertEqual(self.run_main("release")[0], 0)
    self.assertEqual(self.run_main("check")[0], 0)
    status, text = self.run_main("release")
    self.assertEqual(status, 2)
    self.assertIn("1.0 is released already", text)

  def test_update_refuses_to_reword_what_is_released(self):
    self.checkout.release()
    self.checkout.edit("spec/wire.md", "MAY rest.", "MAY sleep.")
    before = self.checkout.read(records.FILE)
    status, text = self.run_main("update")
    self.assertEqual(status, 2)
    self.assertIn("FR-FRM-003 was reworded, but 1.0 is released", text)
    self.assertEqual(self.checkout.read(records.FILE), before)

  def test_matrix_is_a_page_or_a_table(self):
    self.assertEqual(self.run_main("matrix", "m.html")[0], 0)
    self.assertTrue(self.checkout.read("m.html").startswith("<!DOCTYPE html>"))
    self.assertIn("--paper", self.checkout.read("m.html"))
    self.assertEqual(self.run_main("matrix", "m.tsv")[0], 0)
    self.assertEqual(self.run_main("matrix"), (0, self.checkout.read("m.tsv")))
    self.assertTrue(self.checkout.read("m.tsv").startswith("id\tlevel"))

  def test_records_that_cannot_be_read(self):
    self.checkout.write(records.FILE, "rolls")
    self.assertEqual(self.run_main("check")[0], 1)
    self.assertEqual(self.run_main("matrix")[0], 2)


if __name__ == "__main__":
  unittest.main()
