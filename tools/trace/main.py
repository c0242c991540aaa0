# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Holds the specification's sentences and all that speaks of them together.

  bazel run //tools/trace -- check          names what does not fit
  bazel run //tools/trace -- update         fills in what follows from the prose
  bazel run //tools/trace -- release        publishes the version of the records
  bazel run //tools/trace -- matrix [FILE]  requirement x code x test x case ...
                                            FILE.html is a page, any other FILE
                                            and no FILE a table with tabs

Exit status: 0 all fits, 1 something does not, 2 it could not be done.
"""

import argparse
import datetime
import os
import pathlib
import sys

import page_head
from tools.trace import matrix
from tools.trace import matrix_page
from tools.trace import records
from tools.trace import rules
from tools.trace import tree


def _root():
  # `bazel run` says where the checkout is; in a test, this file is a link into
  # it.
  return pathlib.Path(os.environ.get(
      "BUILD_WORKSPACE_DIRECTORY",
      pathlib.Path(os.path.realpath(__file__)).parents[2]))


def _check(root):
  checkout = tree.read(root)
  problems = rules.check(checkout)
  for problem in problems:
    print(problem)
  for note in rules.notes(checkout):
    print(f"note: {note}")
  print(f"trace: {len(checkout.sentences)} requirements, "
        f"{len(checkout.cases)} cases, {len(checkout.vectors)} vectors, "
        f"{len(checkout.code('cc/'))} citations in code, "
        f"{len(checkout.tests())} in tests; {len(problems)} problems")
  return 1 if problems else 0


def _rewrite(root, change):
  path = root / records.FILE
  before = path.read_text(encoding="utf-8")
  after = change(before)
  if after != before:
    path.write_text(after, encoding="utf-8")
  print(f"{records.FILE}: {'written' if after != before else 'nothing to do'}")
  return 0


def _update(root):
  sentences = tree.read(root).sentences
  return _rewrite(root, lambda text: records.updated(text, sentences))


def _release(root):
  checkout = tree.read(root)
  if rules.check(checkout):
    print("trace: not released; `check` says why", file=sys.stderr)
    return 1
  today = datetime.date.today().isoformat()
  return _rewrite(root, lambda text: records.released(text, today))


def _matrix(root, file):
  checkout = tree.read(root)
  parsed = records.parse(checkout.records_text)
  rows = matrix.rows(checkout, parsed)
  if file is None:
    print(matrix.tsv(rows), end="")
    return 0
  text = matrix.tsv(rows)
  if file.endswith(".html"):
    style = page_head.style("tools/trace/matrix.css")
    text = matrix_page.html(rows, matrix.columns(checkout), parsed.version,
                            style)
  # `bazel run` says where its user stands.
  path = pathlib.Path(os.environ.get("BUILD_WORKING_DIRECTORY", "."), file)
  path.write_text(text, encoding="utf-8")
  print(f"{path}: {len(rows)} requirements")
  return 0


def main(argv):
  parser = argparse.ArgumentParser(
      prog="bazel run //tools/trace --", description=__doc__.split("\n")[0])
  commands = parser.add_subparsers(dest="command", required=True)
  for name in ("check", "update", "release"):
    commands.add_parser(name)
  commands.add_parser("matrix").add_argument("file", nargs="?")
  options = parser.parse_args(argv)
  root = _root()
  try:
    if options.command == "check":
      return _check(root)
    if options.command == "update":
      return _update(root)
    if options.command == "matrix":
      return _matrix(root, options.file)
    return _release(root)
  except (ValueError, OSError) as error:
    print(f"trace: {error}", file=sys.stderr)
    return 2


if __name__ == "__main__":
  sys.exit(main(sys.argv[1:]))
