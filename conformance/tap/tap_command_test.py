# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""forkrpc-conformance tap as its users run it: what the parent sees, what is said."""

import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = os.path.abspath('conformance/runner/forkrpc-conformance')
CHILD = os.path.abspath('conformance/testees/cc/child')
PREFIX = 'forkrpc-conformance tap: '
SECONDS = 60


def request(number, payload):
  return struct.pack('>II', number, len(payload)) + payload


class TapTest(unittest.TestCase):

  def setUp(self):
    self.folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))

  def path(self, name):
    return os.path.join(self.folder, name)

  def start(self, options, child, wire='socket', **kwargs):
    """The tap, and the ends that its parent has to write and to read."""
    command = [PROGRAM, 'tap', *options, '--', *child]
    if wire == 'pipes':
      process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, **kwargs)
      return process, process.stdin.fileno(), process.stdout.fileno()
    ours, theirs = socket.socketpair()
    ours.settimeout(SECONDS)
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs,
                               stderr=subprocess.PIPE, **kwargs)
    theirs.close()
    self.addCleanup(ours.close)
    return process, ours, ours

  def run_tap(self, options, child, octets=b'', **kwargs):
    """(exit status, what came back, lines on standard error)."""
    process, wire, _ = self.start(options, child, **kwargs)
    try:
      wire.sendall(octets)
      wire.shutdown(socket.SHUT_WR)
    except OSError:
      pass  # it has ended
    back = b''
    while True:
      piece = wire.recv(1 << 16)
      if not piece:
        break
      back += piece
    errors = process.stderr.read().decode()
    process.stderr.close()
    return process.wait(SECONDS), back, errors

  def expect_refused(self, options, child, status, text):
    code, back, errors = self.run_tap(options, child)
    self.assertEqual((code, back), (status, b''), errors)
    self.assertEqual(errors.count('\n'), 1, errors)
    self.assertTrue(errors.startswith(PREFIX), errors)
    self.assertIn(text, errors)


