// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ForEachSplit: every way of cutting a stream into reads that is worth trying.
//
// A receiver must not see where a stream is cut. A test decodes the whole
// stream once, then expects the same outcome for each split:
//
//   ForEachSplit(stream, [&](absl::Span<const absl::string_view> pieces) {
//     EXPECT_EQ(DecodeAll(pieces), expected);
//   });
//
// Visited, in this order: the whole; one octet at a time; every cut in two;
// every cut in three up to kMaxThreeWay octets; `random` seeded random cuts,
// half of them mostly tiny pieces. Pieces are never empty. For streams over
// kMaxTwoWay octets only the cuts near both ends and around powers of two are
// made. Same input, same splits, on every machine.

#ifndef FORKRPC_TESTING_STREAM_SPLITS_H_
#define FORKRPC_TESTING_STREAM_SPLITS_H_

#include <cstddef>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace forkrpc {

inline constexpr size_t kMaxThreeWay = 64;
inline constexpr size_t kMaxTwoWay = 4096;

void ForEachSplit(
    absl::string_view stream,
    absl::FunctionRef<void(absl::Span<const absl::string_view>)> visit,
    int random = 50);

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_STREAM_SPLITS_H_
