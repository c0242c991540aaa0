# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Makes one HTML page of the whole specification; nothing is fetched by it.

usage: html_page.py --spec FOLDER --out PAGE
Exit status: 0 made, 1 the page would be broken (each defect on standard error).
"""

import argparse
import html
import pathlib
import re
import sys

import machine_check
import page_check
import page_head
import page_markdown

TITLE = "The forkrpc specification"
SUBTITLE = ("Calls, responses and events between a parent and its worker "
            "process, over a byte stream")

# What the page holds, in this order: file and anchor.
DOCUMENTS = (
    ("invariants.md", "invariants"),
    ("wire.md", "wire"),
    ("serialisers.md", "serialisers"),
    ("conformance.md", "conformance"),
    ("machines.md", "machines"),
    ("examples.md", "examples"),
    ("requirements.md", "requirements"),
    ("differences.md", "differences"),
    ("perl_start.md", "perl-start"),
    ("launchers.md", "launchers"),
    ("environment.md", "environment"),
    ("security.md", "security"),
    ("rationale.md", "rationale"),
)
_VERSION = re.compile(r"^Version (\d+\.\d+)\.", re.MULTILINE)


def read(folder):
  """The documents: name to text, in the order of the page."""
  return {name: (folder / name).read_text(encoding="utf-8")
          for name, _ in DOCUMENTS}


def contents(sections):
  """The table of contents: each document and its sections of the first rank."""
  lines = ["<ol>"]
  for section in sections:
    title, *headings = section.headings
    lines.append(f'<li><a href="#{title.anchor}">{title.title}</a>')
    inner = [heading for heading in headings if heading.level == 3]
    if inner:
      lines.append("<ol>")
      lines += [f'<li><a href="#{heading.anchor}">{heading.title}</a></li>'
                for heading in inner]
      lines.append("</ol>")
    lines.append("</li>")
  return "\n".join([*lines, "</ol>"])


def build(texts, style):
  """The page of these documents (name to text).

  What links to a document that is not among them is not a link.
  """
  anchors = {name: anchor for name, anchor in DOCUMENTS if name in texts}
  known = machine_check.requirement_ids(texts.values())
  sections = [page_markdown.convert(name, text, anchors, known)
              for name, text in texts.items()]
  version = _VERSION.search(texts.get("wire.md", ""))
  parts = page_head.lines(TITLE, style) + [
      '<a class="skip" href="#text">Skip to the text</a>',
      '<nav aria-label="Contents">',
      '<input type="checkbox" id="menu"><label for="menu">Contents</label>',
      contents(sections),
      "</nav>",
      '<main id="text">',
      "<header>",
      f"<h1>{html.escape(TITLE)}</h1>",
      f'<p class="subtitle">{html.escape(SUBTITLE)}</p>',
      f'<p class="version">Version {version[1]}</p>' if version else "",
      "</header>",
  ]
  for section in sections:
    parts += [f'<section class="{anchors[section.name]}">', section.body,
              "</section>"]
  parts += ["</main>", "</body>", "</html>", ""]
  return "\n".join(parts)


def main(argv):
  parser = argparse.ArgumentParser()
  parser.add_argument("--spec", required=True, type=pathlib.Path)
  parser.add_argument("--out", required=True, type=pathlib.Path)
  options = parser.parse_args(argv)
  style = page_head.style("tools/spec/page.css")
  texts = read(options.spec)
  page = build(texts, style)
  defects = page_check.defects(
      page, machine_check.requirement_ids(texts.values()))
  for defect in defects:
    print(f"{options.out.name}: {defect}", file=sys.stderr)
  if defects:
    return 1
  options.out.write_text(page, encoding="utf-8")
  return 0


if __name__ == "__main__":
  sys.exit(main(sys.argv[1:]))
