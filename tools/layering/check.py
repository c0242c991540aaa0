# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Checks that nothing below includes anything above.

Reads layers.txt and looks at each `#include` of the tracked C++ files and at
each `deps` of the tracked BUILD files. A file or target of a governed folder
that belongs to no layer is a complaint too, so that a new folder gets a place.
And nothing of cc/, tests included, uses anything of tools/ but Bazel's rules:
who has cc/ has all that it needs.

usage: python3 tools/layering/check.py
Exit status: 0 clean, 1 complaints (one a line, file:line first), 2 bad rules.
"""

import ast
import fnmatch
import os
import re
import subprocess
import sys

# Everything below these folders must belong to a layer (tools/: C++ only).
GOVERNED = ('cc/', 'conformance/', 'proto/', 'tools/')
INCLUDE = re.compile(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
TEST_FILE = re.compile(
    r'(/test_[^/]*|_test|_test_util|_fuzz|_fuzzer|_benchmark)\.(cc|h)$')
TEST_RULES = ('cc_test', 'cc_fuzz_test', 'cc_benchmark', 'py_test', 'sh_test')
DEPS = ('deps', 'implementation_deps', 'exports')
# A file or target of tools/, neither Bazel's rules nor who may see a target.
OF_TOOLS = re.compile(
    r'(@forkrpc)?//tools/(?!bazel:)(?!.*:__(pkg|subpackages)__$)')
SKIPPED_FOLDERS = ('.git', '.local', 'out')


class RuleError(ValueError):
  """layers.txt does not make sense."""


class Layers:
  """The rules of layers.txt."""

  def __init__(self, text):
    self._paths = []  # (glob, layer), first match wins
    self._direct = {}
    self._for_tests = {}
    self._only = []  # (globs, layers)
    for number, line in enumerate(text.splitlines(), 1):
      line = line.partition('#')[0].strip()
      if line:
        self._add(line, number)
    for layer, targets in [*self._direct.items(), *self._for_tests.items(),
                           *((' '.join(g), t) for g, t in self._only)]:
      for target in targets:
        if target not in self._direct:
          raise RuleError(f'{layer}: no layer {target!r}')
    self._closed = {layer: self._close(layer) for layer in self._direct}

  def _add(self, line, number):
    left, arrow, right = line.partition('->')
    words, targets = left.split(), right.split()
    if not arrow or len(words) < 2:
      raise RuleError(f'line {number}: expected NAME PATHS -> LAYERS')
    if words[0] == '!only':
      self._only.append((words[1:], targets))
    elif words[0] == '+test':
      for layer in words[1:]:
        self._for_tests.setdefault(layer, set()).update(targets)
    elif words[0] in self._direct:
      raise RuleError(f'line {number}: {words[0]} stands twice')
    else:
      self._paths += [(glob, words[0]) for glob in words[1:]]
      self._direct[words[0]] = targets

  def _close(self, layer):
    seen, todo = set(), [layer]
    while todo:
      for target in self._direct[todo.pop()]:
        if target not in seen:
          seen.add(target)
          todo.append(target)
    if layer in seen:
      raise RuleError(f'{layer} may include itself through others: a circle')
    return seen

  @property
  def names(self):
    return list(self._direct)

  def of(self, path):
    """Returns the layer of a file or package/target, or None."""
    for glob, layer in self._paths:
      if fnmatch.fnmatchcase(path, glob):
        return layer
    return None

  def may(self, layer, target, is_test):
    return (target == layer or target in self._closed[layer] or
            is_test and target in self._for_tests.get(layer, ()))

  def may_use_external(self, layer, name):
    return all(layer in layers for globs, layers in self._only
               if any(fnmatch.fnmatchcase(name, glob) for glob in globs))

  def describe(self, layer):
    return ' '.join(sorted(self._closed[layer])) or 'nothing of ours'


def included_path(name):
  """Maps the text of an #include to a path in the repository, or None."""
  if name.startswith('forkrpc/'):
    below = name.split('/')
    return ('proto/' if len(below) == 2 else 'cc/') + name
  if name.startswith(GOVERNED):
    return name
  return None


def label_path(label, package):
  """Maps a label to package/name in the repository, or None if external."""
  if label.startswith('@forkrpc//'):
    label = label[len('@forkrpc'):]
  if label.startswith('@'):
    return None
  if label.startswith(':') or not label.startswith('//'):
    return f"{package}/{label.lstrip(':')}"
  folder, colon, name = label[2:].partition(':')
  return f"{folder}/{name if colon else folder.rpartition('/')[2]}"


def _complain_of_tools(where, name):
  return (f'{where}: cc/ uses nothing of tools/ ({name}); '
          'what both need belongs into cc/')