class TransparentTest(TapTest):

  def test_a_call(self):
    self.assertEqual(self.run_tap([], [CHILD, 'async'], request(1, b'Ehello')),
                     (0, request(1, b'hello'), ''))

  def test_exit_status_is_the_childs(self):
    for status in (0, 1, 10, 255):
      code, _, errors = self.run_tap([], ['sh', '-c', f'exit {status}'])
      self.assertEqual(code, status)
      # After a half-close a child ends with status 0.
      self.assertEqual('FR-CLS-005' in errors, status != 0, errors)

  def test_ends_by_the_childs_signal(self):
    for number in (signal.SIGKILL, signal.SIGSEGV, signal.SIGPIPE):
      code, _, errors = self.run_tap([], ['sh', '-c', f'kill -{int(number)} $$'])
      self.assertEqual(code, -number)
      self.assertIn(f'is killed by signal {int(number)}', errors)

  def test_signals_are_handed_on(self):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
      script = f"trap 'echo caught; exit 7' {int(number)}; echo ready; read x; exit 9"
      process, wire, _ = self.start([], ['sh', '-c', script])
      self.assertEqual(wire.recv(64), b'ready\n')
      process.send_signal(number)
      self.assertEqual(wire.recv(64), b'caught\n')
      self.assertEqual(process.wait(SECONDS), 7)
      # Nobody is blamed for what a signal did.
      self.assertNotIn('CLS', process.stderr.read().decode())
      process.stderr.close()

  def test_the_child_is_killed_with_the_tap(self):
    process, wire, _ = self.start([], ['sh', '-c', 'echo $$; exec sleep 600'])
    child = int(wire.recv(64))
    process.kill()
    process.wait(SECONDS)
    process.stderr.close()
    begin = time.monotonic()
    while self.lives(child):
      self.assertLess(time.monotonic(), begin + SECONDS)
      time.sleep(0.01)

  @staticmethod
  def lives(pid):
    try:
      with open(f'/proc/{pid}/stat', encoding='utf-8') as file:
        return file.read().rsplit(')', 1)[1].split()[0] != 'Z'
    except FileNotFoundError:
      return False

  def test_what_the_child_finds(self):
    """Signals, mask, descriptors, their kinds and flags: as without the tap."""
    script = '''
import fcntl, os, signal, stat
for number in sorted(signal.valid_signals()):
  try:
    print(int(number), signal.getsignal(number) in (signal.SIG_IGN,))
  except ValueError:
    pass
print(sorted(int(n) for n in signal.pthread_sigmask(signal.SIG_BLOCK, [])))
for fd in range(64):
  try:
    kind = stat.S_IFMT(os.fstat(fd).st_mode)
  except OSError:
    continue
  print(fd, oct(kind), bool(fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_NONBLOCK))
print(os.getpgrp() == int(os.environ['GROUP']), os.getcwd(), os.environ.get('FORKRPC_FORM'))
'''
    read, write = os.pipe()
    self.addCleanup(os.close, read)
    self.addCleanup(os.close, write)

    def prepare():
      signal.signal(signal.SIGUSR2, signal.SIG_IGN)
      signal.signal(signal.SIGCHLD, signal.SIG_IGN)
      signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])

    env = {**os.environ, 'GROUP': str(os.getpgrp()), 'FORKRPC_FORM': 'sync'}
    child = [sys.executable, '-c', script]
    for wire in ('socket', 'pipes'):
      seen = []
      for command in (child, [PROGRAM, 'tap', '--', *child]):
        pair = socket.socketpair() if wire == 'socket' else None
        process = subprocess.Popen(
            command, env=env, cwd='/', pass_fds=[write], preexec_fn=prepare,
            stdin=pair[1] if pair else subprocess.PIPE,
            stdout=pair[1] if pair else subprocess.PIPE)
        if pair:
          pair[1].close()
          pair[0].shutdown(socket.SHUT_WR)
          with pair[0].makefile('rb') as file:
            seen.append(file.read().decode())
          pair[0].close()
          process.wait(SECONDS)
        else:
          seen.append(process.communicate(timeout=SECONDS)[0].decode())
      self.assertIn('[14]' if wire else '', seen[0])
      self.assertEqual(seen[0], seen[1])

  def test_a_descriptor_of_the_childs_is_the_childs_alone(self):
    read, write = os.pipe()
    process, wire, _ = self.start([], ['sh', '-c', f'exec {write}>&-; read x'],
                                  pass_fds=[write])
    os.close(write)
    self.assertEqual(os.read(read, 1), b'')  # although tap and child live
    os.close(read)
    wire.close()
    process.wait(SECONDS)
    process.stderr.close()


