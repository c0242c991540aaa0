# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Odd surroundings: ways to start a program, with what it wrote and how it ended.

  code, stderr_octets, out = Surrounding('SIGCHLD ignored',
                                         before_exec=ignore_sigchld).run(argv)
"""

import fcntl
import os
import pty
import resource
import signal
import subprocess
import tempfile
import termios
import threading
import time

CLOCK = os.path.abspath('tools/surroundings/libwall_clock_step.so')
SANITIZED = 'ASAN_OPTIONS' in os.environ
# Far beyond what a loaded machine takes; a hang is found by it.
PATIENCE = 60


class Surrounding:
  """A way to start a program; here with nothing odd."""

  # Replaces words of the control's report, by regular expression: what may
  # stand in the place of a line that matches the first is the second.
  may = ()
  # Whether all of standard error is read.
  reads_stderr = True

  def __init__(self, name, **changes):
    self.name = name
    self.before_exec = None
    self.wrap = []
    self.environment = {}
    self.stop_after = 0.4
    self.stopped_for = 0
    self.stderr = 'pipe'
    for key, value in changes.items():
      setattr(self, key, value)

  def run(self, argv, patience=PATIENCE):
    stderr = StandardError(self.stderr)
    try:
      with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(
            self.wrap + argv, stdin=subprocess.DEVNULL, stdout=out,
            stderr=stderr.theirs, preexec_fn=self.before_exec,
            env={**os.environ, **self.environment})
        stderr.started()
        try:
          if self.stopped_for:
            time.sleep(self.stop_after)
            process.send_signal(signal.SIGSTOP)
            time.sleep(self.stopped_for)
            process.send_signal(signal.SIGCONT)
          code = process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
          process.kill()
          process.wait()
          code = 'hang'
        out.seek(0)
        return code, stderr.octets(), out.read()
    finally:
      stderr.close()


class StandardError:
  """A standard error: read to its end, never read, or a stopped terminal."""

  def __init__(self, kind):
    self.kind = kind
    self.count = 0
    self.reader = None
    if kind == 'stopped terminal':
      self.ours, self.theirs = pty.openpty()
      termios.tcflow(self.theirs, termios.TCOOFF)
    else:
      self.ours, self.theirs = os.pipe()
    if kind == 'non-blocking':
      flags = fcntl.fcntl(self.theirs, fcntl.F_GETFL)
      fcntl.fcntl(self.theirs, fcntl.F_SETFL, flags | os.O_NONBLOCK)

  def started(self):
    if self.kind != 'stopped terminal':
      os.close(self.theirs)
      self.theirs = -1
    if self.kind in ('pipe', 'non-blocking'):
      self.reader = threading.Thread(target=self.read)
      self.reader.start()

  def read(self):
    # Later than the octets come: what does not fit the pipe has to wait.
    if self.kind == 'non-blocking':
      time.sleep(0.3)
    while octets := os.read(self.ours, 1 << 16):
      self.count += len(octets)

  def octets(self):
    if self.reader is not None:
      self.reader.join(PATIENCE)
    return self.count

  def close(self):
    for fd in (self.ours, self.theirs):
      if fd >= 0:
        os.close(fd)


def ignore_sigchld():
  signal.signal(signal.SIGCHLD, signal.SIG_IGN)


def block_sigpipe():
  signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGPIPE])


def ignore_sigpipe():
  signal.signal(signal.SIGPIPE, signal.SIG_IGN)


def closed(numbers):
  def close():
    for number in numbers:
      os.close(number)
  return close


def limited(kind, amount):
  return lambda: resource.setrlimit(kind, (amount, amount))


def works(argv):
  return subprocess.run(argv, stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL, check=False).returncode == 0