def _complain(layers, where, layer, target_path, external, is_test):
  """Returns what is wrong with one edge, or None."""
  if target_path is None:
    if layers.may_use_external(layer, external):
      return None
    return f'{where}: {layer} may not use {external}'
  target = layers.of(target_path)
  if target is None:
    # A BUILD file may well depend on what is outside the governed folders.
    if target_path.startswith(('tools/', 'spec/')) or '/' not in target_path:
      return None
    return f'{where}: {target_path} belongs to no layer of layers.txt'
  if layers.may(layer, target, is_test):
    return None
  return (f'{where}: {layer} may not include {target} ({external}); '
          f'it may include: {layers.describe(layer)}')


def check_source(layers, path, text):
  layer = layers.of(path)
  if layer is None:
    return [f'{path}:1: this file belongs to no layer of layers.txt']
  is_test = bool(TEST_FILE.search(path))
  complaints = []
  for number, line in enumerate(text.splitlines(), 1):
    match = INCLUDE.match(line)
    if match:
      name = match.group(1) or match.group(2)
      if path.startswith('cc/') and name.startswith('tools/'):
        complaints.append(_complain_of_tools(f'{path}:{number}', name))
        continue
      complaints.append(_complain(layers, f'{path}:{number}', layer,
                                  included_path(name), name, is_test))
  return [c for c in complaints if c]


def _strings(node):
  """Every string below a node: lists, sums and select()s alike."""
  return [(n.value, n.lineno) for n in ast.walk(node)
          if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def _dependencies(node):
  """The labels of a deps attribute; not the conditions of its select()s."""
  for child in ast.walk(node):
    if isinstance(child, ast.Dict):
      child.keys = []
  return _strings(node)


def _complain_of_labels(path, tree):
  """Every label of tools/ in a BUILD file of cc/ is wrong, but Bazel's rules."""
  return [_complain_of_tools(f'{path}:{line}', text)
          for text, line in _strings(tree) if OF_TOOLS.match(text)]


def check_build(layers, path, text):
  package = os.path.dirname(path)
  tree = ast.parse(text, path)
  complaints = []
  if path.startswith('cc/'):
    complaints += _complain_of_labels(path, tree)
  for call in ast.walk(tree):
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
      continue
    attrs = {k.arg: k.value for k in call.keywords if k.arg}
    name = attrs.get('name')
    if not isinstance(name, ast.Constant) or not any(d in attrs for d in DEPS):
      continue
    layer = layers.of(f'{package}/{name.value}')
    where = f'{path}:{call.lineno}'
    if layer is None:
      if not path.startswith('tools/'):
        complaints.append(f'{where}: {name.value} belongs to no layer')
      continue
    is_test = (call.func.id in TEST_RULES or 'testonly' in attrs and
               ast.literal_eval(attrs['testonly']) in (1, True))
    for attr in DEPS:
      for label, line in _dependencies(attrs[attr]) if attr in attrs else ():
        if path.startswith('cc/') and OF_TOOLS.match(label):
          continue  # said already
        complaints.append(
            _complain(layers, f'{path}:{line}', layer,
                      label_path(label, package), label, is_test))
  return [c for c in complaints if c]


def check(root, layers, paths):
  """Returns the complaints about these files, sorted."""
  complaints = []
  for path in paths:
    is_build = os.path.basename(path) in ('BUILD', 'BUILD.bazel')
    is_source = path.endswith(('.cc', '.h'))
    if not path.startswith(GOVERNED) or not (is_build or is_source):
      continue
    with open(os.path.join(root, path), encoding='utf-8') as file:
      text = file.read()
    checker = check_build if is_build else check_source
    complaints += checker(layers, path, text)
  return sorted(complaints)


def tracked_files(root):
  """What git tracks; outside a git checkout, every file."""
  result = subprocess.run(['git', '-C', root, 'ls-files', '-z'],
                          capture_output=True, check=False)
  if result.returncode == 0:
    names = result.stdout.decode().split('\0')
    return [n for n in names if n and os.path.isfile(os.path.join(root, n))]
  found = []
  for folder, folders, files in os.walk(root):
    folders[:] = [f for f in folders if f not in SKIPPED_FOLDERS
                  and not f.startswith('bazel-')]
    found += [os.path.relpath(os.path.join(folder, f), root) for f in files]
  return found


def main():
  here = os.path.dirname(os.path.realpath(__file__))
  root = os.path.dirname(os.path.dirname(here))
  try:
    with open(os.path.join(here, 'layers.txt'), encoding='utf-8') as file:
      layers = Layers(file.read())
  except RuleError as error:
    print(f'layers.txt: {error}', file=sys.stderr)
    return 2
  paths = tracked_files(root)
  complaints = check(root, layers, paths)
  for complaint in complaints:
    print(complaint)
  print(f'layering: {len(paths)} files, {len(complaints)} complaints')
  return 1 if complaints else 0


if __name__ == '__main__':
  sys.exit(main())
