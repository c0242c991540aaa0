# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""What has changed is compiled again, what has not is not."""

import os
import tempfile
import unittest

from tools.direct import build


class FreshTest(unittest.TestCase):

  def setUp(self):
    super().setUp()
    folder = tempfile.TemporaryDirectory()
    self.addCleanup(folder.cleanup)
    self.made = os.path.join(folder.name, 'a.o')
    self.header = os.path.join(folder.name, 'a.h')
    self.command = ['g++', '-c', 'a.cc']
    for path, text, when in ((self.header, '', 1), (self.made, '', 2),
                             (f'{self.made}.d', f'a.o: \\\n  {self.header}\n', 2),
                             (f'{self.made}.how', 'g++ -c a.cc', 2)):
      with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
      os.utime(path, (when, when))

  def test_what_is_newer_than_all_it_was_made_of_is_fresh(self):
    self.assertTrue(build.is_fresh(self.made, self.command))

  def test_a_newer_header_makes_it_stale(self):
    os.utime(self.header, (3, 3))
    self.assertFalse(build.is_fresh(self.made, self.command))

  def test_so_does_a_header_that_has_gone(self):
    os.remove(self.header)
    self.assertFalse(build.is_fresh(self.made, self.command))

  def test_so_does_another_command(self):
    self.assertFalse(build.is_fresh(self.made, [*self.command, '-O2']))

  def test_what_was_never_made_is_not_fresh(self):
    os.remove(self.made)
    self.assertFalse(build.is_fresh(self.made, self.command))

  def test_a_command_that_fails_says_what_it_said(self):
    with self.assertRaisesRegex(build.BuildError, 'no such header'):
      build.run(['bash', '-c', 'echo no such header >&2; exit 1'])


if __name__ == '__main__':
  unittest.main()
