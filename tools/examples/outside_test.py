# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""What an example includes is of the target that it is of."""

import unittest

from tools.examples import outside

OWNERS = {'forkrpc/pool/worker_pool.h': '//cc/forkrpc/pool:worker_pool'}


class OutsideTest(unittest.TestCase):

  def test_targets_of_includes(self):
    for name, target in (
        ('"forkrpc/pool/worker_pool.h"', '//cc/forkrpc/pool:worker_pool'),
        ('"absl/status/status.h"', '@com_google_absl//absl/status'),
        ('"absl/status/statusor.h"', '@com_google_absl//absl/status:statusor'),
        ('"absl/strings/str_cat.h"', '@com_google_absl//absl/strings'),
        ('"absl/types/span.h"', '@com_google_absl//absl/types:span'),
        ('"google/protobuf/wrappers.pb.h"', '@com_google_protobuf//:protobuf'),
        ('<asio.hpp>', '@asio'), ('<string>', None), ('<sys/stat.h>', None)):
      self.assertEqual(outside.target_of_include(name, OWNERS), target, name)

  def test_a_header_that_is_not_public_has_no_target(self):
    self.assertIsNone(
        outside.target_of_include('"forkrpc/pool/pool_core.h"', OWNERS))


if __name__ == '__main__':
  unittest.main()
