// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/value_number.h"

#include <charconv>
#include <cstddef>

#include "absl/strings/string_view.h"

namespace forkrpc {

void AppendFloatingPoint(double number, std::string* out) {
  char digits[32];
  const char* const end =
      std::to_chars(digits, digits + sizeof(digits), number).ptr;
  const absl::string_view shortest(digits, static_cast<size_t>(end - digits));
  out->append(shortest.data(), shortest.size());
  if (shortest.find_first_of(".e") == absl::string_view::npos) {
    out->append(".0");
  }
}

}  // namespace forkrpc
