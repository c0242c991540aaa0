# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""What the pages made from the specification have in common: head and colours.

  lines = page_head.lines("Title", page_head.style("tools/spec/page.css"))
"""

import html

import textproto


def style(sheet):
  """The palette and the style sheet at that path from the root, as one."""
  return "".join(
      (textproto.ROOT / path).read_text(encoding="utf-8")
      for path in ("tools/spec/palette.css", sheet))


def lines(title, style_text):
  """A page up to and with <body>."""
  return [
      "<!DOCTYPE html>",
      '<html lang="en">',
      "<head>",
      '<meta charset="utf-8">',
      '<meta name="viewport" content="width=device-width, initial-scale=1">',
      '<meta name="color-scheme" content="light dark">',
      f"<title>{html.escape(title)}</title>",
      f"<style>\n{style_text}</style>",
      "</head>",
      "<body>",
  ]
