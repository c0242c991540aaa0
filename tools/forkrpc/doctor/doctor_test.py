# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""forkrpc doctor over launchers that break one promise each, and over none."""

import concurrent.futures
import json
import os
import re
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from schema_faults import faults

FORKRPC = os.path.abspath('tools/forkrpc/forkrpc')
FAKE = os.path.abspath('tools/forkrpc/doctor/fake_launcher')
SCHEMA = 'tools/forkrpc/doctor/doctor.schema.json'
SANITIZED = 'ASAN_OPTIONS' in os.environ

with open(SCHEMA, encoding='utf-8') as file:
  schema = json.load(file)

# Behind the launchers' names, what they break: all of it, nothing else. What
# follows of a broken promise stands with it.
LOST = {'late_answer', 'later_answer', 'large_answer', 'last_answer'}
FAKES = {
    'plain': set(),
    'plain-exec': set(),
    'prints-first': {'nothing_else'},
    'stderr-in-stream': {'stderr_apart', 'stderr_arrives'},
    'changes-down': {'octets_down'},
    'changes-up': {'octets_up'},
    'one-way-at-a-time': {'both_full'},
    'no-half-close': {'half_close'},
    'second-holds-first': {'second_worker'},
    'cuts': LOST,
    'cuts-later': {'later_answer'},
    'loses-the-tail': {'large_answer', 'last_answer'},
    'loses-at-failure': {'last_answer'},
    'no-input': {'requests_arrive'},
    'holds-back': {'requests_arrive'},
    'exits-0': {'exit_status'},
    'ends-early': {'exit_status', 'ends_together'},
    'lingers': {'ends_together'},
    'holds-the-stream': {'ends_together'},
    'stderr-lost': {'stderr_arrives'},
    'ignores-pipe': {'plain_signals'},
    'blocks-quit': {'plain_signals'},
    'leaks': {'no_other_descriptors'},
    'non-blocking': {'blocking_streams'},
}
# These also leave promises untried, for want of what they need.
UNTRIED = {
    'changes-down': {'both_full', 'large_answer', 'last_answer', 'exit_status'},
    'changes-up': {'both_full', 'large_answer', 'last_answer', 'exit_status'},
    'no-half-close': LOST | {'second_worker', 'exit_status', 'ends_together'},
    'cuts': {'half_close', 'second_worker', 'exit_status', 'ends_together'},
    'loses-the-tail': {'exit_status'},
}


def doctor(*arguments, **kwargs):
  started = time.monotonic()
  result = subprocess.run([FORKRPC, 'doctor', *arguments], capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=120, check=False,
                          **kwargs)
  result.seconds = time.monotonic() - started
  return result


class SchemaTest(unittest.TestCase):

  def test_the_check_finds_faults(self):
    rule = schema['properties']
    self.assertEqual(list(faults(1, rule['format'])), [])
    self.assertNotEqual(list(faults(2, rule['format'])), [])
    self.assertNotEqual(list(faults('x', rule['seconds'])), [])
    self.assertNotEqual(list(faults(True, rule['starts'])), [])
    self.assertNotEqual(list(faults(61, rule['starts'])), [])
    self.assertNotEqual(list(faults({}, rule['measured'])), [])
    self.assertNotEqual(list(faults([], rule['promises'])), [])
    self.assertNotEqual(
        list(faults({'id': 'no', 'needed': True, 'state': 'holds', 'plain': '',
                     'found': '', 'more': 1}, rule['promises']['items'])), [])


class ExaminedTest(unittest.TestCase):
  """What the others have in common."""

  def examined(self, result):
    """The object that was printed, if it is as the schema says."""
    self.assertEqual(result.stderr, b'')
    self.assertEqual(result.stdout.count(b'\n'), 1)
    found = json.loads(result.stdout)
    self.assertEqual(list(faults(found, schema)), [])
    ids = [promise['id'] for promise in found['promises']]
    self.assertEqual(len(set(ids)), len(ids))
    self.assertEqual(result.returncode, 0 if found['fit'] else 1)
    needed = [p for p in found['promises']
              if p['needed'] and p['state'] == 'broken']
    self.assertEqual(found['fit'], not needed)
    for promise in found['promises']:
      self.assertEqual('todo' in promise, promise['state'] == 'broken')
    if not SANITIZED:
      self.assertLess(result.seconds, 15.5)
    return found

  @staticmethod
  def having(found, state):
    return {p['id'] for p in found['promises'] if p['state'] == state}


