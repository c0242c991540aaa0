# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the examples, in the pairs that the text makes, and looks at what they say.

Each runs in a folder where ./greeter and ./greeter_worker are README's worker,
or the worker that expected.PARTNERS names. A worker is run by README's parent,
unless it is somebody's partner. What an example prints has to be in
expected.OUTPUTS, and to be that; one that does not print has to end with 0.
"""

import concurrent.futures
import os
import subprocess
import tempfile

from tools.examples import expected

PATIENCE = 30  # seconds; the longest example waits for one
README_WORKER = 'README.md#1'
README_PARENT = 'README.md#2'


def command(example, programs):
  """How it is run, or None if its partner runs it."""
  program = programs[example.name]
  if not example.is_worker:
    return [program]
  if example.name in expected.PARTNERS.values():
    return None
  return [programs[README_PARENT], program]


def judge(example, status, output, errors):
  """What is wrong with a run, or None."""
  wanted = expected.OUTPUTS.get(example.name, '')
  if example.prints and example.name not in expected.OUTPUTS:
    return f'prints {output!r}: say in expected.py whether that is right'
  if status != 0 or output != wanted:
    return (f'ended with {status} and printed {output!r}, wanted 0 and '
            f'{wanted!r}; {errors.strip()}')
  return None


def run(example, programs):
  """Runs one; what is wrong with it, or None."""
  argv = command(example, programs)
  if argv is None:
    return None
  worker = programs[expected.PARTNERS.get(example.name, README_WORKER)]
  needed = [worker, *argv]
  if not all(os.path.isfile(path) for path in needed):
    return 'not run: it or its partner was not built'
  with tempfile.TemporaryDirectory() as folder:
    for name in ('greeter', 'greeter_worker'):
      os.symlink(worker, os.path.join(folder, name))
    try:
      result = subprocess.run(argv, cwd=folder, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False,
                              errors='backslashreplace', timeout=PATIENCE)
    except subprocess.TimeoutExpired:
      return f'runs for more than {PATIENCE} s'
  return judge(example, result.returncode, result.stdout, result.stderr)


def run_all(examples, programs):
  """{name: what is wrong}, of those with which something is."""
  with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
    found = zip(examples, pool.map(lambda e: run(e, programs), examples))
  return {example.name: wrong for example, wrong in found if wrong}
