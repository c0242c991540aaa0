# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Includes every public header from a workspace outside the repository.

Makes a workspace in a temporary folder that takes forkrpc from this checkout,
as cc/forkrpc/examples/dependant does, with one library for each public header:
a source that includes it and nothing else, and the header's own target as the
only dependency. Bazel builds them with clang under layering_check, so that a
target which a user may not see, or must guess, is an error; the libraries behind
them are compiled on the way, so that our own sources are held to their deps too.
That the check is on is seen by two libraries that must not build: one includes a
header of a target that it does not name, one depends on what is not public.

A header whose library is tagged manual (Asio's, GLib's) is left out, and named,
where a trial shows that the library is not installed.

usage: python3 -m tools.layering.outside_headers [BAZEL-OPTION...]
Exit status: 0 all is as it should be, 1 not, 4 clang is missing.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

from tools.layering import cc_targets
from tools.layering import check as layering
from tools.layering import public_targets

DEPENDANT = 'cc/forkrpc/examples/dependant'
OPTIONS = ['--repo_env=CC=clang', '--features=layering_check', '--copt=-O0',
           '--copt=-g0', '--keep_going', '--noshow_progress',
           '--ui_event_filters=-info',
           '--experimental_convenience_symlinks=ignore']
# What a library of tools/layering/layers.txt's "!only" lines is found by.
TRIALS = {
    'forkrpc/event_loop/asio_loop.h': '#include <asio.hpp>',
    'forkrpc/event_loop/glib_loop.h': '#include <glib.h>',
}
UNNAMED = 'includes_what_it_does_not_name'
UNSEEN = 'depends_on_what_is_not_public'


def rule(name, dep, copts=''):
  return (f'cc_library(\n    name = "{name}",\n    srcs = ["{name}.cc"],\n'
          + (f'    copts = {copts},\n' if copts else '') +
          f'    linkstatic = True,\n    deps = ["@forkrpc{dep}"],\n)\n')


def name_of(header):
  return re.sub(r'\W', '_', header)


def copts_of(target):
  """C++20 for what is built so itself: the user's code must be, too."""
  return '["-std=c++20"]' if 'CXX20' in target.copts else ''


def workspace(root, headers, private):
  """The files of the workspace, by path."""
  with open(os.path.join(root, DEPENDANT, 'WORKSPACE'),
            encoding='utf-8') as file:
    text = file.read()
  if 'path = "../../../.."' not in text:
    raise ValueError(f'{DEPENDANT}/WORKSPACE does not name ../../../..')
  with open(os.path.join(root, DEPENDANT, '.bazelrc'),
            encoding='utf-8') as file:
    files = {'.bazelrc': file.read()}
  files['WORKSPACE'] = text.replace('path = "../../../.."', f'path = "{root}"')
  rules = ['load("@rules_cc//cc:defs.bzl", "cc_library")\n']
  for header, target in headers:
    name = name_of(header)
    rules.append(rule(name, target.label, copts_of(target)))
    files[f'{name}.cc'] = f'#include "{header}"\n'
  # clock.h is of a target of its own, which event_loop only depends on.
  rules.append(rule(UNNAMED, '//cc/forkrpc/event_loop:event_loop'))
  files[f'{UNNAMED}.cc'] = ('#include "forkrpc/base/monotonic_time.h"\n'
                            '#include "forkrpc/event_loop/event_loop.h"\n')
  rules.append(rule(UNSEEN, private.label))
  files[f'{UNSEEN}.cc'] = ''
  files['BUILD.bazel'] = '\n'.join(rules)
  return files


def is_there(header):
  """Whether what a header needs of the system is installed."""
  trial = TRIALS.get(header)
  if trial is None:
    return True
  flags = subprocess.run(['pkg-config', '--cflags', 'glib-2.0'],
                         capture_output=True, text=True, check=False).stdout
  return subprocess.run(
      ['clang', '-x', 'c++', '-fsyntax-only', '-DASIO_STANDALONE',
       *flags.split(), '-'], input=trial + '\n', capture_output=True,
      text=True, check=False).returncode == 0


class Builder:
  """Bazel in the workspace, with a server of its own."""

  def __init__(self, folder, root, options):
    local = os.path.join(root, '.bazelrc.local')
    self._startup = [f'--bazelrc={local}'] if os.path.isfile(local) else []
    self._folder = folder
    self._options = options

  def _run(self, *words):
    return subprocess.run(['bazel', *self._startup, *words], cwd=self._folder,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)

  def build(self, *names):
    """(whether all were built, what Bazel said)."""
    result = self._run('build', *OPTIONS, *self._options,
                       *(f'//:{n}' for n in names))
    return result.returncode == 0, result.stdout

  def close(self):
    self._run('shutdown')


def check(builder, headers):
  """Returns the complaints."""
  complaints = []
  for name, why in ((UNNAMED, 'does not depend on a module exporting'),
                    (UNSEEN, 'is not visible from')):
    built, said = builder.build(name)
    if built or why not in said:
      complaints.append(f'//:{name} must not build, for "{why}", but:\n{said}')
  built, said = builder.build(*(name_of(h) for h, _ in headers))
  if not built:
    complaints.append(said)
  return complaints


def main(argv):
  if shutil.which('clang') is None:
    print('outside headers: clang is not installed', file=sys.stderr)
    return 4
  root = os.path.dirname(os.path.dirname(os.path.dirname(
      os.path.realpath(__file__))))
  targets = cc_targets.read_targets(root, layering.tracked_files(root))
  headers = public_targets.public_headers(targets)
  left_out = [h for h, t in headers if 'manual' in t.tags and not is_there(h)]
  headers = [(h, t) for h, t in headers if h not in left_out]
  private = next(t for t in targets.values() if t.kind == 'cc_library'
                 and not t.is_public and not t.testonly)
  with tempfile.TemporaryDirectory() as folder:
    for path, text in workspace(root, headers, private).items():
      with open(os.path.join(folder, path), 'w', encoding='utf-8') as file:
        file.write(text)
    builder = Builder(folder, root, argv)
    try:
      complaints = check(builder, headers)
    finally:
      builder.close()
  for header in left_out:
    print(f'outside headers: {header} left out, its library is not installed')
  for complaint in complaints:
    print(complaint)
  print(f'outside headers: {len(headers)} headers, each with its own target '
        f'only; {len(complaints)} complaints')
  return 1 if complaints or not headers else 0


if __name__ == '__main__':
  sys.exit(main(sys.argv[1:]))
