# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""An example that fails, hangs, or says something else is seen."""

import os
import tempfile
import unittest
from unittest import mock

from tools.examples import expected
from tools.examples import run_programs
from tools.examples.blocks import Example

PRINTS = Example('a.h#1', 'std::cout << 1;\n', 'a.h')
QUIET = Example('b.h#1', 'Use();\n', 'b.h')
WORKER = Example('c.h#1', 'int main() { return WorkerMain(Handle); }\n', 'c.h')


class RunProgramsTest(unittest.TestCase):

  def setUp(self):
    super().setUp()
    folder = tempfile.TemporaryDirectory()
    self.addCleanup(folder.cleanup)
    self.folder = folder.name
    patch = mock.patch.multiple(
        expected, OUTPUTS={'a.h#1': 'hello, Ada\n', 'c.h#1': 'worker\n'},
        PARTNERS={})
    patch.start()
    self.addCleanup(patch.stop)

  def wrong(self, example, script, **others):
    """What is wrong with an example that is this script."""
    scripts = {run_programs.README_WORKER: 'echo worker',
               run_programs.README_PARENT: '"$1"', **others,
               example.name: script}
    programs = {}
    for name, text in scripts.items():
      programs[name] = os.path.join(self.folder, name.replace('/', '_'))
      if text is None:
        os.unlink(programs[name])
      else:
        with open(programs[name], 'w', encoding='utf-8') as file:
          file.write(f'#!/bin/sh\n{text}\n')
        os.chmod(programs[name], 0o755)
    return run_programs.run_all([example], programs).get(example.name)

  def test_what_it_says_has_to_be_what_is_expected(self):
    self.assertIsNone(self.wrong(PRINTS, 'echo hello, Ada'))
    self.assertIn('wanted', self.wrong(PRINTS, r'printf "hello, \0"'))
    self.assertIn('wanted', self.wrong(PRINTS, 'true'))
    self.assertIn('wanted', self.wrong(PRINTS, 'echo hello, Ada; exit 1'))

  def test_one_that_prints_nothing_ends_well(self):
    self.assertIsNone(self.wrong(QUIET, 'true'))
    self.assertIn('no luck', self.wrong(QUIET, 'echo no luck >&2; exit 1'))
    self.assertIn('wanted', self.wrong(QUIET, 'echo unasked'))

  def test_what_is_not_expected_of_one_that_prints(self):
    found = self.wrong(Example('d.h#1', PRINTS.text, 'd.h'), 'echo 1')
    self.assertIn('expected.py', found)

  def test_it_has_readmes_worker_beside_it(self):
    for name in ('greeter', 'greeter_worker'):
      self.assertIn("printed 'worker", self.wrong(PRINTS, f'./{name}'))

  def test_a_worker_is_run_by_readmes_parent(self):
    self.assertIsNone(self.wrong(WORKER, 'echo worker'))
    self.assertIn('wanted', self.wrong(WORKER, 'echo other'))

  def test_a_partner_is_run_by_whom_it_belongs_to(self):
    expected.PARTNERS = {'a.h#1': 'c.h#1'}
    self.assertIsNone(self.wrong(WORKER, 'exit 1'))
    self.assertIsNone(
        self.wrong(PRINTS, './greeter', **{'c.h#1': 'echo hello, Ada'}))

  def test_what_was_not_built_is_wrong(self):
    self.assertIsNone(self.wrong(QUIET, 'true'))
    self.assertIn('not built', self.wrong(QUIET, None))
    self.assertIn('not built', self.wrong(
        QUIET, 'true', **{run_programs.README_WORKER: None}))

  def test_one_that_does_not_end(self):
    with mock.patch.object(run_programs, 'PATIENCE', 0.2):
      self.assertIn('more than', self.wrong(QUIET, 'exec sleep 100'))


if __name__ == '__main__':
  unittest.main()
