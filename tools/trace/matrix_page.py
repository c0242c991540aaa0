# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The matrix as one HTML page that fetches nothing.

  page = matrix_page.html(rows, columns, version, style)
"""

import html as html_lib
import re

import page_head

_TITLE = "forkrpc: requirements and what holds them"
_LEAD = (
    "Each numbered sentence of the specification, and what speaks of it: the "
    "C++ code that meets it, other implementations, tests, conformance cases, "
    "vectors, and transitions of the state machines. A cell that is marked is "
    "empty where something has to stand; the others may be empty.")
# Below this many, the names stand in the cell; else behind their number.
_FEW = 4
_SCRIPT = """\
const field = document.getElementById("filter");
const lacking = document.getElementById("lacking");
const rows = [...document.querySelectorAll("tbody tr")];
function show() {
  const words = field.value.toLowerCase().split(/\\s+/);
  let count = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = (lacking.checked && !row.querySelector(".lack")) ||
        !words.every((word) => text.includes(word));
    count += !row.hidden;
  }
  document.getElementById("shown").textContent = count + " shown";
}
function openAll(open) {
  for (const list of document.querySelectorAll("td details")) list.open = open;
}
field.addEventListener("input", show);
lacking.addEventListener("change", show);
document.getElementById("open").addEventListener("change",
    (event) => openAll(event.target.checked));
show();
"""


def html(rows, columns, version, style):
  """The page; `columns` are keys and titles, `style` is the style sheet."""
  parts = page_head.lines(_TITLE, style) + [
      "<header>",
      f"<h1>{_TITLE}</h1>",
      f"<p>Version {_text(version)}. {_LEAD}</p>",
      _counts(rows, columns),
      '<p class="controls"><label>Filter <input id="filter" type="search" '
      'placeholder="FR-CLS, drain, child/echo"></label>',
      '<label><input id="lacking" type="checkbox"> only what lacks something'
      "</label>",
      '<label><input id="open" type="checkbox"> unfold all</label>',
      '<span id="shown" role="status"></span></p>',
      "</header>",
      "<table>",
      "<thead><tr><th scope=col>requirement</th>" +
      "".join(f"<th scope=col>{_text(title)}</th>" for _, title in columns) +
      "</tr></thead>",
      "<tbody>",
      *(_row(row, columns) for row in rows),
      "</tbody>",
      "</table>",
      f"<script>\n{_SCRIPT}</script>",
      "</body>",
      "</html>",
      "",
  ]
  return "\n".join(parts)


def _text(text):
  return html_lib.escape(text, quote=True)


def _counts(rows, columns):
  """How many there are, and how many have something in each column."""
  counts = [("requirements", len(rows))]
  counts += [(level, sum(row.level == level for row in rows))
             for level in ("MUST", "SHOULD", "MAY")]
  counts += [(f"with {title}", sum(bool(row.cells[key]) for row in rows))
             for key, title in columns]
  items = [f"<div><dt>{_text(name)}</dt><dd>{count}</dd></div>"
           for name, count in counts]
  lack = sum(len(row.lacking) for row in rows)
  mark = ' class="lack"' if lack else ""
  return (f"<dl>{''.join(items)}"
          f"<div><dt>lacking</dt><dd{mark}>{lack}</dd></div></dl>")


def _row(row, columns):
  cells = "".join(_cell(row, key) for key, _ in columns)
  return f'<tr id="{row.id}">{_head(row)}{cells}</tr>'


def _head(row):
  binds = ", ".join([_all(row.roles, "ends"), _all(row.forms, "forms")])
  return (f'<th scope=row><a href="#{row.id}">{row.id}</a> '
          f'<span class="{row.level.lower()}">{row.level}</span> '
          f"<small>{binds}; by {row.testability.lower()}; the original "
          f"{row.original.lower().replace('_', ' ')}</small>"
          f"<p>{_text(row.sentence)}</p>"
          f"<details><summary>why, and how a breach shows</summary>"
          f"<p>{_text(row.rationale)}</p><p>{_text(row.how)}</p>"
          f"<p><small>{_text(row.section)}</small></p></details></th>")


def _all(names, what):
  """The names, or "both ends"."""
  return f"both {what}" if len(names) == 2 else " ".join(names).lower()


def _cell(row, key):
  names = row.cells[key]
  if key in row.lacking:
    return '<td class="lack">none</td>'
  if not names:
    return '<td class="empty">–</td>'
  items = "".join(f"<li>{_name(name)}</li>" for name in names)
  if len(names) < _FEW:
    return f"<td><ul>{items}</ul></td>"
  return (f"<td><details><summary>{len(names)}</summary><ul>{items}</ul>"
          "</details></td>")


def _name(name):
  """A path is shown by its last part; hovering shows the whole."""
  folder, slash, last = name.rpartition("/")
  if not slash or ":" not in last:
    return _breakable(name)
  return (f'<span title="{_text(name)}"><span class="folder">'
          f"{_breakable(folder + slash)}</span>{_breakable(last)}</span>")


def _breakable(name):
  """The name, which a line may leave behind its parts."""
  return re.sub("([/_])", r"\1<wbr>", _text(name))
