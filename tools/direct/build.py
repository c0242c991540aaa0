# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Builds C++ programs of our BUILD files without Bazel, for a first look at them.

Needs g++, pkg-config, protoc and the distribution's libraries, which are a tenth of
what Bazel brings along; and half of the time, because headers of others are parsed
once (headers.txt). What anybody develops or releases is built by Bazel. A program is
DIR/bin/PACKAGE/NAME; a second run compiles what has changed.

usage: python3 -m tools.direct.build --out DIR LABEL...
Exit status: 0 built, 1 not, 2 wrong usage or a tool is missing.
"""

import argparse
import concurrent.futures
import os
import shlex
import subprocess
import sys

from tools.direct import build_files
from tools.direct import genrules
from tools.direct import others

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CXX = ('g++', '-std=c++17', '-O1', '-g0', '-pthread')
HEADERS = 'tools/direct/headers.txt'


class BuildError(Exception):
  """A command failed; the text is what it said."""


def run(command):
  """Runs a command in the checkout; BuildError with its words if it fails."""
  done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE,
                        stderr=subprocess.STDOUT, text=True, check=False)
  if done.returncode != 0:
    raise BuildError(f'{shlex.join(command)}\n{done.stdout}')
  return done.stdout


def is_fresh(made, command):
  """Whether a file is newer than all it was made of, by the same command."""
  try:
    with open(f'{made}.how', encoding='utf-8') as file:
      if file.read() != shlex.join(command):
        return False
    with open(f'{made}.d', encoding='utf-8') as file:
      of = file.read().partition(':')[2].replace('\\\n', ' ').split()
    when = os.path.getmtime(made)
    return all(os.path.getmtime(os.path.join(ROOT, name)) <= when for name in of)
  except OSError:
    return False


class Builder:
  """Builds programs into one folder."""

  def __init__(self, out):
    self._out = os.path.abspath(out)
    self._files = build_files.BuildFiles(ROOT)
    self._flags = [f'-I{ROOT}', f'-I{ROOT}/cc', f'-I{self._path("gen")}',
                   f'-I{self._path("gen/proto")}']
    self._pch = self._path('common.h')
    self._total = self._done = 0

  def _path(self, name):
    return os.path.join(self._out, name)

  def _compile(self, source, made, *words):
    """One source, unless what it gave is fresh."""
    command = [*CXX, *words, *self._flags, '-MD', '-MF', f'{made}.d', '-c', source,
               '-o', made]
    if is_fresh(made, command):
      return
    os.makedirs(os.path.dirname(made), exist_ok=True)
    run(command)
    with open(f'{made}.how', 'w', encoding='utf-8') as file:
      file.write(shlex.join(command))

  def _object(self, source):
    """Compiles a source of ours, by its path in the checkout or among the made."""
    made = self._path('obj/' + os.path.relpath(
        source, self._path('gen') if source.startswith(self._out) else ROOT)[:-3] + '.o')
    self._compile(source, made, '-include', self._pch)
    self._done += 1
    if sys.stderr.isatty():
      print(f'\r\033[K  [{self._done}/{self._total}] {os.path.basename(source)}',
            end='', file=sys.stderr, flush=True)
    return made

  def _generate(self, rules):
    """protoc's sources and the genrules'; returns those to compile, by label."""
    protos = sorted({path for rule in rules.values() if rule.kind == 'proto_library'
                     for label in rule.list('srcs') for path in self._files.files(label)})
    if protos:
      fresh = self._path('gen/new')
      os.makedirs(fresh, exist_ok=True)
      run(['protoc', '-Iproto', f'--cpp_out={fresh}', *protos])
      for folder, _, names in os.walk(fresh):
        for name in names:
          path = os.path.relpath(os.path.join(folder, name), fresh)
          genrules.copy_if_changed(os.path.join(folder, name), self._path(f'gen/proto/{path}'))
    made = {f'proto {p}': self._path('gen/' + p[:-len('.proto')] + '.pb.cc')
            for p in protos}
    for rule in rules.values():
      for label in rule.list('srcs'):
        maker = self._files.rule(label)
        if maker is None or maker.kind != 'genrule':
          continue
        tools = {t: self._tool(t) for name in ('exec_tools', 'tools')
                 for t in maker.list(name)}
        out = self._path('gen/' + build_files.path_of(maker.list('outs')[0]))
        text = run(['bash', '-c', genrules.command(maker, self._files, tools, '/dev/stdout')])
        genrules.write_if_changed(out, text)
        made[label] = out
    return made

  def _tool(self, label):
    """A program that a genrule runs: of one source, and nothing else."""
    (source,) = self._files.rule(label).list('srcs')
    made = self._path('tool/' + build_files.path_of(label))
    self._compile(build_files.path_of(source), f'{made}.o')
    run([*CXX, f'{made}.o', '-o', made])
    return made

  def build(self, labels):
    """Builds the programs and returns their paths."""
    rules, _ = self._files.closure(labels)
    os.makedirs(self._out, exist_ok=True)
    with open(os.path.join(ROOT, HEADERS), encoding='utf-8') as file:
      headers = [line.strip() for line in file if line.strip() and line[0] != '#']
    genrules.write_if_changed(self._pch, ''.join(f'#include <{h}>\n' for h in headers))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
      common = pool.submit(self._compile, self._pch, f'{self._pch}.gch', '-x',
                           'c++-header')
      made = self._generate(rules)
      common.result()
      sources = {s: made.get(s, build_files.path_of(s)) for rule in rules.values()
                 for s in rule.list('srcs') if s.endswith('.cc') or s in made}
      sources.update((s, f) for s, f in made.items() if s.startswith('proto '))
      self._total = len(sources)
      # The longest first, so that none of them is alone at the end.
      order = sorted(sources, key=lambda s: -os.path.getsize(os.path.join(ROOT, sources[s])))
      objects = {s: pool.submit(self._object, sources[s]) for s in order}
      concurrent.futures.wait(objects.values())
      if sys.stderr.isatty():
        print('\r\033[K', end='', file=sys.stderr, flush=True)
      objects = {s: job.result() for s, job in objects.items()}
      return list(pool.map(lambda label: self._link(label, objects), labels))

  def _link(self, label, objects):
    rules, libraries = self._files.closure([label])
    needed = sorted({objects[s] for rule in rules.values() for s in rule.list('srcs')
                     if s in objects})
    needed += sorted({objects[f'proto {p}'] for rule in rules.values()
                      if rule.kind == 'proto_library' for s in rule.list('srcs')
                      for p in self._files.files(s)})
    program = self._path('bin/' + build_files.path_of(label))
    os.makedirs(os.path.dirname(program), exist_ok=True)
    run([*CXX, *needed, '-o', program, *others.link_flags(ROOT, libraries)])
    return program


def main(argv):
  parser = argparse.ArgumentParser(
      prog='python3 -m tools.direct.build', description=__doc__.splitlines()[0],
      epilog='exit status: 0 built, 1 not, 2 wrong usage or a tool is missing')
  parser.add_argument('--out', required=True, help='where all that is made goes')
  parser.add_argument('labels', nargs='+', metavar='LABEL', help='a cc_binary')
  options = parser.parse_args(argv)
  try:
    for program in Builder(options.out).build(options.labels):
      print(program)
  except FileNotFoundError as error:
    print(f'build: {error.filename} is missing: run tools/setup --demo', file=sys.stderr)
    return 2
  except (BuildError, build_files.UnknownTargetError) as error:
    print(f'build: {error}', file=sys.stderr)
    return 1
  return 0


if __name__ == '__main__':
  sys.exit(main(sys.argv[1:]))
