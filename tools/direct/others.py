# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""How others' libraries are linked: by pkg-config, as tools/bazel names its modules."""

import ast
import os
import subprocess

from tools.direct import build_files

TABLE = 'tools/bazel/system_deps.bzl'


def modules(root):
  """The pkg-config module of each label of others, as mode "system" has them."""
  with open(os.path.join(root, TABLE), encoding='utf-8') as file:
    tree = ast.parse(file.read(), TABLE)
  constants, found = {}, {}
  for node in ast.walk(tree):
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
      constants[node.targets[0].id] = ast.literal_eval(node.value)
  for node in ast.walk(tree):
    if isinstance(node, ast.Call) and getattr(node.func, 'id', '') == 'system_cc_repo':
      words = {k.arg: k.value for k in node.keywords}
      targets = words['targets']
      targets = (constants[targets.id] if isinstance(targets, ast.Name)
                 else ast.literal_eval(targets))
      repository = f"@{words['name'].value}//"
      for target, module in targets.items():
        found[build_files.whole_label(repository + target, '')] = module
  return found


def link_flags(root, labels):
  """What a link needs of these libraries."""
  known = modules(root)
  wanted = sorted({known[label] for label in labels if known[label]})
  if not wanted:
    return []
  return subprocess.run(['pkg-config', '--libs', *wanted], stdout=subprocess.PIPE,
                        text=True, check=True).stdout.split()
