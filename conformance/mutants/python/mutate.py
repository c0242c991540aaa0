# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the Python testee with one bug: mutate.py child|parent sync|async.

  mutate.py --list child|parent

The bug is named by FORKRPC_MUTANT; without it the testee is as correct as ever.
A bug that does not exist ends the program with status 89 ("not supported"),
which is never taken for a kill. The testee's own files know nothing of this: a
mutation replaces functions of its modules before its main begins.
"""

import os
import runpy
import sys

NO_SUCH_MUTANT = 89

_HERE = os.path.dirname(os.path.abspath(__file__))
TESTEE = os.path.join(_HERE, "..", "..", "testees", "python")


def main(argv):
  sys.path[:0] = [_HERE, TESTEE]
  import mutations  # pylint: disable=import-outside-toplevel
  if argv[1] == "--list":
    print("\n".join(sorted(mutations.of_role(argv[2]))))
    return 0
  role, form = argv[1:]
  name = os.environ.get("FORKRPC_MUTANT")
  if name:
    apply = mutations.of_role(role).get(name)
    if apply is None:
      print(f"mutate.py: there is no mutant {name} of a {role}",
            file=sys.stderr)
      return NO_SUCH_MUTANT
    apply()
  program = os.path.join(TESTEE, role + ".py")
  sys.argv = [program, form]
  runpy.run_path(program, run_name="__main__")
  return 0


if __name__ == "__main__":
  sys.exit(main(sys.argv))
