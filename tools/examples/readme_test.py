# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The check of README sees what is not there."""

import os
import tempfile
import unittest

from tools.examples import readme
from tools.layering import cc_targets

BUILD = '''
package(default_visibility = ["//visibility:public"])
cc_library(name = "loop", hdrs = ["loop.h"])
cc_library(name = "asio_loop", hdrs = ["asio_loop.h"])
cc_library(name = "hidden", hdrs = ["hidden.h"], visibility = ["//x:__pkg__"])
cc_library(name = "helper", hdrs = ["helper.h"], testonly = True)
'''
ROW = '| a loop | `//cc/forkrpc/loop` | `forkrpc/loop/loop.h` |\n'
TWO = ('| loops | `//cc/forkrpc/loop:loop`, `:asio_loop` | '
       '`forkrpc/loop/loop.h`, `asio_loop.h` |\n')


class ReadmeTest(unittest.TestCase):

  def table(self, *table_rows):
    text = f'Text.\n\n{readme.TABLE}\n|---|---|---|\n' + ''.join(table_rows)
    targets = cc_targets.read_build('cc/forkrpc/loop/BUILD.bazel', BUILD)
    return list(readme.check_table(text + '\nMore.\n', targets))

  def commands(self, text):
    with tempfile.TemporaryDirectory() as root:
      os.makedirs(os.path.join(root, 'tools/forkrpc'))
      with open(os.path.join(root, 'tools/forkrpc/BUILD.bazel'), 'w',
                encoding='utf-8') as file:
        file.write('cc_binary(\n    name = "forkrpc",\n    outs = ["x.html"],\n)\n')
      return list(readme.check_commands(text, root))

  def test_a_table_that_is_right(self):
    self.assertEqual(self.table(ROW, TWO), [])

  def test_targets_and_headers_that_are_not(self):
    for row, why in (
        (ROW.replace('rpc/loop`', 'rpc/pool`'), 'no target //cc/forkrpc/pool:pool'),
        (ROW.replace('rpc/loop`', 'rpc/loop:hidden`'), 'not for everyone'),
        (ROW.replace('rpc/loop`', 'rpc/loop:helper`'), 'not for everyone'),
        (ROW.replace('loop.h', 'pool.h'), 'forkrpc/loop/pool.h is not of'),
        (TWO.replace('`:asio_loop`', '`:gone`'), 'no target //cc/forkrpc/loop:gone'),
        (TWO.replace('`asio_loop.h`', '`gone.h`'), 'forkrpc/loop/gone.h is not of'),
        ('| a loop | the target | `x.h` |\n', 'not three cells')):
      found = self.table(ROW, row)
      self.assertTrue(found, row)
      self.assertIn('README.md:6: ', found[0])
      self.assertTrue(any(why in f for f in found), found)

  def test_no_table_is_a_complaint(self):
    self.assertEqual(len(list(readme.check_table('Text.\n', {}))), 1)
    self.assertEqual(len(self.table()), 1)

  def test_what_commands_name(self):
    for command, bad in (('bazel run //tools/forkrpc -- help', 0),
                         ('bazel run //tools/forkrpc:forkrpc', 0),
                         ('bazel run //tools/forkrpc:gone', 1),
                         ('bazel run //tools/gone', 1),
                         ('tools/forkrpc/BUILD.bazel   # a file', 0),
                         ('tools/gone', 1),
                         ('cat bazel-bin/tools/forkrpc/x.html', 0),
                         ('cat bazel-bin/tools/forkrpc/y.html', 1),
                         ('forkrpc call add 3 4 -- ./worker', 0)):
      found = self.commands(f'Text //tools/gone:x\n\n    {command}\n')
      self.assertEqual(len(found), bad, command)
      if bad:
        self.assertIn('README.md:3: ', found[0])
    self.assertEqual(len(self.commands('Text.\n')), 1)


if __name__ == '__main__':
  unittest.main()
