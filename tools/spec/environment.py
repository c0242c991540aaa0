# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Holds spec/environment.md against the FORKRPC_ names that the sources use.

Each name that a tracked file has is in a row of the page, and each row's name is
in a source. Not counted are what the preprocessor defines (include guards and
macros), names that only tests have, and NOT_VARIABLES.

usage: environment.py    (in a checkout)
Exit status: 0 they agree, 1 they do not (one line each).
"""

import pathlib
import re
import subprocess
import sys

PAGE = "spec/environment.md"
NOT_VARIABLES = {
    "FORKRPC_EMBED": "the delimiter of the raw strings that embed.cc writes",
}
_NAME = re.compile(r"\bFORKRPC_[A-Z0-9_]*[A-Z0-9]\b")
_MACRO = re.compile(r"^\s*#\s*(?:define|ifn?def|undef|endif\s*//)\s+(\w+)|"
                    r"-D(FORKRPC_\w+)", re.MULTILINE)
_ROW = re.compile(r"^\| `(FORKRPC_\w+)` \|", re.MULTILINE)
_TEST = re.compile(r"(^|/)(test_[^/]*|[^/]*_test(_util|_bed)?\.[a-z]+)$|/testdata/")
# What says of itself which names it speaks of.
_OWN = (PAGE, "tools/spec/environment.py")
_FIELDS = 5


def names(files):
  """Where each name stands: {name: [path, ...]}, of {path: text}."""
  found = {}
  macros = {next(filter(None, match.groups()))
            for text in files.values() for match in _MACRO.finditer(text)}
  for path, text in files.items():
    for name in set(_NAME.findall(text)) - macros - set(NOT_VARIABLES):
      found.setdefault(name, []).append(path)
  return found


def check(page, files):
  """Yields what does not fit between the page and the other files."""
  rows = _ROW.findall(page)
  found = names({p: t for p, t in files.items() if p not in _OWN})
  for name in sorted({n for n in rows if rows.count(n) > 1}):
    yield f"{PAGE}: {name} has more than one row"
  for name in sorted(set(rows) - set(NOT_VARIABLES)):
    if not [p for p in found.get(name, ()) if not p.endswith(".md")]:
      yield f"{PAGE}: nothing uses {name}"
  for name, paths in sorted(found.items()):
    outside = sorted(p for p in paths if not _TEST.search(p))
    if outside and name not in rows:
      yield f"{outside[0]}: {name} is not in {PAGE}"
  for line in page.splitlines():
    if _ROW.match(line) and len(line.strip("| ").split(" | ")) != _FIELDS:
      yield f"{PAGE}: not {_FIELDS} fields: {line}"


def tracked(root):
  """The text of every tracked file that has such a name."""
  listed = subprocess.run(
      ["git", "-C", str(root), "grep", "-lIzw", "-e", "FORKRPC_[A-Z0-9_]*"],
      capture_output=True, text=True, check=True).stdout
  return {p: (root / p).read_text(encoding="utf-8")
          for p in listed.split("\0") if p}


def main():
  root = pathlib.Path(__file__).resolve().parents[2]
  problems = list(check((root / PAGE).read_text(encoding="utf-8"),
                        tracked(root)))
  for problem in problems:
    print(problem)
  return 1 if problems else 0


if __name__ == "__main__":
  sys.exit(main())
