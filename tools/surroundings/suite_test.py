# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The conformance suite in odd surroundings: no false verdict, nothing silent.

A testee that is right and others that are each wrong in one way are run with
nothing odd, which is the control, and then in each surrounding. Each run must
get the control's verdict; or, where the surrounding takes away what the run
needs, NOT_LOOKED_AT with a reason, which the summary says, too.
"""

import collections
import json
import os
import re
import resource
import subprocess
import tempfile
import unittest

from tools.surroundings.surroundings import (
    CLOCK, SANITIZED, Surrounding, block_sigpipe, closed, ignore_sigchld,
    limited, works)

RUNNER = os.path.abspath('conformance/runner/forkrpc-conformance')
FAKE = os.path.abspath('conformance/runner/verdict/testdata/fake_child.py')
# The fake's fault, and the verdict of its calls and of its memory check.
TESTEES = {
    'none': ('PASS', 'PASS'),
    'little-endian': ('FAIL', 'FAIL'),
    'crashes': ('CRASH', 'CRASH'),
    'hangs': ('HANG', 'HANG'),
    'allocates-length': ('PASS', 'FAIL'),
}
CALL = """
id: "child/call" reqs: "FR-FRM-003" level: MUST role: CHILD forms: SYNC
title: "a call" why: "it has one answer"
steps { send { item { request { tag: "a" payload { octets: "Ehi" } } } } }
steps { expect_frames { item { response { to: "a" payload { octets: "hi" } } } } }
steps { clean_end {} }
"""
MEMORY = """
id: "child/memory" reqs: "FR-LIM-001" level: MUST role: CHILD forms: SYNC
axes { transport: SOCKETPAIR }
title: "a length" why: "it costs no memory"
steps { send { item { request { tag: "a" payload { octets: "Ehi" } } } } }
steps { expect_frames { item { response { to: "a" payload { octets: "hi" } } } } }
steps { mark_memory {} }
steps { send { item { raw { octets: "\\140\\000\\000\\000x" } } } }
steps { await_read {} }
steps { expect_memory { max_growth: 67108864 } }
steps { half_close {} }
steps { expect_exit { status: ANY } }
"""
# What lies there stays to be seen: the checkout may.
READ_ONLY_TMP = 'mount --rbind /tmp /tmp && mount -o remount,bind,ro /tmp'
UNSHARE = ['unshare', '--user', '--map-root-user']


def at_once(argv, count):
  """So many commands beside the one that is looked at, for as long as it runs."""
  class Beside(Surrounding):

    def run(self, argv_, patience=600):
      beside = [subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
                for _ in range(count)]
      try:
        return super().run(argv_, patience)
      finally:
        for each in beside:
          each.terminate()
          each.wait()
  return Beside


def surroundings(suite):
  """Each with what may not be looked at there, as a pattern of reasons."""
  yield Surrounding('SIGCHLD ignored', before_exec=ignore_sigchld), None
  yield Surrounding('SIGPIPE blocked', before_exec=block_sigpipe), None
  yield Surrounding('no tty', wrap=['setsid']), None
  yield Surrounding('0 to 2 closed', before_exec=closed([0, 1, 2]),
                    exit_status=2), None
  yield Surrounding('24 descriptors', before_exec=limited(
      resource.RLIMIT_NOFILE, 24)), 'Too many open files'
  yield Surrounding('stopped for 21 watchdogs', stop_after=1,
                    stopped_for=21), None
  if not SANITIZED:  # its runtime must come first
    for step in (3600, -3600):
      yield Surrounding(
          f'the wall clock steps by {step} s',
          environment={'LD_PRELOAD': CLOCK, 'FORKRPC_CLOCK_STEP': str(step)}
      ), None
  yield at_once(['sh', '-c', 'while :; do :; done'], 6)('6 busy loops'), None
  yield Surrounding('-j 12', options=['-j', '12']), None
  yield at_once(suite, 1)('two suites at once'), None
  no_net = UNSHARE + ['--net']
  if works(no_net + ['true']):
    yield Surrounding('no loopback device', wrap=no_net), 'no TCP over'
  else:
    print('NOT RUN: no loopback device: unshare is not allowed here')
  for name, script, reason in (
      ('no /proc', 'mount -t tmpfs none /proc', 'peak memory: this system'),
      ('/tmp read-only, TMPDIR elsewhere',
       f'mount -t tmpfs none /mnt && {READ_ONLY_TMP} && export TMPDIR=/mnt',
       None),
      ('no folder to write to',
       f'{READ_ONLY_TMP} && export TMPDIR=/proc', None)):
    wrap = UNSHARE + ['--mount', 'sh', '-c', script + ' && exec "$@"', 'sh']
    if os.environ.get('TEST_TMPDIR', '').startswith('/tmp/'):
      print(f'NOT RUN: {name}: our own files are in /tmp')
    elif works(wrap + ['true']):
      yield Surrounding(name, wrap=wrap), reason
    else:
      print(f'NOT RUN: {name}: mounting is not allowed here')


class SuiteTest(unittest.TestCase):
  maxDiff = None

  @classmethod
  def setUpClass(cls):
    cls.folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
    cases = os.path.join(cls.folder, 'cases/child')
    os.makedirs(cases)
    for name, text in (('call', CALL), ('memory', MEMORY)):
      with open(f'{cases}/{name}.textproto', 'w', encoding='utf-8') as file:
        file.write(text)
    cls.argv = [RUNNER, 'run', '--watchdog', '1s', '--start_limit', '60s',
                '-j', '2', '--cases', os.path.dirname(cases)]
    manifests = []
    for fault in TESTEES:
      manifests.append(os.path.join(cls.folder, fault + '.json'))
      with open(manifests[-1], 'w', encoding='utf-8') as file:
        # An answer takes a moment, so that what happens to the runner happens
        # within a run.
        json.dump({
            'contract': 1, 'name': fault,
            'requires': [{'argv': ['true'], 'else': 'buy it'}],
            'child': {'sync': ['sh', '-c', 'sleep 0.2; exec "$@"', 'sh',
                               'python3', FAKE, 'sync', fault]}}, file)
    cls.manifests = manifests
    cls.verdicts, cls.reasons, cls.code, cls.said = cls.judge(
        Surrounding('control'))

  @classmethod
  def judge(cls, surrounding):
    report = os.path.join(cls.folder, 'report.json')
    if os.path.exists(report):
      os.unlink(report)
    argv = cls.argv + getattr(surrounding, 'options', [])
    code, _, out = surrounding.run(argv + ['--json', report] + cls.manifests,
                                   patience=600)
    verdicts, reasons = {}, {}
    if os.path.exists(report):
      with open(report, encoding='utf-8') as file:
        for testee in json.load(file)['testees']:
          for run in (run for each in testee['classes']
                      for run in each.get('runs', [])):
            name = testee['name'] + ' ' + run['id']
            verdicts[name] = run['verdict']
            reasons[name] = run.get('reason', '')
    return verdicts, reasons, code, out.decode('utf-8', 'replace')

  def test_the_control_is_as_it_should_be(self):
    self.assertEqual(self.code, 1, self.said)
    expected = {}
    for fault, (call, memory) in TESTEES.items():
      for transport in ('', ':pipes', ':unix', ':tcp'):
        expected[f'{fault} child/call:sync{transport}'] = call
      expected[f'{fault} child/memory:sync'] = memory
    self.assertEqual(self.verdicts, expected, self.said)

  def test_no_verdict_is_false_and_nothing_is_silent(self):
    table = []
    for surrounding, reason in surroundings(self.argv + self.manifests):
      with self.subTest(surrounding.name):
        verdicts, reasons, code, said = self.judge(surrounding)
        counts = collections.Counter(verdicts.values())
        table.append(f'{surrounding.name:34} exit {code}  ' + ', '.join(
            f'{verdict} {counts[verdict]}' for verdict in sorted(counts)))
        self.assertEqual(set(verdicts), set(self.verdicts), said)
        unseen = {run for run in verdicts if verdicts[run] == 'NOT_LOOKED_AT'}
        for run, verdict in verdicts.items():
          if run not in unseen:
            self.assertEqual(verdict, self.verdicts[run],
                             f'{run}: {reasons[run]}')
          else:
            self.assertIsNotNone(reason, f'{run}: {reasons[run]}')
            self.assertRegex(reasons[run], re.escape(reason))
        self.assertEqual(bool(unseen), 'NOT LOOKED AT  ' in said, said)
        # What takes something away for sure must be noticed.
        if reason and reason != 'Too many open files':
          self.assertTrue(unseen, said)
        self.assertEqual(code, getattr(surrounding, 'exit_status', self.code))
    print('\n'.join(table))

  def test_a_folder_that_cannot_be_written_is_one_line(self):
    if os.geteuid() == 0:
      folder = '/proc/none'  # root may write where permissions forbid it
    else:
      folder = os.path.join(self.folder, 'locked')
      os.mkdir(folder, 0o500)
    for option in ('--json', '--junit', '--html', '--md', '--tap', '--logs'):
      with self.subTest(option):
        process = subprocess.run(
            self.argv + [option, f'{folder}/x', self.manifests[0]],
            capture_output=True, text=True, check=False)
        self.assertEqual(process.returncode, 2)
        self.assertRegex(process.stderr,
                         r'^forkrpc-conformance: .*: cannot be written: .*\n$')


if __name__ == '__main__':
  unittest.main()
