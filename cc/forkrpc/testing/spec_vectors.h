// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ReadSpecVectors: the test vectors of the specification, strictly read.
//
// spec/vectors/README.md says what they hold; proto/forkrpc/vector.proto is
// their form. The program ends, saying why, if a file is missing or has a field
// that is not known, so that no vector is passed over.
//
//   for (const spec::Vector& vector : ReadSpecVectors("frames")) {
//     SCOPED_TRACE(vector.id());
//     EXPECT_EQ(Decode(SpecOctets(vector)), Frames(vector.frames()));
//   }

#ifndef FORKRPC_TESTING_SPEC_VECTORS_H_
#define FORKRPC_TESTING_SPEC_VECTORS_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "forkrpc/vector.pb.h"

namespace forkrpc {

// The vectors of spec/vectors/`area`.json.
std::vector<spec::Vector> ReadSpecVectors(absl::string_view area);

// The octets that `hex` or `parts` of a vector, frame, step, ... stand for.
template <typename Node>
std::string SpecOctets(const Node& node) {
  std::string octets = absl::HexStringToBytes(node.hex());
  for (const spec::VectorPart& part : node.parts()) {
    octets += absl::HexStringToBytes(part.hex());
    const std::string repeated = absl::HexStringToBytes(part.repeat());
    octets.reserve(octets.size() + part.count() * repeated.size());
    for (uint32_t i = 0; i < part.count(); ++i) octets += repeated;
  }
  return octets;
}

// Whether `vector` has the flag.
inline bool HasFlag(const spec::Vector& vector, absl::string_view flag) {
  return std::any_of(
      vector.flags().begin(), vector.flags().end(),
      [flag](const std::string& given) { return given == flag; });
}

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_SPEC_VECTORS_H_
