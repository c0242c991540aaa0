# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Counts the lines of the testees' adapters: adapter_lines.py [--update]

An adapter is what a testee needs beyond the implementation itself: the file child.*
or parent.* beside its manifest. Comments, docstrings and blank lines do not count.
Complains about an adapter above the ceiling and about a table in README.md that
says something else; --update writes the table.

Exit status: 0 clean, 1 complaints (one a line), 2 a testee that cannot be counted.
"""

import ast
import json
import pathlib
import re
import sys

# Lines; the contract is too much work for whoever needs more.
CEILING = 50
# Those that serve many sessions may have so many more.
FOR_SESSIONS = 15
# C++ spells out includes, types and errors: what they had when they were measured.
CEILINGS = {("cc", "child"): 81, ("cc", "parent"): 82, ("cc_async", "child"): 72}
COMMENT = {".cc": "//", ".js": "//", ".pl": "#", ".py": "#", ".rb": "#",
           ".sh": "#"}
START, END = "<!-- adapter lines -->\n", "<!-- end -->\n"


class CountError(ValueError):
  """This adapter cannot be counted."""


def count_lines(suffix, text):
  """The lines of a program that are not blank and more than a comment."""
  if suffix not in COMMENT:
    raise CountError(f"no rule for {suffix!r}: say in COMMENT what a comment is")
  lines = text.splitlines()
  if suffix == ".py":
    for first, last in _docstrings(text):
      lines[first:last] = [""] * (last - first)
  if suffix in (".cc", ".js"):
    lines = re.sub(r"^\s*/\*.*?\*/", "", "\n".join(lines),
                   flags=re.DOTALL | re.MULTILINE).split("\n")
  return sum(1 for line in map(str.strip, lines)
             if line and not line.startswith(COMMENT[suffix]))


def _docstrings(text):
  for node in ast.walk(ast.parse(text)):
    body = getattr(node, "body", None)
    if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
      value = body[0].value
      if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield body[0].lineno - 1, body[0].end_lineno


def measure(folder):
  """{(testee, role): lines} and {testee: manifest} of the folders below this."""
  lines, manifests = {}, {}
  for path in sorted(folder.glob("*/testee.json")):
    name = path.parent.name
    manifests[name] = json.loads(path.read_text(encoding="utf-8"))
    for role in {"child", "parent"} & manifests[name].keys():
      found = [file for file in path.parent.glob(role + ".*")
               if file.suffix in COMMENT]
      if len(found) != 1:
        raise CountError(f"{name}: {len(found)} files {role}.*, not one")
      lines[name, role] = count_lines(
          found[0].suffix, found[0].read_text(encoding="utf-8"))
  return lines, manifests


def complaints(lines, manifests):
  """What is above its ceiling."""
  found = []
  for (name, role), count in sorted(lines.items()):
    ceiling = CEILINGS.get((name, role), CEILING)
    if manifests[name].get("sessions") == "many":
      ceiling += FOR_SESSIONS
    if count > ceiling:
      found.append(f"{name}: the adapter of the {role} has {count} lines, the "
                   f"ceiling is {ceiling}")
  return found


def table(lines, manifests):
  """The rows of README.md."""
  rows = ["| testee | language | child | parent |\n|---|---|---|---|\n"]
  for name, manifest in sorted(manifests.items()):
    rows.append(
        f"| [{name}]({name}) | {manifest['language']} | "
        f"{lines.get((name, 'child'), '-')} | {lines.get((name, 'parent'), '-')} |\n")
  return "".join(rows)


def with_table(readme, rows):
  """The page with these rows between its marks."""
  head, start, rest = readme.partition(START)
  _, end, tail = rest.partition(END)
  if not start or not end:
    raise CountError("README.md has no marks for the table")
  return head + start + rows + end + tail


def main(arguments):
  folder = pathlib.Path(__file__).resolve().parent
  try:
    lines, manifests = measure(folder)
    if not lines:
      raise CountError(f"no testees below {folder}")
    readme = folder / "README.md"
    before = readme.read_text(encoding="utf-8")
    after = with_table(before, table(lines, manifests))
  except CountError as error:
    print(f"adapter_lines: {error}", file=sys.stderr)
    return 2
  if "--update" in arguments:
    readme.write_text(after, encoding="utf-8")
    before = after
  found = complaints(lines, manifests)
  if before != after:
    found.append("README.md: the table is stale: adapter_lines.py --update")
  for line in found:
    print(line)
  return 1 if found else 0


if __name__ == "__main__":
  sys.exit(main(sys.argv[1:]))
