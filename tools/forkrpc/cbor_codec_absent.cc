// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/cbor_codec.h"

namespace forkrpc::cli {

absl::Status CheckCborLinked() {
  return absl::UnimplementedError(
      "this program is static and has no cbor, whose library is not: build "
      "//tools/forkrpc without --config=static, or see tools/bazel/README.md");
}

absl::Status EncodeCborValues(absl::Span<const Value> /*values*/,
                              std::string* /*payload*/) {
  return CheckCborLinked();
}

absl::Status DecodeCborValues(absl::string_view /*payload*/,
                              std::vector<Value>* /*values*/) {
  return CheckCborLinked();
}

}  // namespace forkrpc::cli
