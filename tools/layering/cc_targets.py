# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The C++ targets of the tree, as their BUILD files say: headers, deps, who may see.

Reads the text, not Bazel's mind: a test can read it within a second and another
checkout than the one that it is built from. What it cannot read (a glob of
headers, a computed list) is an UnreadableError, never a guess.

    targets = read_targets(root, tracked_files(root))
    pool = targets['//cc/forkrpc/pool:worker_pool']
    pool.headers, pool.is_public
"""

import ast
import dataclasses
import os
import re

KINDS = ('cc_library', 'cc_proto_library', 'cc_binary')
PUBLIC = '//visibility:public'
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


class UnreadableError(ValueError):
  """A BUILD file says something in a way that cannot be read without Bazel."""


@dataclasses.dataclass(frozen=True)
class Target:
  """One cc_library, cc_proto_library or cc_binary."""
  kind: str
  label: str
  where: str  # file:line
  headers: tuple  # as they are included: forkrpc/...
  deps: tuple  # whole labels
  is_public: bool
  testonly: bool
  copts: str  # as written; '' if there are none
  tags: tuple


def whole_label(label, package):
  """`:x`, `x`, `//a/b` and `@forkrpc//a/b:b` as //a/b:b; others' as they are."""
  if label.startswith('@forkrpc//'):
    label = label[len('@forkrpc'):]
  if label.startswith('@'):
    return label
  if not label.startswith('//'):
    return f"//{package}:{label.lstrip(':')}"
  return label if ':' in label else f"{label}:{label.rpartition('/')[2]}"


def include_name(path):
  """How a file of the tree is included."""
  for root in ('cc/', 'proto/'):
    if path.startswith(root):
      return path[len(root):]
  return path


def read_targets(root, paths):
  """The targets below cc/ and proto/, by label."""
  found = {}
  for path in paths:
    if (path.startswith(('cc/', 'proto/')) and
        os.path.basename(path) in ('BUILD', 'BUILD.bazel')):
      with open(os.path.join(root, path), encoding='utf-8') as file:
        found.update(read_build(path, file.read()))
  return found


def read_build(path, text):
  """The targets of one BUILD file, by label."""
  package = os.path.dirname(path)
  rules = list(_rules(ast.parse(text, path)))
  defaults = {'visibility': [], 'testonly': False}
  protos = {}
  for kind, line, attrs in rules:
    where = f'{path}:{line}'
    if kind == 'package':
      defaults['visibility'] = _words(attrs.get('default_visibility'), where)
      defaults['testonly'] = _truth(attrs.get('default_testonly'))
    elif kind == 'proto_library':
      protos[whole_label(_name(attrs, where), package)] = [
          s.replace('.proto', '.pb.h') for s in _words(attrs.get('srcs'), where)]
  found = {}
  for kind, line, attrs in rules:
    where = f'{path}:{line}'
    if kind not in KINDS:
      continue
    deps = [whole_label(d, package) for d in _words(attrs.get('deps'), where)]
    if kind != 'cc_proto_library':
      headers = (_words(attrs.get('hdrs'), where) +
                 _words(attrs.get('textual_hdrs'), where))
    else:
      headers = [h for d in deps for h in protos.get(d, ())]
    visibility = (_words(attrs['visibility'], where) if 'visibility' in attrs
                  else defaults['visibility'])
    target = Target(
        kind=kind,
        label=whole_label(_name(attrs, where), package),
        where=where,
        headers=tuple(include_name(f'{package}/{h}') for h in headers),
        deps=tuple(deps),
        is_public=PUBLIC in visibility,
        testonly=_truth(attrs['testonly']) if 'testonly' in attrs
        else defaults['testonly'],
        copts=ast.unparse(attrs['copts']) if 'copts' in attrs else '',
        tags=tuple(_words(attrs.get('tags'), where)))
    found[target.label] = target
  return found


def _rules(tree):
  for node in ast.walk(tree):
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
      yield (node.func.id, node.lineno,
             {k.arg: k.value for k in node.keywords if k.arg})


def _name(attrs, where):
  name = attrs.get('name')
  if not isinstance(name, ast.Constant):
    raise UnreadableError(f'{where}: a name that is no plain string')
  return name.value


def _truth(node):
  return isinstance(node, ast.Constant) and node.value in (1, True)


def _words(node, where):
  """The strings of a list, of a sum of lists and of all branches of a select()."""
  if node is None:
    return []
  if isinstance(node, ast.List):
    if all(isinstance(e, ast.Constant) for e in node.elts):
      return [e.value for e in node.elts]
  elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
    return _words(node.left, where) + _words(node.right, where)
  elif (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and
        node.func.id == 'select' and isinstance(node.args[0], ast.Dict)):
    return [w for v in node.args[0].values for w in _words(v, where)]
  raise UnreadableError(f'{where}: {ast.unparse(node)} is no list of strings')
