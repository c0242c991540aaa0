# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""forkrpc-conformance interop: bundled testees are fine, and a bug is put down to its end."""

import json
import os
import subprocess
import tempfile
import unittest

PROGRAM = os.path.abspath('conformance/runner/forkrpc-conformance')
TESTEES = os.path.abspath('conformance/testees')
MUTATE = os.path.abspath('conformance/mutants/mutate')
GOOD = [os.path.join(TESTEES, name, 'testee.json') for name in ('cc', 'python')]


class InteropTest(unittest.TestCase):
  maxDiff = None

  def setUp(self):
    self.folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))

  def interop(self, *arguments, status):
    path = os.path.join(self.folder, 'interop.json')
    result = subprocess.run([PROGRAM, 'interop', '--json', path, *arguments], timeout=250,
                            capture_output=True, text=True, check=False)
    self.assertEqual(result.returncode, status, result.stdout + result.stderr)
    if status == 2:
      self.assertEqual(result.stdout, '')
      self.assertEqual(result.stderr.count('\n'), 1, result.stderr)
      return result.stderr, None
    with open(path, encoding='utf-8') as file:
      return result.stdout, json.load(file)

  def manifest(self, name, **keys):
    path = os.path.join(self.folder, name + '.json')
    with open(path, 'w', encoding='utf-8') as file:
      json.dump({'contract': 1, 'name': name, 'max_frame': 1 << 24, **keys}, file)
    return path

  def mutant(self, role, operator, forms=('SYNC', 'ASYNC')):
    """The C++ testee with one bug; it has no other role."""
    program = os.path.join(TESTEES, 'cc', role)
    return self.manifest(
        'mutant', env={'FORKRPC_MUTANT': operator},
        **{role: {form: [MUTATE, role, form, program, form]
                  for form in map(str.lower, forms)}})

  def test_bundled_testees(self):
    table, report = self.interop(*GOOD, status=0)
    self.assertEqual(table, '''\
sync: parent  child cc  python
cc            ok        ok
python        ok        ok

async: parent  child cc  python
cc             ok        ok
python         ok        ok

''')
    self.assertEqual(report['testees'], ['cc', 'python'])
    self.assertEqual([pair['verdict'] for pair in report['pairs']], ['FINE'] * 8)

  def expect_blame(self, role, operator, req, what, stage, forms=('SYNC', 'ASYNC')):
    """The mutant is to be blamed in each of its pairs, and nobody else in any."""
    table, report = self.interop('--watchdog=5s', *GOOD,
                                 self.mutant(role, operator, forms), status=1)
    mutants = 0
    for pair in report['pairs']:
      if 'mutant' not in (pair['parent'], pair['child']):
        self.assertEqual(pair['verdict'], 'FINE', pair)
        continue
      mutants += 1
      self.assertEqual(pair['verdict'], 'BROKEN', pair)
      self.assertEqual(pair['stage'], stage, pair)
      blame = pair['blames'][0]
      self.assertEqual(blame['end'], role.upper(), pair)
      self.assertIn(req, blame['reqs'] or [''], pair)
      self.assertIn(what, blame['what'], pair)
      self.assertIn(f'{role} {blame["reqs"][0]}' if req else role, table)
    self.assertEqual(mutants, 2 * len(forms))

  def test_a_child_that_answers_twice(self):
    self.expect_blame('child', 'answers-twice', 'FR-ORD-005',
                      'sends a response with id ', 'a call')

  def test_a_child_that_is_silent(self):
    self.expect_blame('child', 'sends-no-empty-frame', 'FR-ORD-005',
                      'does nothing more in the state SERVING', 'an empty call')

  def test_a_child_that_changes_a_payload(self):
    self.expect_blame('child', 'sends-crlf-for-lf', '', 'answers 257 octets ', 'every octet')

  def test_a_parent_that_begins_with_id_0(self):
    self.expect_blame('parent', 'gives-ids-from-0', 'FR-SID-001',
                      'sends a request with id 0', 'a call', forms=('ASYNC',))

  def test_a_parent_that_sends_the_last_call_first(self):
    self.expect_blame('parent', 'sends-last-first', 'FR-ORD-007', ' before that of ',
                      'answers in another order', forms=('ASYNC',))

  def test_a_parent_that_never_half_closes(self):
    self.expect_blame('parent', 'never-half-closes', 'FR-CLS-001', 'does not half-close',
                      'half-close with calls in flight')

  def test_files(self):
    logs = os.path.join(self.folder, 'logs')
    _, report = self.interop('--logs', logs, '--watchdog=5s', GOOD[0],
                             self.mutant('child', 'answers-twice'), status=1)
    broken = [pair for pair in report['pairs'] if pair['verdict'] == 'BROKEN']
    self.assertEqual(broken[0]['log'], os.path.join(logs, 'cc+mutant.sync.log'))
    with open(broken[0]['log'], encoding='utf-8') as file:
      self.assertIn('BROKEN FR-ORD-005', file.read())
    wire = os.path.join(logs, 'cc+mutant.sync.wire')
    judged = subprocess.run([PROGRAM, 'judge', wire], capture_output=True, text=True,
                            check=False, timeout=60)
    self.assertEqual(judged.returncode, 1, judged.stdout + judged.stderr)
    self.assertTrue(os.path.getsize(os.path.join(logs, 'cc+mutant.sync.pcapng')) > 0)

  def test_what_cannot_be_tried(self):
    absent = self.manifest('absent', child={'sync': ['true']},
                           requires=[{'argv': ['false'], 'else': 'install it'}])
    table, _ = self.interop(GOOD[0], absent, status=0)
    self.assertIn('sync cc + absent: not tried: absent is not installed: install it\n', table)
    self.interop(absent, self.manifest('parent', parent={'sync': ['true']}), status=5)

  def test_who_ends_at_once(self):
    ends = self.manifest('ends', parent={'sync': ['true']})
    table, report = self.interop(GOOD[0], ends, status=1)
    self.assertEqual(report['pairs'][-1]['verdict'], 'FINE')
    self.assertIn('sync ends + cc, a call: the parent has ended too early, with status 0', table)

  def test_bad_input(self):
    for arguments, text in (
        ([], 'interop needs a TESTEE.json'),
        (['/no/such/testee.json'], '/no/such/testee.json'),
        ([GOOD[0], GOOD[0]], 'is another testee'),
    ):
      with self.subTest(arguments=arguments):
        self.assertIn(text, self.interop(*arguments, status=2)[0])


if __name__ == '__main__':
  unittest.main()
