# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Examines the set-ups of setups.py with `forkrpc doctor`, and writes rows.

  python3 tools/launchers/examine.py --forkrpc=PROGRAM [--slow] [--only=REGEX] ROWS

Only what is installed is examined; rows of ROWS that were not are kept. Best in
a namespace of its own (unshare -n, loopback up), as root, since servers listen
at ports of the loopback and some launchers change the user. Everything that was
started is ended. Exit status: 0 all that could be were examined; 1 not so.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import setups  # pylint: disable=wrong-import-position

START_SECONDS = 10
LIMIT_SECONDS = 120


def free_port():
  with socket.create_server(('127.0.0.1', 0)) as listener:
    return listener.getsockname()[1]


def await_port(port, process):
  """Until somebody listens there."""
  end = time.monotonic() + START_SECONDS
  listening = re.compile(':%04X 0+:0000 0A' % port)
  while time.monotonic() < end:
    if process.poll() is not None:
      return False
    for name in ('tcp', 'tcp6'):
      with open(f'/proc/net/{name}', encoding='ascii') as table:
        if listening.search(table.read()):
          return True
    time.sleep(0.05)
  return False


@contextlib.contextmanager
def added_line(path, line):
  """A line at the end of a file, which is then as it was, or gone."""
  before = None
  if os.path.exists(path):
    with open(path, encoding='utf-8') as file:
      before = file.read()
  with open(path, 'a', encoding='utf-8') as file:
    file.write(line)
  try:
    yield
  finally:
    if before is None:
      os.unlink(path)
    else:
      with open(path, 'w', encoding='utf-8') as file:
        file.write(before)


class Scratch:
  """A folder with keys and configuration, and what the words stand for."""

  def __init__(self, folder, forkrpc):
    self.folder = folder
    self.words = {'{}': f'{forkrpc} doctor --probe', 'FORKRPC': forkrpc,
                  'DIR': folder}

  def fill(self, text):
    for word, meaning in self.words.items():
      text = text.replace(word, str(meaning))
    return text

  def run(self, *words):
    subprocess.run([self.fill(word) for word in words], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

  def make_keys(self, stack):
    """Keys; the user's own list of those that may log in is as before at the end."""
    self.run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', 'DIR/key')
    self.run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', 'DIR/host')
    # Servers want it at home, and nowhere else.
    home = os.path.expanduser('~/.ssh')
    os.makedirs(home, 0o700, exist_ok=True)
    with open(self.fill('DIR/key.pub'), encoding='ascii') as key:
      stack.enter_context(added_line(f'{home}/authorized_keys', key.read()))
    if shutil.which('dropbearkey'):
      self.run('dropbearkey', '-t', 'ed25519', '-f', 'DIR/dropbear_key')
    if shutil.which('openssl'):
      self.run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes',
               '-subj', '/CN=localhost', '-keyout', 'DIR/k.pem', '-out',
               'DIR/c.pem')
      with open(self.fill('DIR/cert.pem'), 'w', encoding='ascii') as both:
        for name in ('k', 'c'):
          with open(self.fill(f'DIR/{name}.pem'), encoding='ascii') as part:
            both.write(part.read())

  def write(self, name, text):
    path = os.path.join(self.folder, name)
    with open(path, 'w', encoding='utf-8') as file:
      file.write(self.fill(text))
    os.chmod(path, 0o700)


@contextlib.contextmanager
def running(words, port):
  """A server in a group of its own; None if it does not come to listen."""
  process = subprocess.Popen(words, stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, start_new_session=True)
  try:
    yield process if await_port(port, process) else None
  finally:
    with contextlib.suppress(ProcessLookupError):
      os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def version(package):
  """As Debian has it, without its own part."""
  query = subprocess.run(['dpkg-query', '-W', '-f', '${Version}', package],
                         capture_output=True, text=True, check=False)
  found = re.sub(r'^\d+:|[-+][^-]*$', '', query.stdout)
  return re.sub(r'\+(dfsg|ds)\d*$|\+really.*$', '', found)


def row_of(setup, found):
  """What the page needs of doctor's JSON."""
  broken = {p['id']: p['found'] for p in found['promises']
            if p['state'] == 'broken'}
  return {
      'kind': setup.kind,
      'program': setup.package,
      'version': version(setup.package),
      'name': setup.name,
      'mend': setup.mend,
      'fit': found['fit'],
      'broken': broken,
      'not_tried': [p['id'] for p in found['promises']
                    if p['state'] == 'not_tried'],
      'fd0': found['process'].get('fd0', ''),
      'fd2': found['process'].get('fd2', ''),
      'starts': found['starts'],
      'doctor': found['version'],
  }


