# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Finds links in the specification's Markdown that lead nowhere.

A relative link has to name a file of the checkout, and what stands behind its
"#" a heading, as forges make anchors of headings, or an <a id> of that file.
This is for those who read the files; the one page has a check of its own.

usage: links.py    (in a checkout; looks at every .md below spec/)
Exit status: 0 all lead somewhere, 1 one does not (file:line first, each).
"""

import pathlib
import re
import sys

import prose

_LINK = re.compile(r"\[[^\[\]]*\]\(([^()\s]+)\)")
_ANCHOR = re.compile(r'<a id="([^"]+)"></a>')
_HEADING = re.compile(r"^#{1,6} +(.+?) *#*$")
_OUTSIDE = ("http://", "https://", "mailto:")


def _prose_lines(text):
  """The numbered lines that are not in a fenced block, code taken out."""
  fenced = False
  for number, line in enumerate(text.splitlines(), 1):
    if line.startswith("```"):
      fenced = not fenced
    elif not fenced and not line.startswith("    "):
      yield number, re.sub(r"`[^`]*`", "``", line), line


def anchors(text):
  """Every anchor of a document; a heading that comes again gets -1, -2, ..."""
  found = set(_ANCHOR.findall(text))
  counts = {}
  for _, _, line in _prose_lines(text):
    heading = _HEADING.match(line)
    if heading:
      slug = prose.slug(heading[1])
      count = counts[slug] = counts.get(slug, -1) + 1
      found.add(f"{slug}-{count}" if count else slug)
  return found


def _problem(root, document, target):
  path, _, fragment = target.partition("#")
  file = (document.parent / path).resolve() if path else document
  if root not in (file, *file.parents):
    return f"{target} leads out of the repository"
  if not file.exists():
    return f"{target}: there is no {file.relative_to(root)}"
  if fragment and (file.suffix != ".md" or
                   fragment not in anchors(file.read_text(encoding="utf-8"))):
    return f"{target}: {file.relative_to(root)} has no #{fragment}"
  return None


def check(root, documents):
  """One complaint for each link that leads nowhere."""
  complaints = []
  for document in documents:
    text = document.read_text(encoding="utf-8")
    for number, line, _ in _prose_lines(text):
      for target in _LINK.findall(line):
        problem = (None if target.startswith(_OUTSIDE) else
                   _problem(root, document, target))
        if problem:
          complaints.append(f"{document.relative_to(root)}:{number}: {problem}")
  return complaints


def main():
  # Bazel's link to this file leads into the checkout.
  root = pathlib.Path(__file__).resolve().parents[2]
  documents = sorted((root / "spec").rglob("*.md"))
  complaints = check(root, documents)
  for complaint in complaints:
    print(complaint)
  print(f"{len(documents)} documents, {len(complaints)} complaints")
  return 1 if complaints else 0


if __name__ == "__main__":
  sys.exit(main())
