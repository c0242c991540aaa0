# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

import unittest

from tools.fuzzing import targets

QUERY = '''# /home/somebody/forkrpc/cc/forkrpc/wire/BUILD.bazel:110:13
cc_test(
  name = "frame_decoder_fuzzer",
  tags = ["fuzz", "max_len=256"],
  data = ["//cc/forkrpc/wire:frame_decoder_corpus", "//cc/forkrpc/wire:wire.dict"],
)
# Rule frame_decoder_fuzzer instantiated at (most recent call last):

# /home/somebody/forkrpc/tools/forkrpc/BUILD.bazel:7:1
cc_test(
  name = "dump_fuzzer",
  tags = ["fuzz", "max_len=1024"],
  data = ["//tools/forkrpc:dump_corpus"],
)
'''


class TargetsTest(unittest.TestCase):

  def test_reads_a_query(self):
    self.assertEqual(targets.targets(QUERY), [
        '//cc/forkrpc/wire:frame_decoder_fuzzer 256 cc/forkrpc/wire/wire.dict',
        '//tools/forkrpc:dump_fuzzer 1024 -'])

  def test_nothing_is_nothing(self):
    self.assertEqual(targets.targets(''), [])


if __name__ == '__main__':
  unittest.main()
