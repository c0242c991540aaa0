# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The check of public targets sees each way in which one can be missing."""

import os
import tempfile
import unittest

from tools.layering import cc_targets
from tools.layering import public_targets

OUTER = '''
package(default_visibility = ["//visibility:public"])
cc_library(
    name = "outer",
    hdrs = ["outer.h"],
    deps = ["//cc/forkrpc/inner"],
)
'''
INNER = '''
package(default_visibility = ["//cc/forkrpc:__subpackages__"])
cc_library(
    name = "inner",
    hdrs = ["inner.h"],
    visibility = ["//visibility:public"],
)
'''
FILES = {
    'cc/forkrpc/outer/BUILD.bazel': OUTER,
    'cc/forkrpc/outer/outer.h': '// Outer.\n#include "forkrpc/inner/inner.h"\n',
    'cc/forkrpc/inner/BUILD.bazel': INNER,
    'cc/forkrpc/inner/inner.h': '#include <string>\n#include "absl/time/time.h"\n',
}
PUBLIC_LINE = '    visibility = ["//visibility:public"],\n'


class PublicTargetsTest(unittest.TestCase):

  def complaints(self, **changed):
    """Of the tree above with some files changed: outer='...' is its BUILD."""
    files = dict(FILES)
    for name, text in changed.items():
      files[f'cc/forkrpc/{name}/BUILD.bazel'] = text
    with tempfile.TemporaryDirectory() as root:
      for path, text in files.items():
        os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
        with open(os.path.join(root, path), 'w', encoding='utf-8') as file:
          file.write(text)
      return public_targets.check(
          root, cc_targets.read_targets(root, sorted(files)))

  def assert_one(self, found, *words):
    self.assertEqual(len(found), 1, found)
    for word in words:
      self.assertIn(word, found[0])

  def test_what_is_public_and_named_is_right(self):
    self.assertEqual(self.complaints(), [])

  def test_a_type_without_a_public_target(self):
    private = INNER.replace(PUBLIC_LINE, '')
    self.assert_one(self.complaints(inner=private),
                    'cc/forkrpc/outer/outer.h:2: ',
                    'no public target (//cc/forkrpc/inner:inner')
    # For tests only is not public, whoever may see it.
    self.assert_one(self.complaints(inner=INNER.replace(
        PUBLIC_LINE, PUBLIC_LINE + '    testonly = True,\n')), 'no public target')

  def test_the_package_says_who_may_see_if_the_target_does_not(self):
    self.assertEqual(self.complaints(inner=INNER.replace(PUBLIC_LINE, '').replace(
        '//cc/forkrpc:__subpackages__', '//visibility:public')), [])
    # A private header may include what it likes.
    self.assertEqual(self.complaints(
        outer=OUTER.replace('//visibility:public', '//cc:__subpackages__'),
        inner=INNER.replace(PUBLIC_LINE, '')), [])

  def test_a_target_that_deps_do_not_name(self):
    for deps in ('tags = []', 'deps = []', 'deps = ["@inner"]',
                 'deps = ["//cc/forkrpc/inner:inner2"]'):
      outer = OUTER.replace('deps = ["//cc/forkrpc/inner"]', deps)
      self.assert_one(self.complaints(outer=outer), 'do not name')
    for deps in ('deps = ["//cc/forkrpc/inner:inner"]',
                 'deps = ["@forkrpc//cc/forkrpc/inner"]',
                 'deps = [] + select({"//x": ["//cc/forkrpc/inner"]})'):
      outer = OUTER.replace('deps = ["//cc/forkrpc/inner"]', deps)
      self.assertEqual(self.complaints(outer=outer), [])

  def test_a_header_of_no_target(self):
    self.assert_one(self.complaints(inner=''), 'is of no target')

  def test_headers_of_the_same_target(self):
    targets = cc_targets.read_build('cc/forkrpc/outer/BUILD.bazel', OUTER.replace(
        '"outer.h"', '"outer.h", "part.h"'))
    self.assertIsNone(public_targets.complain_of_include(
        'forkrpc/outer/part.h', public_targets.owners_of(targets),
        targets['//cc/forkrpc/outer:outer']))

  def test_an_example_has_what_everyone_has(self):
    example = 'cc_binary(name = "x", srcs = ["x.cc"], deps = [%s])'
    for deps, bad in (('"//cc/forkrpc/inner", "@absl//x", ":log_sink"', False),
                      ('"//cc/forkrpc/inner:secret"', True),
                      ('"//tools/forkrpc:json"', True)):
      inner = INNER + 'cc_library(name = "secret", hdrs = ["s.h"])'
      self.assertEqual(
          len(self.complaints(inner=inner, examples=example % deps)), bad, deps)

  def test_generated_headers(self):
    proto = ('proto_library(name = "x_proto", srcs = ["x.proto"])\n'
             'cc_proto_library(name = "x_cc_proto", deps = [":x_proto"],\n'
             '    visibility = ["//visibility:public"])\n')
    found = cc_targets.read_build('proto/forkrpc/BUILD.bazel', proto)
    target = found['//proto/forkrpc:x_cc_proto']
    self.assertEqual(target.headers, ('forkrpc/x.pb.h',))
    self.assertTrue(target.is_public)

  def test_what_cannot_be_read_is_no_guess(self):
    for text in ('cc_library(name = "x", hdrs = glob(["*.h"]))',
                 'cc_library(name = "x" + y, hdrs = ["x.h"])',
                 'cc_library(name = "x", deps = DEPS)'):
      with self.assertRaises(cc_targets.UnreadableError, msg=text):
        cc_targets.read_build('cc/x/BUILD.bazel', text)


if __name__ == '__main__':
  unittest.main()
