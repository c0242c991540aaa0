# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Finds what is broken in the one-page specification.

Tags that do not match, an id that stands twice, a link within the page that
leads nowhere, anything that a browser would fetch, Markdown that was not
understood, and requirements without their one anchor.

usage: page_check.py PAGE PROSE...
Exit status: 0 sound, 1 defects (on standard output).
"""

import collections
import html.parser
import pathlib
import re
import sys

import machine_check

_VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta",
         "source", "wbr"}
_FETCHING = {"audio", "base", "embed", "iframe", "img", "link", "object",
             "script", "source", "video"}
_MARKDOWN = re.compile(r"```|\]\(|\*\*|^#+ |^\|.*\|", re.MULTILINE)
_REQUIREMENT = re.compile(r"FR-[A-Z]{3}-\d{3}$")


class _Parser(html.parser.HTMLParser):

  def __init__(self):
    super().__init__()
    self.defects = []
    self.ids = collections.Counter()
    self.links = []  # (href, where)
    self._open = []  # (tag, where)
    self._code = 0

  def _where(self):
    return f"line {self.getpos()[0]}"

  def handle_starttag(self, tag, attrs):
    values = dict(attrs)
    if len(values) != len(attrs):
      self.defects.append(f"{self._where()}: <{tag}> has an attribute twice")
    if values.get("id") is not None:
      self.ids[values["id"]] += 1
    if values.get("href") is not None:
      self.links.append((values["href"], self._where()))
    if tag in _FETCHING or any(name in values for name in ("src", "srcset")):
      self.defects.append(f"{self._where()}: <{tag}> would be fetched")
    if tag in _VOID:
      return
    self._open.append((tag, self._where()))
    self._code += tag in ("code", "pre", "style", "svg")

  def handle_startendtag(self, tag, attrs):
    self.handle_starttag(tag, attrs)
    if tag not in _VOID:
      self.handle_endtag(tag)

  def handle_endtag(self, tag):
    if not self._open or self._open[-1][0] != tag:
      self.defects.append(f"{self._where()}: </{tag}> closes "
                          f"{self._open[-1] if self._open else 'nothing'}")
      # Go on as if only this one were wrong.
      if tag not in (name for name, _ in self._open):
        return
      while self._open[-1][0] != tag:
        self._code -= self._open.pop()[0] in ("code", "pre", "style", "svg")
    self._open.pop()
    self._code -= tag in ("code", "pre", "style", "svg")

  def handle_data(self, data):
    style = self._open and self._open[-1][0] == "style"
    if style and re.search(r"@import|url\(", data):
      self.defects.append(f"{self._where()}: the style sheet fetches something")
    found = None if self._code else _MARKDOWN.search(data)
    if found:
      self.defects.append(f"{self._where()}: Markdown is left: "
                          f"{data[found.start():][:40]!r}")

  def finish(self):
    self.close()
    self.defects += [f"{where}: <{tag}> is never closed"
                     for tag, where in self._open]


def defects(page, requirements):
  """What is wrong with the page that should anchor these requirements."""
  parser = _Parser()
  parser.feed(page)
  parser.finish()
  found = parser.defects
  found += [f"id {name} stands {count} times"
            for name, count in parser.ids.items() if count > 1]
  for href, where in parser.links:
    if href.startswith("#"):
      if href[1:] not in parser.ids:
        found.append(f"{where}: {href} leads nowhere")
    elif not href.startswith(("https://", "http://", "mailto:")):
      found.append(f"{where}: {href} leads out of the page")
  anchored = {name for name in parser.ids if _REQUIREMENT.match(name)}
  found += [f"{name} has no anchor" for name in sorted(requirements - anchored)]
  found += [f"{name} is anchored and not in the prose"
            for name in sorted(anchored - requirements)]
  return found


def main(argv):
  page, *prose = [pathlib.Path(path).read_text(encoding="utf-8")
                  for path in argv]
  found = defects(page, machine_check.requirement_ids(prose))
  for defect in found:
    print(defect)
  return 1 if found else 0


if __name__ == "__main__":
  sys.exit(main(sys.argv[1:]))
