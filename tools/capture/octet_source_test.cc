// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/capture/octet_source.h"

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"

namespace forkrpc::capture {
namespace {

// `octets`, `piece` a read; then an error, or the end.
OctetSource::Read Pieces(std::string octets, size_t piece,
                         absl::Status then = absl::OkStatus()) {
  return [octets = std::move(octets), piece,
          then](absl::Span<char> space) mutable -> absl::StatusOr<size_t> {
    if (octets.empty() && !then.ok()) return then;
    const size_t size = std::min({piece, space.size(), octets.size()});
    std::copy_n(octets.begin(), size, space.begin());
    octets.erase(0, size);
    return size;
  };
}

TEST(OctetSourceTest, OctetsInPiecesOfAnySize) {
  for (size_t piece = 1; piece < 8; ++piece) {
    OctetSource source(Pieces("abcdefgh", piece));
    EXPECT_EQ(*source.Peek(3), "abc");
    EXPECT_EQ(source.offset(), 0u);
    std::string octets;
    EXPECT_TRUE(*source.Take(2, &octets));
    EXPECT_EQ(octets, "ab");
    EXPECT_EQ(*source.Peek(3), "cde");
    EXPECT_TRUE(*source.Skip(4));
    EXPECT_EQ(source.offset(), 6u);
    EXPECT_EQ(*source.Peek(3), "gh");
    EXPECT_FALSE(*source.Take(3, &octets));
    EXPECT_EQ(octets, "abgh");
    EXPECT_EQ(source.offset(), 8u);
    EXPECT_EQ(*source.Peek(1), "");
    EXPECT_FALSE(*source.Skip(1));
  }
}

TEST(OctetSourceTest, AnErrorComesBehindWhatWasThere) {
  OctetSource source(Pieces("abc", 2, absl::UnavailableError("no")));
  std::string octets;
  EXPECT_EQ(source.Take(4, &octets).status(), absl::UnavailableError("no"));
  EXPECT_EQ(octets, "abc");
  EXPECT_EQ(source.Skip(1).status(), absl::UnavailableError("no"));
  EXPECT_EQ(source.Peek(1).status(), absl::UnavailableError("no"));
}

TEST(OctetSourceTest, ALengthIsNoMemory) {
  OctetSource source(Pieces("abc", 2));
  std::string octets;
  EXPECT_FALSE(*source.Take(UINT64_MAX, &octets));
  EXPECT_LT(octets.capacity(), 1000u);
  EXPECT_FALSE(*source.Skip(UINT64_MAX));
}

}  // namespace
}  // namespace forkrpc::capture
