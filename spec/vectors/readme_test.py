# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of README.md, beside this file, and compares the output.

A block of sh is followed by one of text, which is what it prints. The table of
areas is held against the .tsv.
"""

import os
import pathlib
import re
import subprocess
import unittest

FOLDER = pathlib.Path(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"],
                      "spec", "vectors")
README = (FOLDER / "README.md").read_text(encoding="utf-8")


class ReadmeTest(unittest.TestCase):

  def test_commands(self):
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.DOTALL | re.M)
    self.assertEqual([kind for kind, _ in blocks], ["sh", "text"] * 3)
    for (_, command), (_, output) in zip(blocks[::2], blocks[1::2]):
      found = subprocess.run(["sh", "-eu"], input=command, cwd=FOLDER,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             universal_newlines=True, check=False)
      self.assertEqual(found.stdout, output, command)
      self.assertEqual(found.returncode, 0, command)

  def test_counts(self):
    rows = re.findall(r"^\| `(\w+)` \|.*\| (\d+) \|$", README, re.M)
    self.assertEqual(sorted(area for area, _ in rows),
                     sorted(path.stem for path in FOLDER.glob("*.tsv")))
    for area, count in rows:
      lines = (FOLDER / f"{area}.tsv").read_text(encoding="utf-8").splitlines()
      self.assertEqual(len(lines) - 1, int(count), area)


if __name__ == "__main__":
  unittest.main()
