# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""A Bazel workspace outside the repository that takes forkrpc from a checkout.

It is what a user has: cc/forkrpc/examples/dependant's WORKSPACE and .bazelrc,
and targets of his own. All is built with clang under layering_check, without
optimising.

    with Workspace(root) as workspace:
      workspace.add('hello', kind='cc_binary', source='int main() {}', deps=[])
      built, said = workspace.build('hello')
      workspace.program('hello')
"""

import os
import subprocess
import tempfile

DEPENDANT = 'cc/forkrpc/examples/dependant'
OPTIONS = ('--repo_env=CC=clang', '--features=layering_check', '--copt=-O0',
           '--copt=-g0', '--keep_going', '--noshow_progress',
           '--ui_event_filters=-info')
_PATH = 'path = "../../../.."'
_CXX20 = '-std=c++20'


class Workspace:
  """The folder, until the end of the `with`, and a Bazel server for it."""

  def __init__(self, root, options=()):
    self._root = root
    self._options = options
    self._folder = tempfile.TemporaryDirectory(prefix='forkrpc-outside-')
    self._rules = ['load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library")\n']
    local = os.path.join(root, '.bazelrc.local')
    self._startup = [f'--bazelrc={local}'] if os.path.isfile(local) else []

  def __enter__(self):
    text = self._read('WORKSPACE')
    if _PATH not in text:
      raise ValueError(f'{DEPENDANT}/WORKSPACE does not have {_PATH}')
    self._write('WORKSPACE', text.replace(_PATH, f'path = "{self._root}"'))
    self._write('.bazelrc', self._read('.bazelrc'))
    return self

  def __exit__(self, *_):
    self._run('shutdown')
    self._folder.cleanup()

  def _read(self, name):
    path = os.path.join(self._root, DEPENDANT, name)
    with open(path, encoding='utf-8') as file:
      return file.read()

  def _write(self, name, text):
    with open(os.path.join(self._folder.name, name), 'w',
              encoding='utf-8') as file:
      file.write(text)

  def add(self, name, kind, source, deps, cxx20=False, copts=()):
    """A target with one source; `deps` are whole labels, //... is forkrpc's."""
    copts = [*copts, *([_CXX20] if cxx20 else [])]
    deps = sorted({d if d.startswith('@') else f'@forkrpc{d}' for d in deps})
    self._write(f'{name}.cc', source)
    self._rules.append(
        f'{kind}(\n    name = "{name}",\n    srcs = ["{name}.cc"],\n'
        f'    copts = {copts},\n    linkstatic = True,\n    deps = {deps},\n)\n')

  def _run(self, *words):
    return subprocess.run(['bazel', *self._startup, *words],
                          cwd=self._folder.name, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)

  def build(self, *names):
    """(whether all of them were built, what Bazel said)."""
    self._write('BUILD.bazel', '\n'.join(self._rules))
    result = self._run('build', *OPTIONS, *self._options,
                       *(f'//:{n}' for n in names))
    return result.returncode == 0, result.stdout

  def program(self, name):
    """The path of a program; it is not there if it was not built."""
    return os.path.realpath(os.path.join(self._folder.name, 'bazel-bin', name))
