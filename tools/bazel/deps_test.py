# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The three lists of dependencies name the same repositories.

Only one of them is used by a build, so nothing else would see the others rot:
mode "system", mode "pinned" (both WORKSPACE) and MODULE.bazel. The .bzl files
are run as Python, which their subset of Starlark allows, with recorders in
place of the repository rules.
"""

import ast
import os
import re
import subprocess
import types
import unittest

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# Repositories that Bazel itself or WORKSPACE brings.
BUILT_IN = {'bazel_tools', 'local_config_cc', 'forkrpc', 'forkrpc_deps_mode',
            'forkrpc_rules'}
EXTERNAL = re.compile(r'"@([a-z0-9_]+)(?://|")')


def read(*path):
  with open(os.path.join(ROOT, *path), encoding='utf-8') as file:
    return file.read()


def repositories(file, function, existing=(), **arguments):
  """Runs a function of a .bzl file; returns {repository: its attributes}."""
  made = {}

  def record(name, **attributes):
    made[name] = attributes

  scope = {
      'load': lambda *names: None,
      'http_archive': record,
      'optional_cc_repo': record,
      'system_cc_repo': record,
      'text_repo': record,
      'native': types.SimpleNamespace(
          existing_rules=lambda: {name: {} for name in existing},
          local_repository=record),
  }
  exec(compile(read('tools', 'bazel', file), file, 'exec'), scope)  # pylint: disable=exec-used
  scope[function](**arguments)
  return made


def module_calls(text):
  """Returns [(function, {argument: value})] of a MODULE.bazel.

  Arguments without a name are under None, as a list of those that are text.
  """
  calls = []
  for statement in ast.parse(text).body:
    call = statement.value
    values = {k.arg: ast.literal_eval(k.value) for k in call.keywords}
    values[None] = [a.value for a in call.args if isinstance(a, ast.Constant)]
    name = call.func.id
    if name == 'use_repo':  # which extension's
      name += ' ' + call.args[0].id
    calls.append((name, values))
  return calls


def build_files():
  result = subprocess.run(
      ['git', '-C', ROOT, 'ls-files', '-z', '*BUILD.bazel'],
      capture_output=True, check=True)
  return [p for p in result.stdout.decode().split('\0')
          if p and os.path.exists(os.path.join(ROOT, p))]


class DepsTest(unittest.TestCase):

  def setUp(self):
    super().setUp()
    self.pinned = repositories('pinned_deps.bzl', 'pinned_dependencies')
    self.system = repositories('system_deps.bzl', 'system_dependencies')
    self.optional = repositories('optional_deps.bzl', 'optional_dependencies')
    self.calls = module_calls(read('MODULE.bazel'))
    self.module = {c.get('repo_name', c['name']): c
                   for f, c in self.calls if f == 'bazel_dep'}
    # What an extension brings, by the extension's name.
    self.extended = {f: set(c[None])
                     for f, c in self.calls if f.startswith('use_repo ')}
    self.from_archives = self.extended.get('use_repo pinned_deps', set())
    self.rules = {
        who: repositories('rules.bzl', function, **arguments)['forkrpc_rules']['files']
        for who, function, arguments in (
            ('workspace', 'native_rules', {}),
            ('module', 'module_rules', {'is_root': True}),
            ('dependant', 'module_rules', {'is_root': False}))}

  def test_every_repository_that_build_files_name_is_in_all_three(self):
    files = [*build_files(), 'tools/bazel/defs.bzl']
    used = {name for path in files for name in EXTERNAL.findall(read(path))}
    self.assertIn('com_google_absl', used)
    for kind, known in (('pinned', self.pinned), ('system', self.system),
                        ('MODULE.bazel', {*self.module, *self.from_archives})):
      self.assertEqual(used - BUILT_IN - set(self.optional) - set(known), set(),
                       kind)

  def test_optional_repositories_come_from_the_system_in_every_mode(self):
    self.assertEqual(set(self.optional), {'asio', 'boost_asio', 'glib'})
    self.assertEqual(self.extended['use_repo optional_deps'],
                     set(self.optional))
    self.assertIn(['//tools/bazel:optional_deps_extension.bzl',
                   'optional_deps'],
                  [c[None] for f, c in self.calls if f == 'use_extension'])
    self.assertIn('\n    optional_dependencies()\n', read('tools', 'bazel', 'deps.bzl'))
    self.assertIn('\n    native_rules()\n', read('tools', 'bazel', 'deps.bzl'))
    for others in (self.pinned, self.system, self.module):
      self.assertEqual(set(self.optional) & set(others), set())

  def test_what_the_registry_lacks_is_a_pinned_archive(self):
    self.assertEqual(self.from_archives, {'libcbor'})
    self.assertIn(['//tools/bazel:pinned_deps_extension.bzl', 'pinned_deps'],
                  [c[None] for f, c in self.calls if f == 'use_extension'])
    self.assertEqual(self.from_archives - set(self.pinned), set())
    text = read('tools', 'bazel', 'pinned_deps_extension.bzl')
    self.assertEqual(set(re.findall(r'pinned_archive\("(\w+)"\)', text)),
                     self.from_archives)

  def test_only_targets_tagged_manual_use_an_optional_repository(self):
    users = 0
    for path in build_files():
      for call in ast.walk(ast.parse(read(path), path)):
        if not isinstance(call, ast.Call):
          continue
        attrs = {k.arg: ast.unparse(k.value) for k in call.keywords}
        names = EXTERNAL.findall(attrs.get('deps', '').replace("'", '"'))
        if set(names) & set(self.optional):
          users += 1
          self.assertIn('manual', attrs.get('tags', ''), f'{path}:{call.lineno}')
    self.assertGreater(users, 0)

  def test_module_names_are_workspace_names(self):
    # In a WORKSPACE the rules of scripts are native.
    module = set(self.module) - {'rules_python', 'rules_shell'}
    self.assertEqual(module - set(self.pinned), set())
    self.assertEqual(module - set(self.system), set())

  def test_every_rule_is_loaded(self):
    for path in build_files():
      text = read(path)
      loaded = set()
      for call in ast.walk(ast.parse(text, path)):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == 'load':
          file, *names = [a.value for a in call.args]
          loaded.update(names)
          if file.startswith('@forkrpc_rules//:'):
            for who, files in self.rules.items():
              made = files[file.rpartition(':')[2]]
              for name in names:
                self.assertRegex(made, rf'(?m)^({name} = |def {name}\()', f'{path}: {who}')
      used = {ast.unparse(call.func) for call in ast.walk(ast.parse(text, path))
              if isinstance(call, ast.Call)}
      used = {rule for rule in used if re.match(r'(cc|py|sh|proto)_', rule)}
      self.assertEqual(used - loaded, set(), path)

  def test_a_dependant_loads_no_rules_of_scripts(self):
    for text in self.rules['module'].values():
      self.assertNotRegex(text, r'(?ms)^\w+ = .*^load', 'a load comes first')
    for name, text in self.rules['dependant'].items():
      self.assertNotRegex(text, '@rules_(python|shell)', name)
      if name != 'proto.bzl':
        self.assertNotIn('protobuf', text, name)
    self.assertIn('@rules_shell//', self.rules['module']['sh.bzl'])

  def test_only_proto_loads_the_rules_of_protobuf(self):
    users = [path for path in build_files() if 'bazel:proto.bzl' in read(path)]
    self.assertEqual(users, ['proto/forkrpc/BUILD.bazel'])
    self.assertNotIn('proto', ''.join(re.findall(
        r'^load.*', read('tools', 'bazel', 'defs.bzl'), re.MULTILINE)))

  def test_what_only_our_tests_need_is_no_dependants(self):
    dev = {name for name, call in self.module.items() if call.get('dev_dependency')}
    self.assertEqual(dev, {'com_github_google_benchmark', 'com_google_googletest',
                           'rules_python', 'rules_shell'})

  def test_module_file_is_well_formed(self):
    self.assertEqual(self.calls[0][0], 'module')
    self.assertEqual(self.calls[0][1]['name'], 'forkrpc')
    for function, call in self.calls[1:]:
      if function == 'use_extension' or function.startswith('use_repo '):
        continue
      if function == 'register_toolchains':
        self.assertTrue(call['dev_dependency'], call)
        continue
      if function == 'single_version_override':
        self.assertIn(call['module_name'], {c['name'] for c in self.module.values()})
        continue
      self.assertEqual(function, 'bazel_dep')
      self.assertRegex(call['version'], r'^\d+(\.\d+)*(-[\w.]+)?(\.bcr\.\d+)?$')

  def test_pinned_archives_are_pinned(self):
    names = set()
    for name, archive in self.pinned.items():
      with self.subTest(name):
        self.assertRegex(archive['sha256'], r'^[0-9a-f]{64}$')
        match = re.match(
            r'https://github\.com/[\w-]+/([\w-]+)/archive/'
            r'(?:refs/tags/)?v?([\w.-]+?)\.(tar\.gz|zip)$', archive['url'])
        self.assertIsNotNone(match, archive['url'])
        # The folder inside is the repository's name and the tag without its v.
        self.assertEqual(archive['strip_prefix'],
                         f'{match.group(1)}-{match.group(2)}')
        # --distdir finds an archive by the last part of its address.
        names.add(archive['url'].rpartition('/')[2])
    self.assertEqual(len(names), len(self.pinned))

  def test_a_dependants_repository_is_left_alone(self):
    for file, function in (('pinned_deps.bzl', 'pinned_dependencies'),
                           ('system_deps.bzl', 'system_dependencies')):
      made = repositories(file, function, existing=['com_google_absl'])
      self.assertNotIn('com_google_absl', made)
      self.assertIn('com_google_protobuf', made)
    made = repositories('optional_deps.bzl', 'optional_dependencies',
                        existing=['asio'])
    self.assertEqual(set(made), {'boost_asio', 'glib'})


if __name__ == '__main__':
  unittest.main()
