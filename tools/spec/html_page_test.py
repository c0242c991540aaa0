# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The one page says what the documents say; its checker sees what is broken."""

import contextlib
import io
import pathlib
import tempfile
import unittest

import html_page
import page_check

WIRE = """# The wire

Version 1.2. See [the forms](#the-forms-all-of-them), [all](requirements.md),
[one](#FR-FRM-001), [why](rationale.md#why-so), [other](rationale.md), [code](../cc/x.cc) and
[RFC 2119](https://www.rfc-editor.org/rfc/rfc2119).

## The `forms`, all of them?

- <a id="FR-FRM-001"></a>**[FR-FRM-001]** A parent MUST NOT send `a < b`.
- <a id="FR-FRM-002"></a>**[FR-FRM-002]** A child SHOULD do so.

<!-- no example: nothing -->

> **Note:** So it is.

| a | b |
|---|---|
| 1 | 2 |

```hex vector=two
> 00 01  61    # "a" & more
< end
```

- an ordinary item, by FRM-001 and `FRM-002`, **FR-FRM-002** and not FRM-003

```mermaid
stateDiagram-v2
  [*] --> OPEN
```
"""
RATIONALE = """# Rationale

## Why so

Because of [FR-FRM-002](wire.md#FR-FRM-002).
"""
TEXTS = {"wire.md": WIRE, "rationale.md": RATIONALE}
IDS = {"FR-FRM-001", "FR-FRM-002"}


class PageTest(unittest.TestCase):

  def setUp(self):
    self.page = html_page.build(TEXTS, "p { margin: 0 }\n")

  def test_is_sound(self):
    self.assertEqual(page_check.defects(self.page, IDS), [])

  def test_links_lead_into_the_page_or_nowhere(self):
    for made in ('<a href="#wire--the-forms-all-of-them">the forms</a>',
                 '<a href="#FR-FRM-001">one</a>',
                 '<a href="#rationale--why-so">why</a>',
                 '<a href="#rationale">other</a>',
                 '<a href="#FR-FRM-002">FR-FRM-002</a>',
                 '<a href="https://www.rfc-editor.org/rfc/rfc2119">RFC 2119</a>',
                 '<span class="file" title="in the repository: cc/x.cc">code<',
                 'title="in the repository: spec/requirements.md">all</span>'):
      self.assertIn(made, self.page)

  def test_requirements_are_blocks_with_level_and_permalink(self):
    self.assertIn(
        '<li id="FR-FRM-001" class="req must"><a class="id" href="#FR-FRM-001">'
        'FR-FRM-001</a><span>A parent <b class="key">MUST NOT</b> send '
        "<code>a &lt; b</code>.</span></li>", self.page)
    self.assertIn('<li id="FR-FRM-002" class="req should">', self.page)
    self.assertIn("<li>an ordinary item", self.page)

  def test_requirements_that_are_named_are_links(self):
    self.assertIn('by <a href="#FR-FRM-001">FRM-001</a> and '
                  '<code>FRM-002</code>, <strong><a href="#FR-FRM-002">'
                  "FR-FRM-002</a></strong> and not FRM-003</li>", self.page)

  def test_examples_have_direction_groups_remark_and_vector(self):
    self.assertIn(
        '<tr class="parent"><td class="from">parent &gt;</td>'
        '<td class="octets">'
        "<span>00 01</span> <span>61</span></td>"
        '<td class="remark">&quot;a&quot; &amp; more</td></tr>', self.page)
    self.assertIn("<span>end</span>", self.page)
    self.assertIn("vector <code>two</code>", self.page)

  def test_notes_tables_and_comments(self):
    self.assertIn('<blockquote class="note">\n<p><strong>Note.</strong> So',
                  self.page)
    self.assertIn('<div class="scroll"><table>\n<thead>\n<tr>\n<th>a</th>',
                  self.page)
    self.assertEqual(self.page.count("<table>"), 2)
    self.assertNotIn("no example", self.page)

  def test_diagrams_are_drawn(self):
    self.assertIn('<figure class="diagram scroll"><svg role="img" aria-label='
                  '"State diagram: The `forms`, all of them?"', self.page)
    self.assertNotIn("stateDiagram", self.page)

  def test_a_document_that_is_missing_is_an_error(self):
    with tempfile.TemporaryDirectory() as folder:
      with self.assertRaises(FileNotFoundError):
        html_page.read(pathlib.Path(folder))

  def test_a_broken_page_is_not_made(self):
    for broken, status in (("", 0), ("See [x](wire.md#nowhere).\n", 1)):
      with tempfile.TemporaryDirectory() as folder, self.subTest(broken):
        spec, out = pathlib.Path(folder), pathlib.Path(folder) / "page.html"
        for name, _ in html_page.DOCUMENTS:
          (spec / name).write_text("# Title\n", encoding="utf-8")
        (spec / "security.md").write_text("# S\n\n" + broken, encoding="utf-8")
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
          self.assertEqual(html_page.main(["--spec", str(spec), "--out",
                                           str(out)]), status)
        self.assertEqual(out.exists(), not status)
        self.assertEqual("#wire--nowhere leads nowhere" in said.getvalue(),
                         bool(status))

  def test_contents_and_version(self):
    self.assertIn('<li><a href="#wire">The wire</a>\n<ol>\n'
                  '<li><a href="#wire--the-forms-all-of-them">The forms, '
                  "all of them?</a></li>",
                  self.page)
    self.assertIn("Version 1.2</p>", self.page)
    self.assertNotIn("<ol>\n</ol>", html_page.build(
        {"wire.md": "# The wire\n"}, ""))


