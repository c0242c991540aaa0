# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The library and the command in odd surroundings: as elsewhere, or one error.

Each surrounding is a way to start a program: with signals ignored, descriptors
closed, little of something. surroundings_probe does the same with each client
in all of them; its report is compared with that of the control, which has
nothing odd. A line may differ only as the surrounding's `may` says: for what is
lacking there is one status that names it.
"""

import os
import re
import resource
import signal
import subprocess
import tempfile
import unittest

from tools.surroundings.surroundings import (
    CLOCK, PATIENCE, SANITIZED, Surrounding, block_sigpipe, closed,
    ignore_sigchld, ignore_sigpipe, limited, works)

PROBE = os.path.abspath('tools/surroundings/surroundings_probe')
WORKER = os.path.abspath('cc/forkrpc/client/test_worker')
COMMAND = os.path.abspath('tools/forkrpc/forkrpc')
CLIENTS = ('blocking', 'pipelined', 'worker', 'pool')


class Outcome:
  """What a program left behind."""

  def __init__(self, code, lines, stderr_octets):
    self.code, self.lines, self.stderr_octets = code, lines, stderr_octets


UNKNOWN_STATUS = (
    (r'how: exited with status 3',
     r'how: .* ended with an unknown status.*'),)

def surroundings():
  yield Surrounding('SIGCHLD ignored', before_exec=ignore_sigchld,
                    may=UNKNOWN_STATUS)
  yield Surrounding('SIGPIPE blocked', before_exec=block_sigpipe)
  yield Surrounding('SIGPIPE ignored', before_exec=ignore_sigpipe)
  for bits in range(1, 8):
    numbers = [n for n in range(3) if bits & 1 << n]
    yield Surrounding(f'descriptors {numbers} closed',
                      before_exec=closed(numbers),
                      reads_stderr=2 not in numbers)
  yield Surrounding('standard error that does not block',
                    stderr='non-blocking')
  yield Surrounding('standard error that nobody reads', stderr='unread',
                    reads_stderr=False)
  yield Surrounding('standard error that is a stopped terminal',
                    stderr='stopped terminal', reads_stderr=False)
  yield Surrounding('stopped for 2 s', stopped_for=2, may=(
      (r'in time: yes', r'in time: [\d.]+m?s'),
      (r'deadline: .*', r'deadline: (OK|kept)')))
  if not SANITIZED:  # its runtime must come first
    for step in (3600, -3600):
      yield Surrounding(
          f'the wall clock steps by {step} s',
          environment={'LD_PRELOAD': CLOCK, 'FORKRPC_CLOCK_STEP': str(step)})
  unshare = ['unshare', '--user', '--map-root-user']
  if works(unshare + ['--mount', '--pid', '--fork', '--mount-proc', 'true']):
    yield Surrounding('being process 1', wrap=unshare + [
        '--mount', '--pid', '--fork', '--mount-proc'])
    no_proc = unshare + ['--mount', 'sh', '-c',
                         'mount -t tmpfs none /proc && exec "$@"', 'sh']
    if works(no_proc + ['true']):
      yield Surrounding('no /proc', wrap=no_proc)
  else:
    print('NOT RUN: being process 1, no /proc: unshare is not allowed here')


class SurroundingsTest(unittest.TestCase):
  maxDiff = None

  @classmethod
  def setUpClass(cls):
    cls.control = {client: cls.probe(Surrounding('control'), client)
                   for client in CLIENTS}

  @staticmethod
  def probe(surrounding, client):
    with tempfile.TemporaryDirectory() as folder:
      report = os.path.join(folder, 'report')
      code, stderr_octets, _ = surrounding.run([PROBE, client, report, WORKER])
      lines = []
      if os.path.exists(report):
        with open(report, encoding='utf-8') as file:
          lines = file.read().splitlines()
      return Outcome(code, lines, stderr_octets)

  def allowed(self, surrounding, line, expected):
    return line == expected or any(
        re.fullmatch(of, expected) and re.fullmatch(to, line)
        for of, to in surrounding.may)

  def test_the_control_is_as_it_should_be(self):
    for client, outcome in self.control.items():
      with self.subTest(client):
        self.assertEqual(outcome.code, 0)
        self.assertEqual(outcome.lines, [
            'start: OK', "echo hi: OK 'hi'", "event noon: OK ''",
            "stderr 300000: OK 'written'", 'events: 1', 'close: OK',
            'start again: OK', 'deadline: kept', 'in time: yes',
            'start once more: OK', 'lost: UNAVAILABLE',
            'how: exited with status 3', 'end: reached'])
        self.assertGreaterEqual(outcome.stderr_octets, 300000)

  def test_the_outcome_is_that_of_the_control(self):
    count = 0
    for surrounding in surroundings():
      for client in CLIENTS:
        with self.subTest(surrounding.name, client=client):
          count += 1
          control = self.control[client]
          outcome = self.probe(surrounding, client)
          self.assertEqual(outcome.code, 0, outcome.lines)
          self.assertEqual(len(outcome.lines), len(control.lines),
                           outcome.lines)
          for line, expected in zip(outcome.lines, control.lines):
            self.assertTrue(self.allowed(surrounding, line, expected),
                            f'{line!r} in place of {expected!r}')
          if surrounding.reads_stderr:
            self.assertGreaterEqual(outcome.stderr_octets, 300000)
    print(f'surroundings x clients: {count}')

  def test_few_descriptors_are_named(self):
    # From too few for a program to start to more than are needed.
    refused = 0
    for count in (*range(5, 30, 3), 64):
      surrounding = Surrounding(
          f'{count} descriptors',
          before_exec=limited(resource.RLIMIT_NOFILE, count))
      for client in CLIENTS:
        with self.subTest(surrounding.name, client=client):
          outcome = self.probe(surrounding, client)
          self.assertEqual(outcome.code, 0, outcome.lines)
          self.assertEqual(outcome.lines[-1:], ['end: reached'])
          refused += self.check_refusals(outcome.lines, client)
    self.assertGreater(refused, len(CLIENTS))  # some were
    self.assertEqual(outcome.lines, self.control[client].lines)  # not all

  def check_refusals(self, lines, client):
    """The lines are the control's but for refusals, each with its reason."""
    refused = 0
    expected = set(self.control[client].lines)
    for line in lines:
      if line in expected:
        continue
      refused += 1
      self.assertRegex(
          line, r'^(start|echo|event|stderr|close|lost|deadline|how|events).*('
          r'RESOURCE_EXHAUSTED|[Tt]oo many open files|: 0$)', lines)
    return refused

  @unittest.skipIf(SANITIZED, 'a sanitizer takes terabytes of address space')
  def test_little_memory_is_named(self):
    for client in CLIENTS:
      with self.subTest(client):
        refused, outcomes = 0, 0
        for kib in range(2048, 1 << 20, 64):
          outcome, said = self.probe_within(kib, client)
          if outcome.code == 127:
            continue  # too little for the dynamic linker
          outcomes += 1
          if outcomes == 20:
            break
          if outcome.code == 0 and outcome.lines == self.control[client].lines:
            continue
          refused += 1
          # The C++ runtime's own line, where it is our memory that is short.
          if outcome.code != 0:
            self.assertEqual(outcome.code, -signal.SIGABRT, said)
            self.assertRegex(said, r'terminate called .*(bad_alloc|without)')
          self.check_memory_refusals(outcome, said, client)
        self.assertGreater(refused, 0)
        self.assertEqual(outcome.lines, self.control[client].lines)
        print(f'little memory, {client}: {refused} of {outcomes} refused')

  @staticmethod
  def probe_within(kib, client):
    with tempfile.TemporaryDirectory() as folder:
      report = os.path.join(folder, 'report')
      process = subprocess.run(
          [PROBE, client, report, WORKER], stdin=subprocess.DEVNULL,
          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
          preexec_fn=limited(resource.RLIMIT_AS, kib << 10), timeout=PATIENCE)
      lines = []
      if os.path.exists(report):
        with open(report, encoding='utf-8') as file:
          lines = file.read().splitlines()
      said = process.stderr.decode('utf-8', 'replace')
      return Outcome(process.returncode, lines, len(process.stderr)), said

  def check_memory_refusals(self, outcome, said, client):
    """Each line that is not the control's is due to one that names memory."""
    expected = set(self.control[client].lines)
    others = [line for line in outcome.lines if line not in expected]
    lacking = r'(bad_alloc|[Cc]annot allocate memory)'
    if outcome.code == 0:
      self.assertTrue(any(re.search(lacking, line) for line in others), others)
    for line in others:
      self.assertRegex(
          line, r'^(events: \d+|(start|echo|event|stderr|close|lost|deadline|how'
          f').*({lacking}|status 127))', said[-1000:])

  def test_the_command_does_as_elsewhere(self):
    argv = [COMMAND, 'call', '--serialiser=raw', 'echo hi', '--', WORKER,
            'async', 'each']
    for surrounding in surroundings():
      with self.subTest(surrounding.name):
        code, _, out = surrounding.run(argv)
        if 'descriptors' in surrounding.name and '1' in surrounding.name:
          continue  # it has nowhere to write to
        self.assertEqual((code, out), (0, b'hi\n'))


if __name__ == '__main__':
  unittest.main()
