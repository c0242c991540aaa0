# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""tree.py reads what belongs to the project, and says what it cannot read."""

import pathlib
import subprocess
import tempfile
import unittest

from tools.trace import fixture
from tools.trace import tree


class FilesTest(unittest.TestCase):

  def setUp(self):
    super().setUp()
    folder = tempfile.TemporaryDirectory()
    self.addCleanup(folder.cleanup)
    self.root = pathlib.Path(folder.name)
    for path in ("a.md", "cc/b.cc", "out/c", ".local/d", "bazel-bin/e"):
      (self.root / path).parent.mkdir(exist_ok=True)
      (self.root / path).write_text("")

  def git(self, *command):
    subprocess.run(["git", "-C", str(self.root), *command], check=True,
                   capture_output=True)

  def test_without_git_every_file_but_what_is_made(self):
    self.assertEqual(tree.files(self.root), ["a.md", "cc/b.cc"])

  def test_with_git_what_it_tracks_or_would(self):
    self.git("init")
    (self.root / ".gitignore").write_text("/out/\n/.local/\n/bazel-*\n")
    (self.root / "gone").write_text("")
    self.git("add", "a.md", "gone")
    (self.root / "gone").unlink()
    self.assertEqual(tree.files(self.root), [".gitignore", "a.md", "cc/b.cc"])


class ReadTest(unittest.TestCase):

  def setUp(self):
    super().setUp()
    self.checkout = fixture.Checkout(self)

  def problems(self):
    return [str(p) for p in tree.read(self.checkout.root).problems]

  def test_a_case_or_a_machine_that_cannot_be_read(self):
    path = "conformance/cases/child/b.textproto"
    self.checkout.write(path, 'id: "b"\nsteps { what: 1 }\n')
    self.checkout.edit(tree.MACHINES, "states", "stages")
    case, machine = self.problems()
    self.assertRegex(case, f"^{path}:2:9 : .*what")
    self.assertRegex(machine, f"^{tree.MACHINES}:3:3 : .*stages")

  def test_a_file_that_is_no_text_is_left_out(self):
    (self.checkout.root / "cc/c.cc").write_bytes(b"\xff\n//= nonsense FR-\n")
    self.checkout.write("cc/c.bin", "//= nonsense FR-\n")
    self.assertEqual(self.problems(), [])

  def test_other_json_is_no_vector(self):
    self.checkout.write("cc/v.json", '{"vectors": [{"id": "v"}]}')
    self.checkout.write("spec/vectors/v.tsv", "no JSON")
    found = [v.id for v in tree.read(self.checkout.root).vectors]
    self.assertEqual(found, ["hi", "value"])
    self.assertEqual(self.problems(), [])

  def test_a_vector_has_its_line(self):
    self.assertEqual([v.line for v in tree.read(self.checkout.root).vectors],
                     [2, 6])


if __name__ == "__main__":
  unittest.main()
