# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The rows of spec/launchers.jsonl are of set-ups as they are now."""

import collections
import json
import os
import pathlib
import tempfile
import unittest

import examine
import setups

ROWS = 'spec/launchers.jsonl'
WANTED_PROGRAMS = 25


class SetupsTest(unittest.TestCase):

  def test_each_is_named_once(self):
    names = collections.Counter((s.kind, s.name) for s in setups.SETUPS)
    self.assertEqual([n for n, times in names.items() if times > 1], [])

  def test_each_is_started_or_connected_to(self):
    for setup in setups.SETUPS:
      with self.subTest(setup.name):
        self.assertTrue(setup.command or setup.server)
        self.assertIn(setup.kind, ('launcher', 'client', 'server', 'proxy'))
        words = ' '.join([*setup.server, *setup.files.values()])
        self.assertEqual('PORT' in words or setup.server == setups.SSHD,
                         bool(setup.server))

  def test_words_are_filled_in(self):
    scratch = examine.Scratch('/tmp/x', '/bin/forkrpc')
    scratch.words['PORT'] = 4000
    self.assertEqual(scratch.fill('EXEC:{} DIR/a FORKRPC PORT'),
                     'EXEC:/bin/forkrpc doctor --probe /tmp/x/a /bin/forkrpc '
                     '4000')


class AddedLineTest(unittest.TestCase):

  def test_the_file_is_as_before(self):
    with tempfile.TemporaryDirectory() as folder:
      path = os.path.join(folder, 'keys')
      with examine.added_line(path, 'a\n'):
        self.assertEqual(pathlib.Path(path).read_text(encoding='utf-8'), 'a\n')
      self.assertFalse(os.path.exists(path))
      pathlib.Path(path).write_text('mine\n', encoding='utf-8')
      with self.assertRaises(ValueError), examine.added_line(path, 'a\n'):
        self.assertEqual(pathlib.Path(path).read_text(encoding='utf-8'), 'mine\na\n')
        raise ValueError
      self.assertEqual(pathlib.Path(path).read_text(encoding='utf-8'), 'mine\n')


class RowsTest(unittest.TestCase):

  def setUp(self):
    with open(ROWS, encoding='utf-8') as file:
      self.rows = [json.loads(line) for line in file]

  def test_each_is_of_a_setup_as_it_is_now(self):
    now = {(s.kind, s.name): s for s in setups.SETUPS}
    for row in self.rows:
      with self.subTest(row['name']):
        setup = now[row['kind'], row['name']]
        self.assertEqual(row['mend'], setup.mend)
        self.assertEqual(row['program'], setup.package)

  def test_what_does_not_fit_says_what_to_do(self):
    for row in self.rows:
      with self.subTest(row['name']):
        self.assertTrue(row['fit'] or row['mend'])

  def test_there_are_many_programs(self):
    self.assertGreaterEqual(len({row['program'] for row in self.rows}),
                            WANTED_PROGRAMS)

  def test_no_place_of_a_machine_is_in_them(self):
    for row in self.rows:
      text = json.dumps(row)
      for place in ('/tmp/', '/root', '/home/', '/usr/local'):
        self.assertNotIn(place, text)

  def test_a_version_has_no_part_of_the_distribution(self):
    for row in self.rows:
      self.assertRegex(row['version'], r'^[0-9][0-9a-z.~]*$', row)


if __name__ == '__main__':
  unittest.main()
