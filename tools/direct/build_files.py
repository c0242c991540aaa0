# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The rules of our BUILD files, without Bazel: enough to compile a program.

BUILD files are written in a part of Python, so they are run as Python, with a
function for each rule that notes what it is called with. select() takes the
default, glob() looks into the folder; a file's generated ones are known by the
genrule that makes them.

    files = BuildFiles(root)
    rule = files.rule('//conformance/testees/cc:child')
    rule.kind, rule.list('srcs'), files.closure([rule.label])
"""

import ast
import builtins
import os
import re

DEFAULT = '//conditions:default'


class UnknownTargetError(ValueError):
  """No BUILD file has a rule of that name."""


class Rule:
  """One rule: its kind, its whole label and its attributes."""

  def __init__(self, kind, package, attrs):
    self.kind = kind
    self.package = package
    self.attrs = attrs
    self.label = f"//{package}:{attrs['name']}"

  def list(self, name):
    """The attribute's labels, whole."""
    return [whole_label(word, self.package) for word in self.attrs.get(name) or []]


def whole_label(label, package):
  """`:x`, `x`, `//a/b` and `@forkrpc//a/b:b` as //a/b:b; others' as they are."""
  if label.startswith('@forkrpc//'):
    label = label[len('@forkrpc'):]
  if label.startswith('@') and '//' not in label:
    return f'{label}//:{label[1:]}'
  start, slashes, rest = label.partition('//')
  if not slashes:
    return f"//{package}:{label.lstrip(':')}"
  if ':' in rest:
    return label
  return f"{start}//{rest}:{rest.rpartition('/')[2]}"


def path_of(label):
  """The path of a source file's label."""
  return label[2:].replace(':', '/').lstrip('/')


def _matches(path, pattern):
  """Bazel's glob: ** is any folders, * anything but a slash."""
  text = re.escape(pattern).replace(r'\*\*/', '(.*/)?').replace(
      r'\*\*', '.*').replace(r'\*', '[^/]*')
  return re.fullmatch(text, path) is not None


class _Unknown:
  """What a load() brings that no rule needs: a constant, a function."""

  def __call__(self, *_, **__):
    return self

  def __add__(self, _):
    return []

  __radd__ = __add__


class BuildFiles:
  """Reads each BUILD file once, when it is first asked for."""

  def __init__(self, root):
    self._root = root
    self._packages = {}

  def rule(self, label):
    """The rule, or the genrule whose output it is; None for a source file."""
    package = label[2:].partition(':')[0]
    if package not in self._packages:
      self._packages[package] = self._read(package)
    return self._packages[package].get(label)

  def closure(self, labels):
    """The rules that these are linked of, each once, and others' labels."""
    rules, others, todo = {}, set(), list(labels)
    while todo:
      label = todo.pop()
      if label.startswith('@'):
        others.add(label)
        continue
      rule = self.rule(label)
      if rule is None:
        raise UnknownTargetError(f'no BUILD file has {label}')
      if label in rules:
        continue
      rules[label] = rule
      todo += rule.list('deps')
      if rule.kind == 'label_flag':
        todo.append(whole_label(rule.attrs['build_setting_default'], rule.package))
      elif rule.kind == 'alias':
        todo.append(whole_label(rule.attrs['actual'], rule.package))
    return rules, others

  def files(self, label):
    """The source files that a label stands for: itself, or a filegroup's."""
    rule = self.rule(label)
    if rule is None:
      return [path_of(label)]
    if rule.kind != 'filegroup':
      return []
    return [f for each in rule.list('srcs') for f in self.files(each)]

  def _glob(self, package, include, exclude=()):
    folder = os.path.join(self._root, package)
    found = []
    for where, folders, names in os.walk(folder):
      # What is below another BUILD file is another package's.
      folders[:] = [f for f in folders if not any(
          os.path.exists(os.path.join(where, f, b)) for b in ('BUILD', 'BUILD.bazel'))]
      for name in names:
        path = os.path.relpath(os.path.join(where, name), folder)
        if (any(_matches(path, p) for p in include) and
            not any(_matches(path, p) for p in exclude)):
          found.append(path)
    return sorted(found)

  def _read(self, package):
    path = os.path.join(self._root, package, 'BUILD.bazel')
    if not os.path.exists(path):
      raise UnknownTargetError(f'//{package} has no BUILD.bazel')
    with open(path, encoding='utf-8') as file:
      tree = ast.parse(file.read(), path)
    found = {}

    def rule_function(kind):
      def note(*_, **attrs):
        if 'name' in attrs:
          rule = Rule(kind, package, attrs)
          found[rule.label] = rule
          for out in attrs.get('outs', ()):
            found[whole_label(out, package)] = rule
      return note

    names = {
        'glob': lambda include, exclude=(), **_: self._glob(package, include, exclude),
        'select': lambda branches, **_: branches.get(DEFAULT, []),
    }
    known = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    called = {node.func.id for node in ast.walk(tree)
              if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    scope = {name: rule_function(name) if name in called else _Unknown()
             for name in known if not hasattr(builtins, name)}
    scope.update(names)
    exec(compile(tree, path, 'exec'), scope)  # pylint: disable=exec-used
    return found
