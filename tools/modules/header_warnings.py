# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Compiles the public headers as a user's strictest build would, without a warning.

Each by itself and included twice, in the oldest C++ that it is for; then all together in
C++17, 20 and 23, and each of these without exceptions and RTTI too. By every compiler
of these that is installed, on the libraries that are: Abseil, libuv, protobuf, Asio,
GLib. A header whose library is not there is named, and is not counted.

usage: python3 -m tools.modules.header_warnings [COMPILER...]
Exit status: 0 no warning, 1 a warning or an error, 4 no compiler or no Abseil.
"""

import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile

from tools.layering import cc_targets
from tools.layering import public_targets

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
COMPILERS = ('g++', 'clang++', 'clang++-21', 'clang++-14')
WARNINGS = ('-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Wshadow', '-Werror')
STANDARDS = ('c++17', 'c++20', 'c++2b')
PLAIN = ('-fno-exceptions', '-fno-rtti')
# Whose own headers do not compile without exceptions and RTTI.
NOT_PLAIN = ('forkrpc/event_loop/asio_loop.h', 'forkrpc/event_loop/boost_asio_loop.h')
# The parts of the library that need C++20.
NEWER = 'forkrpc/coro/'


def all_files():
  """The tree's files: git's, or those of an archive, which has no git."""
  found = []
  for folder, folders, files in os.walk(ROOT):
    folders[:] = [f for f in folders if not f.startswith(('.', 'bazel-')) and f != 'out']
    found += [os.path.relpath(os.path.join(folder, f), ROOT) for f in files]
  return sorted(found)


def headers():
  """The public headers, without those that protobuf makes."""
  targets = cc_targets.read_targets(ROOT, all_files())
  named = {header for header, _ in public_targets.public_headers(targets)}
  return sorted(h for h in named if h.startswith('forkrpc/') and not h.endswith('.pb.h'))


def flags_of(module):
  made = subprocess.run(['pkg-config', '--cflags', module], capture_output=True, text=True,
                        check=False)
  return re.sub(r'-I', '-isystem', made.stdout).split()


class Judge:
  """Compiles sources; keeps what compilers say."""

  def __init__(self, folder):
    self._folder = folder
    self._includes = ['-I' + os.path.join(ROOT, 'cc'), '-isystem', os.path.join(folder, 'proto'),
                      '-DASIO_STANDALONE', *flags_of('glib-2.0')]

  def generate(self):
    """Makes the headers of our .proto files, where there is protoc."""
    made = os.path.join(self._folder, 'proto')
    os.makedirs(made)
    proto = os.path.join(ROOT, 'proto')
    files = [os.path.join('forkrpc', f) for f in os.listdir(os.path.join(proto, 'forkrpc'))
             if f.endswith('.proto')]
    if shutil.which('protoc'):
      subprocess.run(['protoc', f'--proto_path={proto}', f'--cpp_out={made}', *files], check=True)

  def compile(self, compiler, standard, included, options=(), judged=True):
    """What the compiler says of a source with these includes; '' if nothing."""
    text = ''.join(f'#include "{name}"\n' for name in included)
    made = subprocess.run(
        [compiler, f'-std={standard}', '-fsyntax-only', '-x', 'c++', *self._includes, *options,
         *(WARNINGS if judged else ('-w',)), '-'],
        input=text, capture_output=True, text=True, check=False)
    return '' if made.returncode == 0 else made.stderr or 'failed'


def oldest_for(header):
  return 'c++20' if header.startswith(NEWER) else 'c++17'


def lacking(said):
  """The header of another project that there is not, or None."""
  match = re.search(r"fatal error: '?([^': ]+)'?(?: file not found|: No such file)", said)
  return match.group(1) if match and not match.group(1).startswith('forkrpc/') else None


def judge_compiler(judge, compiler, names):
  """Prints what is wrong; returns how many compilations were and how many were wrong."""
  wrong = 0
  there = []
  with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    said = pool.map(lambda h: judge.compile(compiler, oldest_for(h), [h, h]), names)
    for header, complaint in zip(names, said):
      if not complaint:
        there.append(header)
      elif lacking(complaint):
        print(f'NOT LOOKED AT: {header}: {lacking(complaint)} is not installed')
      else:
        wrong += 1
        print(f'{compiler}: {header} by itself:\n{complaint}')
    together = []
    for standard in STANDARDS:
      some = [h for h in there if standard != 'c++17' or not h.startswith(NEWER)]
      plain = [h for h in some if h not in NOT_PLAIN]
      together += [(standard, some, ()), (standard, plain, PLAIN)]
    said = pool.map(lambda one: judge.compile(compiler, *one), together)
    for (standard, some, options), complaint in zip(together, said):
      if complaint:
        wrong += 1
        print(f'{compiler} -std={standard} {" ".join(options)}, together:\n{complaint}')
  if len(there) < len(names) // 2:
    print(f'{compiler}: only {len(there)} of {len(names)} headers could be looked at')
    wrong += 1
  return len(names) + len(together), wrong


def main(argv):
  compilers = [c for c in argv or COMPILERS if shutil.which(c)]
  same = {}
  for compiler in compilers:
    same.setdefault(os.path.realpath(shutil.which(compiler)), compiler)
  compilers = list(same.values())
  if not compilers:
    print('warnings: no compiler is installed', file=sys.stderr)
    return 4
  names = headers()
  failed = False
  with tempfile.TemporaryDirectory(prefix='forkrpc-warnings-') as folder:
    judge = Judge(folder)
    judge.generate()
    if lacking(judge.compile(compilers[0], 'c++17', ['absl/status/status.h'], judged=False)):
      print('warnings: Abseil is not installed', file=sys.stderr)
      return 4
    for compiler in compilers:
      version = subprocess.run([compiler, '--version'], capture_output=True, text=True,
                               check=True).stdout.splitlines()[0]
      done, wrong = judge_compiler(judge, compiler, names)
      print(f'warnings: {version}: {len(names)} headers, {done} compilations, {wrong} wrong',
            flush=True)
      failed = failed or wrong > 0
  return 1 if failed else 0


if __name__ == '__main__':
  sys.exit(main(sys.argv[1:]))