class DoctorTest(ExaminedTest):

  def fake(self, mode, *options):
    with tempfile.TemporaryDirectory() as folder:
      return doctor('--json', *options, '--', FAKE, mode,
                    env={**os.environ, 'FAKE_LAUNCHER_FOLDER': folder})

  def test_each_fake_breaks_what_it_is_for_and_nothing_else(self):
    everything = {p for p in
                  schema['properties']['promises']['items']['properties']['id']
                  ['enum']}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
      results = dict(zip(FAKES, pool.map(self.fake, FAKES)))
    for mode, result in results.items():
      with self.subTest(mode):
        found = self.examined(result)
        self.assertEqual(self.having(found, 'broken'), FAKES[mode], found)
        untried = self.having(found, 'not_tried')
        if FAKES[mode] == {'requests_arrive'}:
          continue  # little can be tried then
        self.assertEqual(untried - UNTRIED.get(mode, set()),
                         {'latest_answer'} - FAKES[mode], found)
        self.assertEqual(
            self.having(found, 'holds'),
            everything - FAKES[mode] - untried, found)
    broken = set().union(*FAKES.values())
    self.assertEqual(everything - broken, {'latest_answer'},
                     'a promise that no fake breaks')

  def test_slow_tries_the_answer_that_comes_last(self):
    found = self.examined(self.fake('cuts-later', '--slow'))
    self.assertEqual(self.having(found, 'broken'),
                     {'later_answer', 'latest_answer'})

  def test_with_pipes(self):
    found = self.examined(self.fake('plain-exec', '--binding=pipes'))
    self.assertTrue(found['fit'])
    self.assertEqual(found['process']['fd0'], 'pipe')
    self.assertEqual(found['process']['one_stream'], 'no')

  def test_the_command_stands_where_the_braces_are(self):
    found = self.examined(doctor('--json', '--', 'sh', '-c', 'exec {}'))
    self.assertEqual(self.having(found, 'broken'), set())
    self.assertEqual(found['way'], 'sh -c exec {}')

  def test_text_says_what_to_do(self):
    result = doctor('--', FAKE, 'cuts')
    self.assertEqual(result.returncode, 1)
    text = result.stdout.decode()
    self.assertRegex(text, r'(?m)^BROKEN  an answer 3 s after the half-close '
                     r'arrives: the stream ended 0\.\d s after the half-close, '
                     r'as after a clean end$')
    self.assertIn('--drain=answers-first', text)
    self.assertRegex(text, r'\n4 promises that the wire needs are broken \(\d+ '
                     r'starts, \d+\.\d s\)\n\Z')

  def test_nothing_can_be_said_is_one_line_within_the_limit(self):
    refused = socket.socket()  # bound, and nobody listens
    self.addCleanup(refused.close)
    refused.bind(('127.0.0.1', 0))
    silent = socket.socket()  # listens, and nobody accepts
    self.addCleanup(silent.close)
    silent.bind(('127.0.0.1', 0))
    silent.listen()
    at = lambda s: f'--connect=127.0.0.1:{s.getsockname()[1]}'
    for arguments, line in [
        (['--', '/no/such/launcher'], r".*'/no/such/launcher'.*"),
        (['--', FAKE, 'fails'],
         r'the stream ended before a probe answered; .*status 255.*'
         r'no such host'),
        (['--', FAKE, 'never-reads'],
         r'no probe answered within 5s; .*is still running.*'),
        (['--', FAKE, 'prints-only'],
         r"no probe answered within 5s, but this came: 'login: '; .*"),
        (['--program=/no/such/program', '--', FAKE, 'plain-exec'],
         r'the stream ended before .*/no/such/program: No such file.*'),
        ([at(refused)], r'cannot connect to .*: Connection refused'),
        ([at(silent)], r'no probe answered within 5s'),
        (['--connect=/no/such/socket'], r'cannot connect to /no/such/socket: .*'),
        (['--connect=example.org:1'], r"'example\.org:1' is no address: use .*"),
        (['--connect=127.0.0.1:99999'], r".* is no address: .*"),
        (['--serve=127.0.0.1'], r".* is no address: .*"),
        ([], r'say what to examine: -- and a launcher, .*'),
        (['ssh', 'host'], r"'ssh' is no option: put -- in front .*"),
        (['--connect=127.0.0.1:1', '--', 'sh'], r'only one of these .*'),
        (['--frob'], r'unknown option --frob; see `forkrpc help doctor`'),
    ]:
      with self.subTest(arguments):
        result = doctor(*arguments)
        self.assertEqual(result.returncode, 2, result)
        self.assertEqual(result.stdout, b'')
        self.assertRegex(result.stderr.decode(),
                         '^forkrpc: ' + line + r'\n\Z')
        self.assertEqual(result.stderr.count(b'\n'), 1, result.stderr)
        if not SANITIZED:
          self.assertLess(result.seconds, 8)


