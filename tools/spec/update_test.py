# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""update.py sees every kind of stale file and mends it."""

import contextlib
import io
import os
import pathlib
import tempfile
import unittest
from unittest import mock

import update

ONE = update.Generator("spec/a.md", lambda root: "fresh\n")
MANY = update.Generator("spec/bin/*.bin", lambda root: {
    "spec/bin/x.bin": b"\x00\xff", "spec/bin/y.bin": b""})


class UpdateTest(unittest.TestCase):

  def setUp(self):
    folder = tempfile.TemporaryDirectory()
    self.addCleanup(folder.cleanup)
    self.root = pathlib.Path(folder.name)

  def put(self, path, content):
    (self.root / path).parent.mkdir(parents=True, exist_ok=True)
    (self.root / path).write_bytes(content)

  def test_writes_what_is_missing_and_is_then_content(self):
    self.assertEqual(update.write(self.root, [ONE, MANY]), [
        "wrote spec/a.md", "wrote spec/bin/x.bin", "wrote spec/bin/y.bin"])
    self.assertEqual((self.root / "spec/bin/x.bin").read_bytes(), b"\x00\xff")
    self.assertEqual(update.check(self.root, [ONE, MANY]), [])
    self.assertEqual(update.write(self.root, [ONE, MANY]), [])

  def test_check_writes_nothing(self):
    self.assertEqual(len(update.check(self.root, [ONE, MANY])), 3)
    self.assertEqual(list(self.root.iterdir()), [])

  def test_names_file_defect_and_command(self):
    update.write(self.root, [ONE, MANY])
    self.put("spec/a.md", b"fresh")
    (self.root / "spec/bin/x.bin").unlink()
    self.put("spec/bin/old.bin", b"")
    refresh = "to refresh it: bazel run //tools/spec:update"
    self.assertEqual(update.check(self.root, [ONE, MANY]), [
        f"spec/a.md is stale; {refresh}",
        f"spec/bin/x.bin is missing; {refresh}",
        f"spec/bin/old.bin is left over; {refresh}"])

  def test_removes_what_nobody_makes(self):
    self.put("spec/bin/old.bin", b"")
    self.put("spec/bin/old.txt", b"")
    self.assertIn("removed spec/bin/old.bin", update.write(self.root, [MANY]))
    self.assertEqual(sorted(p.name for p in (self.root / "spec/bin").iterdir()),
                     ["old.txt", "x.bin", "y.bin"])

  def test_refuses_a_file_outside_the_pattern(self):
    stray = update.Generator("spec/bin/*.bin", lambda root: {"cc/x.cc": ""})
    with self.assertRaisesRegex(ValueError, "cc/x.cc does not match"):
      update.write(self.root, [stray])


class MainTest(unittest.TestCase):

  def run_main(self, generator, *options):
    """Its exit status and what it printed, on both streams."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(
        printed), mock.patch.object(update, "generators", lambda: [generator]):
      return update.main(list(options)), printed.getvalue()

  def test_checks_and_writes_in_the_checkout(self):
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(
        os.environ, BUILD_WORKSPACE_DIRECTORY=folder):
      status, printed = self.run_main(ONE, "--check")
      self.assertEqual(status, 1)
      self.assertRegex(printed, "^spec/a.md is missing; to refresh it: ")
      self.assertEqual(self.run_main(ONE), (0, "wrote spec/a.md\n"))
      self.assertEqual(self.run_main(ONE, "--check"), (0, ""))

  def test_a_wrong_source(self):
    def fail(root):
      raise ValueError("x.json: bad")

    self.assertEqual(self.run_main(update.Generator("spec/a.md", fail)),
                     (2, "update: x.json: bad\n"))


class TreeTest(unittest.TestCase):

  def test_no_file_has_two_makers(self):
    paths = [generator.path for generator in update.generators()]
    self.assertEqual(len(paths), len(set(paths)))


if __name__ == "__main__":
  unittest.main()