def examine(setup, scratch, slow):
  """The row of a set-up; a text if there is none."""
  with contextlib.ExitStack() as stack:
    if setup.server:
      words = [scratch.fill(word) for word in setup.server]
      path = shutil.which(words[0])
      if path is None:
        return 'not installed'
      words[0] = path
      if stack.enter_context(
          running(words, scratch.words['PORT'])) is None:
        return 'its server does not listen'
    command = [word if word == '{}' or '{}' in word else scratch.fill(word)
               for word in setup.command]
    if command and shutil.which(command[0]) is None:
      return 'not installed'
    arguments = ['--json'] + (['--slow'] if slow else [])
    if setup.as_is:
      arguments.append('--as-is')
    if command:
      arguments += ['--', *command]
    else:
      arguments.append('--connect=127.0.0.1:%d' % scratch.words['PORT'])
    result = subprocess.run([scratch.words['FORKRPC'], 'doctor', *arguments],
                            capture_output=True, text=True, check=False,
                            stdin=subprocess.DEVNULL, timeout=LIMIT_SECONDS)
  if not result.stdout:
    return result.stderr.strip()
  text = result.stdout.replace(scratch.folder, 'DIR')
  return row_of(setup, json.loads(text))


def serve(stack, scratch):
  served = stack.enter_context(subprocess.Popen(
      [scratch.words['FORKRPC'], 'doctor', '--serve=127.0.0.1:0'],
      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True))
  stack.callback(served.kill)
  return int(served.stdout.readline().rsplit(':', 1)[1])


def write_rows(rows, path):
  """Those of set-ups that still are, in their order."""
  order = {(s.kind, s.name): at for at, s in enumerate(setups.SETUPS)}
  with open(path, 'w', encoding='utf-8') as file:
    for key in sorted(rows.keys() & order.keys(), key=order.get):
      print(json.dumps(rows[key], sort_keys=True, ensure_ascii=False),
            file=file)


def examine_all(options):
  rows = {}
  if os.path.exists(options.rows):
    with open(options.rows, encoding='utf-8') as file:
      rows = {(r['kind'], r['name']): r for r in map(json.loads, file)}
  unexamined = 0
  with contextlib.ExitStack() as stack:
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    os.chmod(folder, 0o711)
    scratch = Scratch(folder, os.path.abspath(options.forkrpc))
    scratch.make_keys(stack)
    scratch.words['SERVED'] = serve(stack, scratch)
    scratch.words['SSHD'] = free_port()
    scratch.write('sshd_config', 'Port SSHD\nListenAddress 127.0.0.1\n'
                  'HostKey DIR/host\nPermitRootLogin yes\nStrictModes no\n'
                  'UsePAM no\nPidFile none\n')
    os.makedirs('/run/sshd', exist_ok=True)
    sshd = shutil.which('sshd')
    if sshd:
      stack.enter_context(running([sshd, '-D', '-f', f'{folder}/sshd_config'],
                                  scratch.words['SSHD']))
    for setup in setups.SETUPS:
      if not re.search(options.only, setup.name):
        continue
      scratch.words['PORT'] = free_port()
      scratch.words['OTHER'] = free_port()
      if setup.server == setups.SSHD:
        setup = setup._replace(server=())
        scratch.words['PORT'] = scratch.words['SSHD']
      for name, text in setup.files.items():
        scratch.write(name, text)
      row = examine(setup, scratch, options.slow)
      if isinstance(row, str):
        unexamined += row != 'not installed'
        print(f'{setup.kind} {setup.name}: {row}', flush=True)
        continue
      rows[setup.kind, setup.name] = row
      print(f'{setup.kind} {setup.name}:', 'fit' if row['fit'] else 'NOT FIT',
            ' '.join(row['broken']), flush=True)
      write_rows(rows, options.rows)
  return unexamined


def main():
  parser = argparse.ArgumentParser(
      description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
  parser.add_argument('--forkrpc', required=True)
  parser.add_argument('--slow', action='store_true')
  parser.add_argument('--only', default='')
  parser.add_argument('rows')
  options = parser.parse_args()
  if not os.access(options.forkrpc, os.X_OK):
    parser.error(f'{options.forkrpc} is no program: build it with '
                 '`bazel build //tools/forkrpc`')
  return 1 if examine_all(options) else 0


if __name__ == '__main__':
  sys.exit(main())
