# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Includes every public header and runs every example, outside the repository.

Makes a workspace in a temporary folder, as a user has one, and in it

* for each public header a library: a source that includes it and nothing else,
  with the header's own target as the only dependency;
* for each example of README and of the head of a public header a program, which
  is then run (see blocks.py and run_programs.py).

Under clang's layering_check a target that a user may not see, or must guess, is
an error; the libraries behind them are compiled on the way, so that our own
sources are held to their deps too. That the check is on is seen by two
libraries that must not build: one includes a header of a target that it does
not name, one depends on what is not public.

A header whose library is tagged manual (Asio's, GLib's) is left out, and named,
where a trial shows that the library is not installed.

usage: python3 -m tools.examples.outside [--only=headers|examples] [BAZEL-OPTION...]
Exit status: 0 all is as it should be, 1 not, 4 clang is missing.
"""

import os
import re
import shutil
import signal
import subprocess
import sys

from tools.examples import blocks
from tools.examples import expected
from tools.examples import run_programs
from tools.examples.workspace import Workspace
from tools.layering import cc_targets
from tools.layering import check as layering
from tools.layering import public_targets

# What a library is found by that not everyone has.
TRIALS = {
    'forkrpc/event_loop/asio_loop.h': '#include <asio.hpp>',
    'forkrpc/event_loop/boost_asio_loop.h': '#include <boost/asio.hpp>',
    'forkrpc/event_loop/glib_loop.h': '#include <glib.h>',
}
UNNAMED = 'includes_what_it_does_not_name'
UNSEEN = 'depends_on_what_is_not_public'
OPTION = '--only='
EXAMPLE_COPTS = ('-Wall', '-Wextra', '-Werror', '-Wno-unused')
# Headers of others: which target they are of. The longest prefix counts.
OTHERS = {
    'absl/': '@com_google_absl//absl/{folder}',
    'absl/functional/': '@com_google_absl//absl/functional:{stem}',
    'absl/status/statusor.h': '@com_google_absl//absl/status:statusor',
    'absl/strings/str_format.h': '@com_google_absl//absl/strings:str_format',
    'absl/types/': '@com_google_absl//absl/types:{stem}',
    'google/protobuf/': '@com_google_protobuf//:protobuf',
    'asio.hpp': '@asio',
    'boost/asio.hpp': '@boost_asio',
    'glib.h': '@glib',
    'uv.h': '@libuv',
}


def name_of(text):
  return re.sub(r'\W', '_', text)


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


def target_of_include(name, owners):
  """The label of what has an included header; None if it is the system's."""
  inner = name.strip('<>"')
  if inner in owners:
    return owners[inner]
  prefixes = [p for p in OTHERS if inner.startswith(p)]
  if not prefixes:
    return None
  folder, _, file = inner.rpartition('/')
  return OTHERS[max(prefixes, key=len)].format(
      folder=folder.partition('/')[2], stem=file.partition('.')[0])


class Tree:
  """What the checkout has: public headers, and examples."""

  def __init__(self, root):
    targets = cc_targets.read_targets(root, layering.tracked_files(root))
    public = public_targets.public_headers(targets)
    self.left_out = [h for h, t in public
                     if 'manual' in t.tags and not is_there(h)]
    self.headers = [(h, t) for h, t in public if h not in self.left_out]
    self.owners = {h: t.label for h, t in self.headers}
    self.cxx20 = {t.label for _, t in self.headers if 'CXX20' in t.copts}
    self.private = next(t.label for t in targets.values()
                        if t.kind == 'cc_library' and not t.is_public
                        and not t.testonly)
    with open(os.path.join(root, 'README.md'), encoding='utf-8') as file:
      self.examples = blocks.examples_of_readme(file.read())
    for header, _ in self.headers:
      if not header.endswith('.pb.h'):
        with open(os.path.join(root, 'cc', header), encoding='utf-8') as file:
          self.examples += blocks.examples_of_header(header, file.read())


def check_headers(tree, workspace):
  """Returns the complaints."""
  for header, target in tree.headers:
    workspace.add(name_of(header), 'cc_library', f'#include "{header}"\n',
                  [target.label], cxx20=target.label in tree.cxx20)
  # event_loop.h includes monotonic_time.h, which is of a target of its own.
  workspace.add(UNNAMED, 'cc_library',
                '#include "forkrpc/base/monotonic_time.h"\n'
                '#include "forkrpc/event_loop/event_loop.h"\n',
                ['//cc/forkrpc/event_loop:event_loop'])
  workspace.add(UNSEEN, 'cc_library', '', [tree.private])
  complaints = []
  for name, why in ((UNNAMED, 'does not depend on a module exporting'),
                    (UNSEEN, 'is not visible from')):
    built, said = workspace.build(name)
    if built or why not in said:
      complaints.append(f'//:{name} must not build, for "{why}", but:\n{said}')
  built, said = workspace.build(*(name_of(h) for h, _ in tree.headers))
  if not built:
    complaints.append(said)
  return complaints


def check_examples(tree, workspace):
  """Returns the complaints."""
  for example in tree.examples:
    source, includes = blocks.program(example)
    deps = {target_of_include(name, tree.owners) for name in includes} - {None}
    workspace.add(name_of(example.name), 'cc_binary', source, deps,
                  cxx20=bool(deps & tree.cxx20), copts=EXAMPLE_COPTS)
  built, said = workspace.build(*(name_of(e.name) for e in tree.examples))
  programs = {e.name: workspace.program(name_of(e.name)) for e in tree.examples}
  wrong = run_programs.run_all(tree.examples, programs)
  for name in [*expected.OUTPUTS, *expected.PARTNERS, *expected.PARTNERS.values()]:
    if name not in programs:
      wrong[name] = 'is named in expected.py, but there is no such example'
  complaints = [] if built else [said]
  return complaints + [f'{name}: {why}' for name, why in sorted(wrong.items())]


def main(argv):
  if shutil.which('clang') is None:
    print('outside: clang is not installed', file=sys.stderr)
    return 4
  only = [a[len(OPTION):] for a in argv if a.startswith(OPTION)]
  options = [a for a in argv if not a.startswith(OPTION)]
  root = os.path.dirname(os.path.dirname(os.path.dirname(
      os.path.realpath(__file__))))
  tree = Tree(root)
  # So that the folder and Bazel's server go, too, if somebody ends this.
  signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
  complaints = []
  with Workspace(root, options) as workspace:
    if only != ['examples']:
      complaints += check_headers(tree, workspace)
    if only != ['headers']:
      complaints += check_examples(tree, workspace)
  for header in tree.left_out:
    print(f'outside: {header} left out, its library is not installed')
  for complaint in complaints:
    print(complaint)
  print(f'outside: {len(tree.headers)} headers, {len(tree.examples)} examples, '
        f'{len(complaints)} complaints')
  return 1 if complaints or not tree.headers or not tree.examples else 0


if __name__ == '__main__':
  sys.exit(main(sys.argv[1:]))