class SaysTest(TapTest):

  def test_a_breach_is_one_line(self):
    code, _, errors = self.run_tap(['--form=sync'], ['printf', r'\0\0\0\1\0\0\0\0'])
    self.assertEqual(code, 0)
    self.assertEqual(errors.count('\n'), 1, errors)
    self.assertRegex(errors, PREFIX + 'FR-ORD-005 .*: the child, at octet 8 of what it '
                     'sent, sends a response with id 1 in the state ')

  def test_a_breach_may_count(self):
    wrong = ['printf', r'\0\0\0\1\0\0\0\0']
    right = [CHILD, 'async']
    self.assertEqual(self.run_tap(['--breach_status=77'], wrong)[0], 77)
    self.assertEqual(self.run_tap(['--breach_status=77'], right)[0], 0)

  def test_the_form_that_is_meant(self):
    octets = struct.pack('>I', 6) + b'Ehello'
    _, back, errors = self.run_tap(['--form', 'async'], [CHILD, 'sync'], octets)
    self.assertEqual(back, request(1, b'hello'))
    self.assertIn('is --form=sync meant?', errors)

  def test_files(self):
    log, wire, pcap = self.path('new/a.log'), self.path('a.wire'), self.path('a.pcapng')
    options = ['--log', log, '--wire', wire, '--pcap', pcap, '--snap=2']
    self.assertEqual(self.run_tap(options, [CHILD, 'async'], request(1, b'Ehello'))[0], 0)
    with open(log, encoding='utf-8') as file:
      text = file.read()
    for part in ('request id 1, length 6', 'response id 1, length 5', '45 68 ',
                 '... 4 payload octets cut', 'the child ends with status 0'):
      self.assertIn(part, text)
    with open(pcap, 'rb') as file:
      octets = file.read()
    self.assertEqual(octets[:4], b'\x0a\x0d\x0d\x0a')
    for file_octets in (text.encode(), octets):
      self.assertNotIn(b'llo', file_octets)
    judged = subprocess.run([PROGRAM, 'judge', wire], capture_output=True, text=True,
                            check=False, timeout=SECONDS)
    self.assertEqual((judged.returncode, judged.stdout, judged.stderr),
                     (0, 'tap: no clause is seen broken\n', ''))

  def test_a_record_of_a_breach(self):
    wire = self.path('b.wire')
    self.run_tap(['--wire', wire], ['printf', r'\0\0\0\1\0\0\0\0'])
    judged = subprocess.run([PROGRAM, 'judge', wire], capture_output=True, text=True,
                            check=False, timeout=SECONDS)
    self.assertEqual(judged.returncode, 1, judged.stdout + judged.stderr)
    self.assertIn('the child, at octet 8 ', judged.stdout)
    self.assertNotIn('HARNESS', judged.stdout)

  def test_a_file_that_takes_nothing_stops_nobody(self):
    fifo = self.path('fifo')
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    calls = b''.join(request(i + 1, b'E' + b'x' * 1000) for i in range(300))
    code, back, errors = self.run_tap(['--wire', fifo], [CHILD, 'async'], calls)
    os.close(reader)
    self.assertEqual((code, len(back)), (0, 300 * 1008))
    self.assertEqual(errors, f'{PREFIX}{fifo}: is written no more: it has taken nothing '
                     'for 1s\n')


  def test_standard_error_that_nobody_reads_stops_nobody(self):
    """The child fills it; then the tap has something to say."""
    script = """
import fcntl, os, sys
os.write(2, b'x' * fcntl.fcntl(2, 1032))  # F_GETPIPE_SZ
os.write(1, bytes.fromhex('0000000100000000'))
sys.stdin.read()
"""
    process, wire, _ = self.start([], [sys.executable, '-c', script])
    self.assertEqual(wire.recv(64), request(1, b''))
    wire.shutdown(socket.SHUT_WR)
    self.assertEqual(wire.recv(64), b'')
    self.assertEqual(process.wait(SECONDS), 0)
    process.stderr.close()

  def test_standard_error_that_is_closed(self):
    log = self.path('c.log')
    script = 'import os\ntry:\n  os.fstat(2)\nexcept OSError:\n  os.write(1, b"closed")'
    process, wire, _ = self.start(['--log', log], [sys.executable, '-c', script],
                                  preexec_fn=lambda: os.close(2))
    self.assertEqual(wire.recv(64), b'closed')
    wire.close()
    process.wait(SECONDS)
    process.stderr.close()
    with open(log, encoding='utf-8') as file:
      self.assertNotIn(PREFIX, file.read())


class RefusedTest(TapTest):

  def test_bad_input(self):
    right = ['true']
    fifo = self.path('fifo')
    os.mkfifo(fifo)
    for options, child, text in (
        ([], ['/no/such/child'], 'cannot start /no/such/child: No such file'),
        ([], [self.folder], 'cannot start ' + self.folder + ': Permission denied'),
        ([], [], 'say tap [OPTION...] -- CHILD'),
        (['word'], right, "'word' is not expected here"),
        (['--form=both'], right, 'use sync or async'),
        (['--snap=-1'], right, 'use a number from 0 on'),
        (['--breach_status=256'], right, 'use a number from 1 to 255'),
        (['--nothing'], right, 'nothing'),
        (['--log', self.folder], right, self.folder + ': cannot be written: Is a dir'),
        (['--pcap', '/proc/none/x'], right, '/proc/none/x: cannot be written: '),
        (['--wire', fifo], right, '(nobody reads it)'),
        (['--log=/dev/stdout'], right, '/dev/stdout is the wire'),
        (['--listen=/x'], [], '--listen and --connect belong together'),
        (['--listen=/x', '--connect=/y'], right, 'say tap '),
        (['--listen=host:1', '--connect=/y'], [], "'host:1' is no address"),
        (['--listen=/no/folder/x', '--connect=/y'], [], 'cannot listen at /no/folder/x: '),
    ):
      with self.subTest(options=options):
        self.expect_refused(options, child, 2, text)


