# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Draws a Mermaid state diagram as SVG, with Graphviz.

It knows the part of stateDiagram-v2 that spec/machines.md uses: `direction`,
`A --> B`, `A --> B : label`, [*] for the beginning and the end, and <br/> in a
label. Anything else is a ValueError. Lines and letters are in currentColor.

  svg = diagram.svg("stateDiagram-v2\\n[*] --> OPEN", "The parent")
"""

import html
import re
import subprocess

_EDGE = re.compile(r"(\S+) --> (\S+?)(?: ?: ?(.*))?$")
_DIRECTION = re.compile(r"direction (TB|LR)$")
_DOT = ["dot", "-Tsvg"]


def parse(text):
  """The direction and the edges (from, to, label) of a diagram."""
  lines = [line.strip() for line in text.splitlines() if line.strip()]
  if not lines or lines[0] != "stateDiagram-v2":
    raise ValueError(f"not a state diagram: {text[:40]!r}")
  direction, edges = "TB", []
  for line in lines[1:]:
    edge, turned = _EDGE.match(line), _DIRECTION.match(line)
    if edge:
      edges.append((edge[1], edge[2], edge[3] or ""))
    elif turned:
      direction = turned[1]
    else:
      raise ValueError(f"not understood in a state diagram: {line!r}")
  return direction, edges


def _quoted(text):
  escaped = text.replace("\\", "\\\\").replace('"', '\\"')
  return '"' + escaped.replace("<br/>", "\\n") + '"'


def dot(text):
  """The diagram in Graphviz's language."""
  direction, edges = parse(text)
  lines = [
      "digraph {",
      f"  rankdir={direction} bgcolor=transparent nodesep=0.35 ranksep=0.45",
      '  node [shape=box style=rounded fontname="DejaVu Sans" fontsize=11'
      " height=0.35 margin=\"0.14,0.06\"]",
      '  edge [fontname="DejaVu Sans" fontsize=9.5 arrowsize=0.7]',
  ]
  for start, end, label in edges:
    if start == "[*]":
      lines.append('  "begin" [shape=point width=0.13]')
    if end == "[*]":
      lines.append(f"  {_quoted(start)} [peripheries=2]")
      continue
    start = "begin" if start == "[*]" else start
    lines.append(f"  {_quoted(start)} -> {_quoted(end)}"
                 f" [label={_quoted(label)}]")
  return "\n".join([*lines, "}", ""])


def svg(text, name):
  """The diagram as an <svg> element that bears the accessible name."""
  drawn = subprocess.run(_DOT, input=dot(text), capture_output=True,
                         check=False, text=True)
  if drawn.returncode:
    raise ValueError(f"dot: {drawn.stderr.strip()}")
  element = drawn.stdout[drawn.stdout.index("<svg"):]
  element = re.sub(r"<!--.*?-->|<title>.*?</title>", "", element,
                   flags=re.DOTALL)
  # Its ids are the same in every diagram, and a page has many.
  element = re.sub(r' (?:id|class|xmlns\S*)="[^"]*"', "", element)
  element = element.replace('"black"', '"currentColor"')
  element = re.sub(r'fill="(?!none|currentColor)[^"]*"', 'fill="none"', element)
  element = re.sub(r'stroke="(?!none|currentColor)[^"]*"', 'stroke="none"',
                   element)
  element = re.sub(r' font-family="[^"]*"', "", element)
  element = re.sub(r"\n\s*\n", "\n", element).strip()
  return element.replace(
      "<svg", f'<svg role="img" aria-label="{html.escape(name)}"', 1)
