# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The fuzz targets of a `bazel query --output=build`, for tools/fuzz.

Reads the query's output on stdin; prints one line a target: its label, the
longest input worth trying and its dictionary, "-" if it has none.

usage: bazel query --output=build ... | python3 tools/fuzzing/targets.py
Exit status: 0, or 1 if there is no target.
"""

import re
import sys


def targets(text):
  """The lines."""
  found = []
  for package, rule in re.findall(
      r'^# \S*?/([^/\s]+(?:/[^/\s]+)*)/BUILD(?:\.bazel)?:\d+:\d+\n(.*?)^\)',
      text, re.M | re.S):
    name = re.search(r'^  name = "([^"]+)"', rule, re.M)
    length = re.search(r'"max_len=(\d+)"', rule)
    if not name or not length:
      continue
    folder = re.search(r'"//([^":]*):%s[^"]*_corpus"' %
                       re.escape(name.group(1).replace('_fuzzer', '')), rule)
    dictionary = re.search(r'"//([^":]*):([^"]*\.dict)"', rule)
    label = f'//{folder.group(1) if folder else package}:{name.group(1)}'
    found.append(f'{label} {length.group(1)} ' +
                 ('/'.join(dictionary.groups()) if dictionary else '-'))
  return sorted(found)


def main():
  lines = targets(sys.stdin.read())
  print('\n'.join(lines))
  return 0 if lines else 1


if __name__ == '__main__':
  sys.exit(main())
