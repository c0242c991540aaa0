// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/stream_splits.h"

#include <algorithm>
#include <random>
#include <vector>

namespace forkrpc {
namespace {

using Pieces = std::vector<absl::string_view>;
using Visitor = absl::FunctionRef<void(absl::Span<const absl::string_view>)>;

// Where a long stream is cut in two: both ends, and around powers of two, where
// buffers grow.
bool WorthCutting(size_t at, size_t size) {
  if (size <= kMaxTwoWay || at < 64 || size - at < 64) return true;
  for (size_t power = 128; power < size; power *= 2) {
    if (at + 8 >= power && at <= power + 8) return true;
  }
  return false;
}

void VisitOctets(absl::string_view stream, Visitor visit) {
  Pieces pieces;
  pieces.reserve(stream.size());
  for (size_t i = 0; i < stream.size(); ++i) {
    pieces.push_back(stream.substr(i, 1));
  }
  visit(pieces);
}

void VisitThreeWay(absl::string_view stream, Visitor visit) {
  for (size_t a = 1; a + 1 < stream.size(); ++a) {
    for (size_t b = a + 1; b < stream.size(); ++b) {
      visit(Pieces{stream.substr(0, a), stream.substr(a, b - a),
                   stream.substr(b)});
    }
  }
}

void VisitRandom(absl::string_view stream, Visitor visit, int random) {
  // mt19937 and the arithmetic below are the same everywhere;
  // std::uniform_int_distribution is not.
  std::mt19937 bits(static_cast<uint32_t>(stream.size()) * 2654435761u + 1);
  for (int round = 0; round < random; ++round) {
    const size_t longest = round % 2 == 0 ? 4 : stream.size();
    Pieces pieces;
    for (absl::string_view rest = stream; !rest.empty();) {
      const size_t n = std::min<size_t>(1 + bits() % longest, rest.size());
      pieces.push_back(rest.substr(0, n));
      rest.remove_prefix(n);
    }
    visit(pieces);
  }
}

}  // namespace

void ForEachSplit(absl::string_view stream, Visitor visit, int random) {
  if (stream.empty()) {
    visit({});
    return;
  }
  visit(Pieces{stream});
  VisitOctets(stream, visit);
  for (size_t at = 1; at < stream.size(); ++at) {
    if (!WorthCutting(at, stream.size())) continue;
    visit(Pieces{stream.substr(0, at), stream.substr(at)});
  }
  if (stream.size() <= kMaxThreeWay) VisitThreeWay(stream, visit);
  VisitRandom(stream, visit, random);
}

}  // namespace forkrpc
