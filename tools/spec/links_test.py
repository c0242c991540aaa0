# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""links.py sees every kind of link that leads nowhere, and no other."""

import pathlib
import tempfile
import unittest

import links

TARGET = """# A `Title`, and more

## Twice
## Twice

- <a id="FR-FRM-001"></a>**[FR-FRM-001]** x
"""


class LinksTest(unittest.TestCase):

  def complaints(self, text):
    with tempfile.TemporaryDirectory() as folder:
      root = pathlib.Path(folder).resolve()
      (root / "spec").mkdir()
      (root / "LICENSE").write_text("")
      (root / "spec" / "b.md").write_text(TARGET)
      document = root / "spec" / "a.md"
      document.write_text(text)
      return links.check(root, [document])

  def test_links_that_lead_somewhere(self):
    self.assertEqual(self.complaints(
        "# Me\n[a](#me) [b](b.md) [c](../LICENSE)\n[d](b.md#a-title-and-more)\n"
        "[e](b.md#FR-FRM-001) [f](b.md#twice-1) [g](https://example.org/#x)\n"
        "`[code](none.md)`\n\n    [code](none.md)\n\n```\n[code](none.md)\n```\n"
    ), [])

  def test_links_that_lead_nowhere(self):
    for target, what in (
        ("none.md", "there is no spec/none.md"),
        ("#you", "spec/a.md has no #you"),
        ("b.md#twice-2", "spec/b.md has no #twice-2"),
        ("b.md#FR-FRM-002", "spec/b.md has no #FR-FRM-002"),
        ("../LICENSE#x", "LICENSE has no #x")):
      with self.subTest(target):
        self.assertEqual(self.complaints(f"# Me\n\nSee [x]({target}).\n"),
                         [f"spec/a.md:3: {target}: {what}"])

  def test_a_link_out_of_the_repository(self):
    self.assertEqual(self.complaints("[x](../../x.md)\n"), [
        "spec/a.md:1: ../../x.md leads out of the repository"])


if __name__ == "__main__":
  unittest.main()