class Cutter(threading.Thread):
  """A proxy that takes a half-close of its client for the end of both."""

  def __init__(self, port):
    super().__init__(daemon=True)
    self.port = port
    self.listener = socket.create_server(('127.0.0.1', 0), backlog=64)
    self.address = '127.0.0.1:%d' % self.listener.getsockname()[1]

  def run(self):
    while True:
      client = self.listener.accept()[0]
      server = socket.create_connection(('127.0.0.1', self.port))
      threading.Thread(target=self.pump, args=(client, server, True),
                       daemon=True).start()
      threading.Thread(target=self.pump, args=(server, client, False),
                       daemon=True).start()

  @staticmethod
  def pump(source, sink, cuts):
    try:
      while octets := source.recv(65536):
        sink.sendall(octets)
      for end in (source, sink) if cuts else (sink,):
        end.shutdown(socket.SHUT_WR)
    except OSError:
      pass
    if cuts:
      source.close()


class ServedTest(ExaminedTest):

  def setUp(self):
    self.server = subprocess.Popen(
        [FORKRPC, 'doctor', '--serve=127.0.0.1:0'], stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL)
    line = self.server.stdout.readline().decode()
    self.address = re.fullmatch(r'forkrpc doctor serves at (.*)\n', line)[1]

  def tearDown(self):
    self.server.terminate()
    self.server.wait()
    self.server.stdout.close()

  def test_a_connection(self):
    found = self.examined(doctor('--json', '--connect=' + self.address))
    self.assertEqual(self.having(found, 'broken'), set(), found)
    self.assertEqual(self.having(found, 'not_tried'),
                     {'latest_answer', 'exit_status', 'stderr_arrives'})
    self.assertEqual(found['process']['fd0'], 'socket-tcp')

  def test_a_proxy_that_cuts(self):
    proxy = Cutter(int(self.address.split(':')[1]))
    proxy.start()
    found = self.examined(doctor('--json', '--connect=' + proxy.address))
    self.assertEqual(self.having(found, 'broken'), LOST, found)

  def test_a_client_as_the_launcher(self):
    host, port = self.address.split(':')
    client = (
        'import socket,threading,os\n'
        f's=socket.create_connection(("{host}",{port}))\n'
        'def down():\n'
        '  while b:=os.read(0,65536): s.sendall(b)\n'
        '  s.shutdown(socket.SHUT_WR)\n'
        'threading.Thread(target=down,daemon=True).start()\n'
        'while b:=s.recv(65536):\n'
        '  while b: b=b[os.write(1,b):]\n')
    found = self.examined(
        doctor('--json', '--as-is', '--', 'python3', '-Sc', client))
    self.assertEqual(self.having(found, 'broken'),
                     {'exit_status', 'stderr_arrives'}, found)


if __name__ == '__main__':
  unittest.main()
