# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Checks that what README names is there.

* Each row of the table "you want, target, header": its targets exist, everyone
  may see them, and each of its headers is of one of them. In a cell the second
  name may leave out what it shares with the first (`:glib_loop`, `glib_loop.h`).
* Each command of an indented block: the targets and the files that it names
  exist. What Bazel makes (bazel-bin/) is named as an output of its package.

usage: python3 -m tools.examples.readme
Exit status: 0 all is there, 1 something is not (README.md:line first, each).
"""

import os
import re
import sys

from tools.layering import cc_targets
from tools.layering import check as layering

TABLE = '| you want | target | header |'
_CODE = re.compile(r'`([^`]+)`')
_LABEL = re.compile(r'(?<![\w:])(//[\w/.-]+(?::[\w.-]+)?)')
_FILE = re.compile(r'(?<![\w/.-])((?:bazel-bin/)?(?:tools|spec|conformance|cc)/[\w/.-]+)')


def rows(text):
  """(line, cells) of each row of the table."""
  lines = text.splitlines()
  if TABLE not in lines:
    return
  for number, line in enumerate(lines[lines.index(TABLE) + 2:],
                                lines.index(TABLE) + 3):
    if not line.startswith('|'):
      return
    yield number, [cell.strip() for cell in line.strip('|').split('|')]


def whole(names, separator):
  """Names of a cell, each with what it leaves out of the first."""
  first = names[0]
  shared = first[:first.rfind(separator)]
  return [n if n.startswith(('//', 'forkrpc/')) else
          shared + separator + n.lstrip(separator) for n in names]


def check_table(text, targets):
  """Yields what is wrong with the table."""
  found = list(rows(text))
  if not found:
    yield f'README.md:1: no table {TABLE!r} with rows'
  for line, cells in found:
    where = f'README.md:{line}'
    if len(cells) != 3 or not all(_CODE.search(c) for c in cells[1:]):
      yield f'{where}: not three cells, the last two with code in them'
      continue
    labels = [cc_targets.whole_label(l, '') for l in
              whole(_CODE.findall(cells[1]), ':')]
    for label in labels:
      if label not in targets:
        yield f'{where}: there is no target {label}'
      elif not targets[label].is_public or targets[label].testonly:
        yield f'{where}: {label} is not for everyone'
    having = {h for l in labels if l in targets for h in targets[l].headers}
    for header in whole(_CODE.findall(cells[2]), '/'):
      if header not in having:
        yield f'{where}: {header} is not of {", ".join(labels)}'


def commands(text):
  """(line, command) of each line of an indented block."""
  for number, line in enumerate(text.splitlines(), 1):
    if line.startswith('    '):
      yield number, line.strip()


def has_target(root, label):
  """Whether a BUILD file has something of that name."""
  package, _, name = cc_targets.whole_label(label, '')[2:].partition(':')
  path = os.path.join(root, package, 'BUILD.bazel')
  if not os.path.isfile(path):
    return False
  with open(path, encoding='utf-8') as file:
    return f'name = "{name}"' in file.read()


def has_output(root, path):
  """Whether a BUILD file makes bazel-bin/PATH."""
  package, _, name = path.partition('/')[2].rpartition('/')
  build = os.path.join(root, package, 'BUILD.bazel')
  if not os.path.isfile(build):
    return False
  with open(build, encoding='utf-8') as file:
    return f'"{name}"' in file.read()


def check_commands(text, root):
  """Yields what a command names that is not there."""
  found = list(commands(text))
  if not found:
    yield 'README.md:1: no commands'
  for line, command in found:
    for label in _LABEL.findall(command):
      if not has_target(root, label):
        yield f'README.md:{line}: there is no target {label}'
    for path in _FILE.findall(_LABEL.sub('', command)):
      there = (has_output(root, path) if path.startswith('bazel-bin/')
               else os.path.exists(os.path.join(root, path)))
      if not there:
        yield f'README.md:{line}: there is no {path}'


def main():
  root = os.path.dirname(os.path.dirname(os.path.dirname(
      os.path.realpath(__file__))))
  with open(os.path.join(root, 'README.md'), encoding='utf-8') as file:
    text = file.read()
  targets = cc_targets.read_targets(root, layering.tracked_files(root))
  complaints = [*check_table(text, targets), *check_commands(text, root)]
  for complaint in complaints:
    print(complaint)
  return 1 if complaints else 0


if __name__ == '__main__':
  sys.exit(main())
