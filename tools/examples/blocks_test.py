# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Every example is found, whole, and the wrapper adds what it says and no more."""

import unittest

from tools.examples import blocks

HEADER = '''// Copyright
// SPDX

// Thing: what it is for.
//
// Guarantees:
//
//   1. a list that
//      is no example
//
// * Nor is
//   this.
//
// And an example:
//
//   forkrpc::Thing thing;
//
//   if (!thing.ok()) {
//     return thing.status();
//   }
//
// Another one:
//   int main() { return 0; }

#ifndef X
// Not the head:
//
//   forkrpc::Never never;
'''


class BlocksTest(unittest.TestCase):

  def test_the_blocks_of_readme_are_the_fenced_ones(self):
    text = 'a\n\n```cpp\nint a;\n```\n\n    bazel run\n\n```json\n{}\n```\n```cpp\nb\n\nc\n```\n'
    found = blocks.examples_of_readme(text)
    self.assertEqual([(e.name, e.text) for e in found],
                     [('README.md#1', 'int a;\n'), ('README.md#2', 'b\n\nc\n')])

  def test_the_blocks_of_a_header_are_the_indented_ones_of_its_head(self):
    first, second = blocks.examples_of_header('forkrpc/a/x.h', HEADER)
    self.assertEqual(first.name, 'forkrpc/a/x.h#1')
    self.assertEqual(first.text, 'forkrpc::Thing thing;\n\n'
                     'if (!thing.ok()) {\n  return thing.status();\n}\n')
    self.assertEqual(second.text, 'int main() { return 0; }\n')
    self.assertFalse(first.is_program)
    self.assertTrue(second.is_program)

  def test_a_body_is_called_by_main(self):
    source, includes = blocks.program(
        blocks.Example('x', '#include <sys/stat.h>\n\nUse();\n', 'forkrpc/a/x.h'))
    self.assertEqual(set(includes),
                     {*blocks.HEAD, '<sys/stat.h>', '"forkrpc/a/x.h"'})
    self.assertEqual(source.count('#include'), len(includes))
    self.assertIn('[]() -> absl::Status {\nUse();\n', source)

  def test_a_main_that_includes_nothing_gets_the_includes_only(self):
    source, _ = blocks.program(
        blocks.Example('x', 'int main() {}\n', 'forkrpc/a/x.h'))
    self.assertTrue(source.endswith('#include "forkrpc/event_loop/libuv_loop.h"\n'
                                    '\nint main() {}\n'), source)
    self.assertEqual(source.count('main'), 1)

  def test_a_program_that_includes_what_it_needs_is_left_alone(self):
    text = '#include <string>\n#include "forkrpc/a/x.h"\n\nint main() {}\n'
    self.assertEqual(blocks.program(blocks.Example('x', text, 'forkrpc/a/x.h')),
                     (text, ['<string>', '"forkrpc/a/x.h"']))
    text = '#include <string>\n\nint main() {}\n'
    self.assertEqual(blocks.program(blocks.Example('README.md#1', text))[0], text)
    source, _ = blocks.program(blocks.Example('x', text, 'forkrpc/a/x.h'))
    self.assertIn('#include "forkrpc/a/x.h"\n', source)

  def test_what_a_program_is(self):
    worker = 'int main() {\n  return forkrpc::WorkerMain(Handle);\n}\n'
    parent = 'int main() { std::cout << 1; }'
    self.assertTrue(blocks.Example('x', worker).is_worker)
    self.assertFalse(blocks.Example('x', worker).prints)
    self.assertFalse(blocks.Example('x', parent).is_worker)
    self.assertTrue(blocks.Example('x', parent).prints)
    self.assertFalse(blocks.Example('x', '// WorkerMain(\n').is_worker)


if __name__ == '__main__':
  unittest.main()
