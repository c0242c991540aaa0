# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The layering check sees every kind of forbidden edge, and only those.

The edges here are written down a second time, on purpose: loosening layers.txt
must fail a test.
"""

import os
import tempfile
import unittest

from tools.layering import check

HERE = os.path.dirname(os.path.realpath(__file__))

# A file of each layer, as others include it.
HEADERS = {
    'proto': 'proto/forkrpc/x.pb.h',
    'base': 'cc/forkrpc/base/x.h',
    'wire': 'cc/forkrpc/wire/x.h',
    'serialiser': 'cc/forkrpc/serialiser/x.h',
    'serialiser_protobuf': 'cc/forkrpc/serialiser/protobuf_x.h',
    'connection': 'cc/forkrpc/connection/x.h',
    'transport': 'cc/forkrpc/transport/x.h',
    'event_loop': 'cc/forkrpc/event_loop/x.h',
    'process': 'cc/forkrpc/process/x.h',
    'client': 'cc/forkrpc/client/x.h',
    'server': 'cc/forkrpc/server/x.h',
    'coro': 'cc/forkrpc/coro/x.h',
    'testing': 'cc/forkrpc/testing/x.h',
    'examples': 'cc/forkrpc/examples/x.h',
    'benchmarks': 'cc/forkrpc/benchmarks/x.h',
    'command_line': 'tools/command_line/x.h',
    'cli': 'tools/forkrpc/x.h',
    'suite_base': 'conformance/runner/base/x.h',
    'suite_wire': 'conformance/runner/wire/x.h',
    'suite_cases': 'conformance/runner/cases/x.h',
    'suite_testee': 'conformance/runner/testee/x.h',
    'suite_play': 'conformance/runner/play/x.h',
    'suite_verdict': 'conformance/runner/verdict/x.h',
    'suite_report': 'conformance/runner/report/x.h',
    'suite_mutants': 'conformance/runner/mutants/x.h',
    'suite_cli': 'conformance/runner/cli/x.h',
    'oracle': 'conformance/oracle/x.h',
    'fuzz': 'conformance/fuzz/x.h',
    'testees': 'conformance/testees/cc/x.h',
    'mutants': 'conformance/mutants/x.h',
}
CORE = ('base', 'wire', 'serialiser', 'serialiser_protobuf', 'connection',
        'transport', 'event_loop', 'process', 'client', 'server', 'coro')
CLIENT = {'base', 'wire', 'connection', 'transport', 'event_loop', 'serialiser',
          'process', 'client'}
SERVER = CLIENT - {'process', 'client'} | {'server'}
CASES = {'proto', 'suite_base', 'suite_wire', 'suite_cases'}
VERDICT = CASES | {'suite_testee', 'oracle', 'suite_play', 'suite_verdict'}
MAY = {
    'proto': set(),
    'base': set(),
    'wire': {'base'},
    'serialiser': {'base'},
    'serialiser_protobuf': {'base', 'serialiser', 'proto'},
    'connection': {'base', 'wire'},
    'transport': {'base'},
    'event_loop': {'base'},
    'process': {'base', 'transport'},
    'client': CLIENT,
    'server': SERVER,
    'coro': CLIENT | SERVER,
    'testing': {*CORE, 'proto'},
    'examples': {*CORE, 'proto'},
    'benchmarks': {*CORE, 'proto', 'testing'},
    'command_line': set(),
    'cli': {*CORE, 'proto', 'command_line'} - {'coro'},
    'suite_base': set(),
    'suite_wire': {'proto'},
    'suite_cases': CASES,
    'suite_testee': CASES,
    'suite_play': CASES | {'suite_testee', 'oracle'},
    'suite_verdict': VERDICT,
    'suite_report': CASES,
    'suite_mutants': VERDICT,
    'suite_cli': VERDICT | {'suite_report', 'suite_mutants', 'fuzz',
                            'command_line'},
    'oracle': {'proto'},
    'fuzz': VERDICT | {'suite_mutants'},
    'testees': CLIENT | SERVER,
    'mutants': CLIENT | SERVER | {'testees'},
}


def included_as(path):
  return path.split('/', 1)[1] if path.startswith(('cc/', 'proto/')) else path


class CheckTest(unittest.TestCase):

  def setUp(self):
    super().setUp()
    with open(os.path.join(HERE, 'layers.txt'), encoding='utf-8') as file:
      self.layers = check.Layers(file.read())

  def complaints(self, files):
    with tempfile.TemporaryDirectory() as root:
      for path, text in files.items():
        os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
        with open(os.path.join(root, path), 'w', encoding='utf-8') as file:
          file.write(text)
      return check.check(root, self.layers, files)

  def test_every_pair_of_layers_by_include(self):
    for layer, header in HEADERS.items():
      if layer == 'proto':
        continue  # .proto files, no C++.
      source = header.replace('x.h', 'y.cc')
      for target, included in HEADERS.items():
        text = f'// A comment.\n#include "{included_as(included)}"\n'
        found = self.complaints({source: text})
        if target == layer or target in MAY[layer]:
          self.assertEqual(found, [], (layer, target))
        else:
          self.assertEqual(len(found), 1, (layer, target))
          self.assertIn(f'{source}:2: {layer} may not include'
                        if not included.startswith('tools/') or not source.startswith('cc/') else
                        f'{source}:2: cc/ uses nothing of tools/', found[0])

  def test_every_pair_of_layers_by_deps(self):
    for layer, header in HEADERS.items():
      package, name = os.path.split(header)
      name = name.partition('.')[0]
      for target, included in HEADERS.items():
        folder, dep = os.path.split(included)
        label = f"//{folder}:{dep.partition('.')[0]}"
        text = f'cc_library(\n  name = "{name}_y",\n  deps = ["{label}"],\n)\n'
        found = self.complaints({package + '/BUILD.bazel': text})
        if target == layer or target in MAY[layer]:
          self.assertEqual(found, [], (layer, target))
        else:
          self.assertEqual(len(found), 1, (layer, target))
          self.assertIn('/BUILD.bazel:3: ', found[0])

  def test_tests_may_use_the_test_helpers_and_nothing_else_more(self):
    for layer in (*CORE, 'examples'):
      header = HEADERS[layer]
      test = header.replace('x.h', 'y_test.cc')
      for target in ('testing', 'benchmarks', 'suite_base'):
        text = f'#include "{included_as(HEADERS[target])}"\n'
        self.assertEqual(
            bool(self.complaints({test: text})), target != 'testing',
            (layer, target))
    text = '#include "forkrpc/connection/x.h"\n'
    self.assertTrue(self.complaints({'cc/forkrpc/wire/y_test.cc': text}))

  def test_a_client_is_tried_on_a_worker_in_tests_only(self):
    text = '#include "forkrpc/server/x.h"\n'
    for name, bad in (('y.cc', True), ('y_test.cc', False),
                      ('test_y.cc', False), ('latest_y.cc', True)):
      path = 'cc/forkrpc/client/' + name
      self.assertEqual(bool(self.complaints({path: text})), bad, name)

  def test_test_rules_may_depend_on_the_test_helpers(self):
    path = 'cc/forkrpc/wire/BUILD.bazel'
    rule = '%s(name = "y", deps = ["//cc/forkrpc/testing:x"]%s)'
    for kind, more, bad in (('cc_library', '', True), ('cc_test', '', False),
                            ('cc_library', ', testonly = True', False),
                            ('cc_library', ', testonly = False', True)):
      self.assertEqual(bool(self.complaints({path: rule % (kind, more)})), bad)

  def test_nothing_of_cc_uses_tools_tests_included(self):
    for name in ('y.cc', 'y.h', 'y_test.cc', 'y_fuzzer.cc', 'test_y.h'):
      for header in ('tools/fuzzing/x.h', 'tools/forkrpc/x.h', 'tools/new/x.h'):
        for folder in ('wire', 'testing', 'examples', 'benchmarks'):
          path = f'cc/forkrpc/{folder}/{name}'
          found = self.complaints({path: f'\n#include "{header}"\n'})
          self.assertEqual(len(found), 1, (path, header))
          self.assertIn(f'{path}:2: cc/ uses nothing of tools/', found[0])
    text = '#include "forkrpc/testing/x.h"\n'
    found = self.complaints({'tools/forkrpc/y_fuzzer.cc': text,
                             'conformance/runner/wire/y_fuzzer.cc': text})
    self.assertEqual(len(found), 1)
    self.assertIn('conformance/runner/wire/y_fuzzer.cc:1: ', found[0])

  def test_no_target_of_cc_uses_tools(self):
    path = 'cc/forkrpc/wire/BUILD.bazel'
    rules = 'load("//tools/bazel:defs.bzl", "cc_test")\n'
    for text, bad in (
        ('cc_test(name = "y_test", deps = ["//tools/fuzzing:x"])', True),
        ('cc_test(name = "y_test", deps = ["@forkrpc//tools/new:x"])', True),
        ('cc_test(name = "y_test", data = ["//tools/spec:x"])', True),
        ('f(name = "y_test", dictionary = "//tools/fuzzing:wire.dict")', True),
        ('alias(name = "y", actual = "//tools/forkrpc")', True),
        ('load("//tools/fuzzing:rules.bzl", "x")', True),
        ('cc_library(name = "y", visibility = ["//tools:__subpackages__"])',
         False)):
      found = self.complaints({path: rules + text})
      self.assertEqual(len(found), bad, text)
      if bad:
        self.assertIn(f'{path}:2: cc/ uses nothing of tools/', found[0])

  def test_labels_are_found_in_sums_and_selects(self):
    text = ('cc_library(name = "y", deps = [":x"] + select({'
            '"//tools/bazel:libfuzzer": ["//cc/forkrpc/server"],'
            '"//conditions:default": []}))')
    found = self.complaints({'cc/forkrpc/client/BUILD.bazel': text})
    self.assertEqual(len(found), 1)
    self.assertIn('client may not include server', found[0])

  def test_protobuf_and_libuv_stay_where_they_are(self):
    include = '#include "google/protobuf/message.h"\n'
    label = 'cc_library(name="y", deps=["@com_google_protobuf//:protobuf"])'
    for folder, bad in (('cc/forkrpc/client', True),
                        ('cc/forkrpc/serialiser', True),
                        ('conformance/runner/report', False)):
      self.assertEqual(bool(self.complaints({folder + '/y.cc': include})), bad)
      self.assertEqual(bool(self.complaints({folder + '/BUILD.bazel': label})),
                       bad)
    self.assertTrue(self.complaints({'cc/forkrpc/client/y.h': '#include <uv.h>'}))
    self.assertFalse(
        self.complaints({'cc/forkrpc/event_loop/y.h': '#include <uv.h>'}))

  def test_flags_stay_where_the_command_line_is(self):
    include = '#include "absl/flags/flag.h"\n'
    label = 'cc_library(name="y", deps=["@com_google_absl//absl/flags:flag"])'
    for folder in ('cli', 'fuzz', 'report', 'cases', 'base'):
      folder = f'conformance/{"" if folder == "fuzz" else "runner/"}{folder}'
      bad = not folder.endswith('cli')
      self.assertEqual(bool(self.complaints({folder + '/y.cc': include})), bad)
      self.assertEqual(bool(self.complaints({folder + '/BUILD.bazel': label})),
                       bad)

  def test_a_new_folder_needs_a_layer(self):
    found = self.complaints({'cc/forkrpc/novel/x.h': ''})
    self.assertEqual(len(found), 1)
    found = self.complaints(
        {'cc/forkrpc/wire/x.h': '#include "forkrpc/novel/x.h"'})
    self.assertEqual(len(found), 1)

  def test_system_headers_and_abseil_are_free(self):
    self.assertEqual(
        self.complaints({'cc/forkrpc/base/x.h':
                         '#include <vector>\n#include "absl/time/time.h"\n'}),
        [])

  def test_bad_rules_are_refused(self):
    for text in ('a cc/a/* -> b', 'a cc/a/*', 'a x -> b\nb y -> a',
                 'a x ->\na y ->', 'a x ->\n+test a -> c'):
      with self.assertRaises(check.RuleError, msg=text):
        check.Layers(text)


if __name__ == '__main__':
  unittest.main()
