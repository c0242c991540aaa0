# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""What a BUILD file says is read as Bazel reads it."""

import os
import tempfile
import unittest

from tools.direct import build_files
from tools.direct import genrules
from tools.direct import others

MAIN = '''
load("//tools:defs.bzl", "FLAGS", "cc_binary", "cc_library")

cc_binary(
    name = "main",
    srcs = ["main.cc"],
    copts = FLAGS,
    deps = [":made", "//lib", "@libuv"] + select({
        "//:odd": ["//odd"],
        "//conditions:default": [],
    }),
)

[cc_library(name = name, srcs = [name + ".cc"]) for name in ["made", "two"]]

genrule(
    name = "made_source",
    srcs = [":texts"],
    outs = ["made.cc"],
    cmd = "cat $(locations :texts) > $@; echo $$HOME $<",
)

filegroup(name = "texts", srcs = glob(["**/*.txt"], exclude = ["no*.txt"]))
'''
LIB = '''
cc_library(name = "lib", srcs = ["lib.cc"], deps = [":flag"])
label_flag(name = "flag", build_setting_default = ":impl")
cc_library(name = "impl", srcs = ["impl.cc"], deps = ["//app:two"])
'''
TABLE = '''
_ABSL = {"absl/strings": "absl_strings"}

def system_dependencies():
    system_cc_repo(name = "com_google_absl", targets = _ABSL)
    system_cc_repo(name = "libuv", targets = {":libuv": "libuv"})
'''


class BuildFilesTest(unittest.TestCase):

  def setUp(self):
    super().setUp()
    folder = tempfile.TemporaryDirectory()
    self.addCleanup(folder.cleanup)
    self.root = folder.name
    for path, text in (('app/BUILD.bazel', MAIN), ('lib/BUILD.bazel', LIB),
                       ('app/a.txt', ''), ('app/x/b.txt', ''), ('app/no.txt', ''),
                       ('app/sub/BUILD.bazel', ''), ('app/sub/c.txt', ''),
                       (others.TABLE, TABLE)):
      os.makedirs(os.path.join(self.root, os.path.dirname(path)), exist_ok=True)
      with open(os.path.join(self.root, path), 'w', encoding='utf-8') as file:
        file.write(text)
    self.files = build_files.BuildFiles(self.root)

  def test_a_program_is_linked_of_what_its_deps_reach(self):
    rules, libraries = self.files.closure(['//app:main'])
    self.assertEqual(set(rules), {'//app:main', '//app:made', '//app:two', '//lib:lib',
                                  '//lib:flag', '//lib:impl'})
    self.assertEqual(libraries, {'@libuv//:libuv'})

  def test_a_generated_source_is_known_by_its_genrule(self):
    maker = self.files.rule('//app:made.cc')
    self.assertEqual(maker.kind, 'genrule')
    self.assertEqual(genrules.command(maker, self.files, {}, 'out'),
                     'cat app/a.txt app/x/b.txt > out; echo $HOME app/a.txt app/x/b.txt')

  def test_a_target_that_is_not_there_is_named(self):
    with self.assertRaisesRegex(build_files.UnknownTargetError, '//lib:none'):
      self.files.closure(['//lib:none'])
    with self.assertRaisesRegex(build_files.UnknownTargetError, '//none'):
      self.files.closure(['//none'])

  def test_labels_are_made_whole(self):
    for label, whole in ((':x', '//p:x'), ('x', '//p:x'), ('//a/b', '//a/b:b'),
                         ('@forkrpc//a:c', '//a:c'), ('@libuv', '@libuv//:libuv'),
                         ('@o//a/b', '@o//a/b:b')):
      self.assertEqual(build_files.whole_label(label, 'p'), whole)

  def test_others_are_known_by_their_modules(self):
    self.assertEqual(others.modules(self.root), {
        '@com_google_absl//absl/strings:strings': 'absl_strings',
        '@libuv//:libuv': 'libuv'})


if __name__ == '__main__':
  unittest.main()
