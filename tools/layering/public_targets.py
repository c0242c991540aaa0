# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Checks that whatever type a public header names has a public target.

A public header is one of a target that everyone may see and that is not for
tests only. Each `#include "forkrpc/..."` in it must be of the same target, or
of another one that everyone may see too and that its `deps` name: then a user
who names what he includes has it all, also where the compiler checks that he
does (clang's layering_check). And an example depends on nothing of ours but
what everyone may: it is there to be copied, with its part of the BUILD file.

usage: python3 -m tools.layering.public_targets [--list]
--list prints each public header with its target, one a line.
Exit status: 0 clean, 1 complaints (one a line, file:line first).
"""

import os
import sys

from tools.layering import cc_targets
from tools.layering import check as layering

EXAMPLES = '//cc/forkrpc/examples'


def owners_of(targets):
  """The targets that have a header, by the header's name."""
  owners = {}
  for target in targets.values():
    for header in target.headers:
      owners.setdefault(header, []).append(target)
  return owners


def public_headers(targets):
  """(header, target) for each header that everyone may include, sorted."""
  return sorted(((header, target)
                 for target in targets.values()
                 if target.is_public and not target.testonly
                 for header in target.headers),
                key=lambda pair: (pair[0], pair[1].label))


def includes_of(text):
  """(line, name) of each include of ours."""
  for match in cc_targets.INCLUDE.finditer(text):
    if match.group(1).startswith('forkrpc/'):
      yield text.count('\n', 0, match.start(1)) + 1, match.group(1)


def complain_of_include(included, owners, target):
  """What is wrong with a public header's include, or None."""
  having = owners.get(included, [])
  if target in having:
    return None
  if not having:
    return f'{included} is of no target'
  named = [o for o in having if o.label in target.deps]
  public = [o for o in having if o.is_public and not o.testonly]
  if not public:
    return f'{included} has no public target ({having[0].label}, {having[0].where})'
  if not any(o in public for o in named):
    return (f'{included} is of {public[0].label}, which the deps of '
            f'{target.label} do not name')
  return None


def complain_of_examples(targets):
  """The deps of examples that a copy of them could not have."""
  return [f'{target.where}: {target.label} is an example, but '
          f'{dep} is not for everyone'
          for target in targets.values()
          if target.label.startswith(EXAMPLES) and not target.testonly
          for dep in target.deps
          if dep.startswith('//') and not dep.startswith(EXAMPLES)
          and not (dep in targets and targets[dep].is_public)]


def check(root, targets):
  """Returns the complaints, sorted."""
  owners = owners_of(targets)
  complaints = complain_of_examples(targets)
  for header, target in public_headers(targets):
    if header.endswith('.pb.h'):
      continue  # generated, with its includes
    path = f'cc/{header}'
    with open(os.path.join(root, path), encoding='utf-8') as file:
      text = file.read()
    for line, included in includes_of(text):
      wrong = complain_of_include(included, owners, target)
      if wrong:
        complaints.append(f'{path}:{line}: public, but {wrong}')
  return sorted(set(complaints))


def main(argv):
  here = os.path.dirname(os.path.realpath(__file__))
  root = os.path.dirname(os.path.dirname(here))
  targets = cc_targets.read_targets(root, layering.tracked_files(root))
  headers = public_headers(targets)
  if argv == ['--list']:
    for header, target in headers:
      print(header, target.label)
    return 0
  complaints = check(root, targets)
  for complaint in complaints:
    print(complaint)
  print(f'public targets: {len(headers)} headers, {len(complaints)} complaints')
  return 1 if complaints or not headers else 0


if __name__ == '__main__':
  sys.exit(main(sys.argv[1:]))
