# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""What slurm and namespaces share: the programs, doctor's verdict, a pool whose
workers several launchers start, and daemons that are ended whatever happens."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATIENCE = 60
TARGETS = ('//tools/forkrpc', '//tools/launchers:pool_shell',
           '//cc/forkrpc/pool:test_worker')


class Cannot(Exception):
  """It cannot run here, and why."""


class Wrong(Exception):
  """What should hold does not."""


def say(text):
  print(text, flush=True)


def main(doc, run):
  """Runs `run(programs)`; the exit status is the script's."""
  if sys.argv[1:] in (['-h'], ['--help']):
    print(doc)
    return 0
  if len(sys.argv) > 1 and not sys.argv[1].startswith('--bin='):
    print(f'{os.path.basename(sys.argv[0])}: what is {sys.argv[1]}? '
          'try --help', file=sys.stderr)
    return 2
  try:
    run(Programs(sys.argv[1][6:] if len(sys.argv) > 1 else None))
  except Cannot as why:
    say(f'NOT RUN: {why}')
    return 4
  except Wrong as why:
    say(f'WRONG: {why}')
    return 1
  return 0


class Programs:
  """Where forkrpc, pool_shell and test_worker are."""

  def __init__(self, folder):
    if folder is None:
      build = ['bazel', 'build', '--config=checked', *TARGETS]
      if subprocess.run(build, cwd=ROOT, check=False).returncode != 0:
        raise Wrong('the programs do not build')
      folder = subprocess.run(
          ['bazel', 'info', '--config=checked', 'bazel-bin'], cwd=ROOT,
          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
          text=True).stdout.strip()
    self.forkrpc = os.path.join(folder, 'tools/forkrpc/forkrpc')
    self.pool_shell = os.path.join(folder, 'tools/launchers/pool_shell')
    self.worker = os.path.join(folder, 'cc/forkrpc/pool/test_worker')
    for program in (self.forkrpc, self.pool_shell, self.worker):
      if not os.access(program, os.X_OK):
        raise Wrong(f'{program} is not there')


def need(*programs):
  """The paths of programs, also such as only root has in its PATH."""
  path = os.environ.get('PATH', '') + ':/usr/sbin:/sbin'
  found = [shutil.which(program, path=path) for program in programs]
  missing = [p for p, where in zip(programs, found) if where is None]
  if missing:
    raise Cannot(f'{", ".join(missing)} not installed')
  return found


@contextlib.contextmanager
def folder():
  """A short path: a socket's may have 108 octets."""
  path = tempfile.mkdtemp(prefix='forkrpc-', dir='/tmp')
  try:
    os.chmod(path, 0o755)
    yield path
  finally:
    shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def daemon(log, *command, **kwargs):
  """A process in the foreground that is ended, with all it has started."""
  with open(log, 'wb') as out:
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
        start_new_session=True, **kwargs)
  try:
    yield process
  finally:
    for number in (signal.SIGTERM, signal.SIGKILL):
      with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
      with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)
        break


def processes_with(variable, value, name):
  """The ids of processes of that name with that in their environment."""
  found = []
  for entry in os.listdir('/proc'):
    if not entry.isdigit():
      continue
    try:
      with open(f'/proc/{entry}/comm', encoding='utf-8') as file:
        if file.read().strip() != name:
          continue
      with open(f'/proc/{entry}/environ', 'rb') as file:
        words = file.read().split(b'\0')
    except OSError:
      continue
    if f'{variable}={value}'.encode() in words:
      found.append(int(entry))
  return found


def until(what, done, *daemons, seconds=PATIENCE):
  """Until done(), while the daemons live."""
  end = time.monotonic() + seconds
  while not done():
    for process in daemons:
      if process.poll() is not None:
        raise Wrong(f'{process.args[0]} has ended before {what}')
    if time.monotonic() > end:
      raise Wrong(f'not within {seconds} s: {what}')
    time.sleep(0.1)


def examine(programs, name, launcher, env=None):
  """doctor's verdict on a launcher, which is printed."""
  result = subprocess.run(
      [programs.forkrpc, 'doctor', '--json', '--binding=pipes', '--', *launcher],
      stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=180,
      env=env)
  if result.returncode not in (0, 1):
    raise Wrong(f'doctor says nothing of {name}: {result.stderr.decode()}')
  found = json.loads(result.stdout)
  held = [p for p in found['promises'] if p['state'] == 'holds']
  say(f'doctor: {name}: '
      f'{"nothing that the wire needs is broken" if found["fit"] else "UNFIT"}, '
      f'{len(held)} promises hold ({found["starts"]} starts, '
      f'{found["seconds"]:.1f} s)')
  for promise in found['promises']:
    if promise['state'] == 'broken':
      say(f'  {"BROKEN" if promise["needed"] else "note"}  {promise["plain"]}: '
          f'{promise["found"]}')
  return found


class PoolShell:
  """pool_shell, and what it has said."""

  def __init__(self, programs, launchers, env=None):
    self.lines = []
    self.octets = b''
    words = [f'{name}={" ".join(command)}'
             for name, command in launchers.items()]
    self.process = subprocess.Popen(
        [programs.pool_shell, *words], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, env=env)
    os.set_blocking(self.process.stdout.fileno(), False)

  def __enter__(self):
    return self

  def __exit__(self, *_):
    # Its workers see the end of their input when it is gone.
    self.process.kill()
    self.process.wait()
    self.process.stdin.close()
    self.process.stdout.close()

  def call(self, name, request):
    self.process.stdin.write(f'{name} {request}\n'.encode())
    self.process.stdin.flush()

  def read(self):
    more = self.process.stdout.read()
    self.octets += more or b''
    *lines, self.octets = self.octets.split(b'\n')
    for line in lines:
      self.lines.append(line.decode(errors='replace'))
      say('  ' + self.lines[-1])

  def find(self, pattern):
    """The first line that begins so, None if there is none yet."""
    self.read()
    return next((m for m in (re.match(pattern, line) for line in self.lines)
                 if m), None)

  def expect(self, pattern):
    until(f'the pool says {pattern}', lambda: self.find(pattern), self.process)
    return self.find(pattern)

  def finish(self):
    """Drains; the counts of calls that were answered, and that were not."""
    self.process.stdin.close()
    until('the pool has drained', lambda: self.process.poll() is not None)
    done = self.find(r'done (\d+) (\d+)')
    if done is None:
      raise Wrong('the pool has not drained')
    return int(done[1]), int(done[2])


@contextlib.contextmanager
def gate(path):
  """A FIFO that test_worker's "wait" waits at; calling it lets some pass."""
  os.mkfifo(path)
  fd = os.open(path, os.O_RDWR)
  try:
    yield lambda calls: os.write(fd, b'x' * calls)
  finally:
    os.close(fd)