class CheckTest(unittest.TestCase):

  def assert_defects(self, body, *found, requirements=frozenset()):
    page = f"<!DOCTYPE html>\n<html><body>{body}</body></html>\n"
    self.assertEqual(page_check.defects(page, set(requirements)), list(found))

  def test_sound(self):
    self.assert_defects('<p id="a"><a href="#a">a</a><br><code>**</code></p>')

  def test_tags(self):
    self.assert_defects("<p><b>x</p>",
                        "line 2: </p> closes ('b', 'line 2')")
    self.assert_defects("</b>",
                        "line 2: </b> closes ('body', 'line 2')")
    self.assertIn("line 1: <p> is never closed",
                  page_check.defects("<p>", set()))

  def test_tags_without_content(self):
    self.assert_defects('<svg><path d=""/></svg><br/><p>a **b</p>',
                        "line 2: Markdown is left: '**b'")
    self.assert_defects('<b/><a id="x" id="y"></a>',
                        "line 2: <a> has an attribute twice")

  def test_code_ends_where_its_tag_does(self):
    self.assert_defects("<pre><code>**</pre>**",
                        "line 2: </pre> closes ('code', 'line 2')",
                        "line 2: Markdown is left: '**'")

  def test_ids_and_links(self):
    self.assert_defects('<p id="a"></p><p id="a"></p>', "id a stands 2 times")
    self.assert_defects('<a href="#b">b</a>', "line 2: #b leads nowhere")
    self.assert_defects('<a href="wire.md">b</a>',
                        "line 2: wire.md leads out of the page")
    self.assert_defects('<a href="https://example.org/">b</a>')

  def test_nothing_is_fetched(self):
    self.assert_defects('<img src="x.png">', "line 2: <img> would be fetched")
    self.assert_defects("<script>1</script>",
                        "line 2: <script> would be fetched")
    self.assert_defects("<style>@import 'x';</style>",
                        "line 2: the style sheet fetches something")

  def test_markdown_that_was_not_understood(self):
    for left in ("a **b", "```hex", "[a](b.md)", "| a | b |", "\n## x"):
      with self.subTest(left):
        self.assertRegex(
            page_check.defects(f"<p>{left}</p>", set())[0], "Markdown is left")

  def test_each_requirement_has_one_anchor(self):
    self.assert_defects('<p id="FR-FRM-001"></p>',
                        "FR-FRM-002 has no anchor",
                        "FR-FRM-001 is anchored and not in the prose",
                        requirements=["FR-FRM-002"])

  def test_main(self):
    with tempfile.TemporaryDirectory() as folder:
      paths = [pathlib.Path(folder) / name for name in ("p.html", "w.md")]
      paths[1].write_text(WIRE, encoding="utf-8")
      for page, status, said in (
          (html_page.build({"wire.md": WIRE}, ""), 0, ""),
          ('<p id="FR-FRM-001"></p>', 1, "FR-FRM-002 has no anchor\n")):
        paths[0].write_text(page, encoding="utf-8")
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
          self.assertEqual(page_check.main(paths), status)
        self.assertEqual(printed.getvalue(), said)


if __name__ == "__main__":
  unittest.main()
