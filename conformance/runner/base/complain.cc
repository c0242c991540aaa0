// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/base/complain.h"

#include <iostream>

namespace forkrpc::conformance {

int Complain(int code, absl::string_view message) {
  std::cerr << "forkrpc-conformance: " << message << "\n";
  return code;
}

int Complain(const absl::Status& status) {
  return Complain(absl::IsInternal(status) ? kHarness : kUsage,
                  status.message());
}

}  // namespace forkrpc::conformance
