// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ReadFrom: octets in memory as a file for an OctetSource, in pieces.
//
//   OctetSource source(ReadFrom(octets, /*piece=*/1));

#ifndef TOOLS_CAPTURE_TEST_SOURCE_H_
#define TOOLS_CAPTURE_TEST_SOURCE_H_

#include <algorithm>
#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tools/capture/octet_source.h"

namespace forkrpc::capture {

// A read gives `piece` octets at most. `octets` must outlive the source.
inline OctetSource::Read ReadFrom(absl::string_view octets,
                                  size_t piece = SIZE_MAX) {
  return [octets,
          piece](absl::Span<char> space) mutable -> absl::StatusOr<size_t> {
    const size_t size = std::min({piece, space.size(), octets.size()});
    std::copy_n(octets.begin(), size, space.begin());
    octets.remove_prefix(size);
    return size;
  };
}

}  // namespace forkrpc::capture

#endif  // TOOLS_CAPTURE_TEST_SOURCE_H_