class RelayTest(TapTest):

  def relay(self, listen, connect, *options):
    process = subprocess.Popen(
        [PROGRAM, 'tap', f'--listen={listen}', f'--connect={connect}', *options],
        stderr=subprocess.PIPE, text=True)
    self.addCleanup(process.stderr.close)
    self.addCleanup(process.kill)
    line = process.stderr.readline()
    self.assertTrue(line.startswith(PREFIX + 'listens at '), line)
    return process, line.split()[-1]

  def connect(self, address):
    if '/' in address:
      wire = socket.socket(socket.AF_UNIX)
      wire.connect(address)
    else:
      host, port = address.rsplit(':', 1)
      wire = socket.create_connection((host, int(port)), SECONDS)
    wire.settimeout(SECONDS)
    self.addCleanup(wire.close)
    return wire

  def serve(self, address):
    """A listening socket."""
    family = socket.AF_UNIX if '/' in address else socket.AF_INET
    server = socket.socket(family)
    server.settimeout(SECONDS)
    server.bind(address if '/' in address else ('127.0.0.1', 0))
    server.listen(1)
    self.addCleanup(server.close)
    name = server.getsockname()
    return server, name if '/' in address else f'{name[0]}:{name[1]}'

  def test_between_two_sockets(self):
    for listen, at in (('127.0.0.1:0', 'tcp'), ('tap.s', '/'), ('127.0.0.1:0', '/')):
      with self.subTest(listen=listen, at=at):
        folder = tempfile.mkdtemp(dir='/tmp')
        server, name = self.serve(os.path.join(folder, 'child') if at == '/' else at)
        process, address = self.relay(
            os.path.join(folder, listen) if listen == 'tap.s' else listen, name)
        parent = self.connect(address)
        child, _ = server.accept()
        parent.sendall(request(1, b'x'))
        self.assertEqual(child.recv(64), request(1, b'x'))
        parent.shutdown(socket.SHUT_WR)
        self.assertEqual(child.recv(64), b'')
        child.sendall(request(1, b'y'))
        child.close()
        self.assertEqual(parent.recv(64), request(1, b'y'))
        self.assertEqual(parent.recv(64), b'')
        self.assertEqual(process.wait(SECONDS), 0, process.stderr.read())
        server.close()
        for left in os.listdir(folder):
          os.unlink(os.path.join(folder, left))
        os.rmdir(folder)

  def test_a_breach_is_the_status(self):
    server, name = self.serve('tcp')
    process, address = self.relay('127.0.0.1:0', name)
    parent = self.connect(address)
    child, _ = server.accept()
    child.sendall(request(7, b'nobody asked'))
    child.close()
    self.assertIn('the child, at octet 20 ', process.stderr.readline())
    parent.close()
    self.assertEqual(process.wait(SECONDS), 1)

  def test_nobody_at_the_childs_end(self):
    server, name = self.serve('tcp')
    server.close()
    process, address = self.relay('127.0.0.1:0', name)
    # It may come while the parent still connects.
    with self.assertRaises(ConnectionResetError):
      self.connect(address).recv(1)
    self.assertEqual(process.wait(SECONDS), 2)
    self.assertEqual(process.stderr.read(),
                     f'{PREFIX}cannot connect to {name}: Connection refused\n')

  def test_is_ended_by_a_signal(self):
    _, name = self.serve('tcp')
    process, address = self.relay('127.0.0.1:0', name)
    process.terminate()
    self.assertEqual(process.wait(SECONDS), 128 + signal.SIGTERM)
    process, address = self.relay('127.0.0.1:0', name)
    parent = self.connect(address)
    parent.sendall(b'x')
    process.terminate()
    self.assertEqual(process.wait(SECONDS), 128 + signal.SIGTERM)


if __name__ == '__main__':
  unittest.main()
