// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// String-pack and raw against the vectors of the specification.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "forkrpc/serialiser/raw.h"
#include "forkrpc/serialiser/string_pack.h"
#include "forkrpc/testing/spec_vectors.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using Strings = std::vector<std::string>;

Strings StringsOf(const spec::Vector& vector) {
  Strings strings;
  for (const spec::VectorFrame& string : vector.strings()) {
    strings.push_back(SpecOctets(string));
  }
  return strings;
}

// Not EXPECT_EQ for lists, which would print megabytes.
void ExpectDecodes(const spec::Vector& vector, StringPackMode mode) {
  StringPackOptions options;
  options.mode = mode;
  Strings strings;
  const absl::Status status =
      DecodeStringPack(SpecOctets(vector), &strings, options);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_TRUE(strings == StringsOf(vector)) << strings.size() << " strings";
}

void ExpectRefuses(const spec::Vector& vector, StringPackMode mode) {
  StringPackOptions options;
  options.mode = mode;
  Strings strings;
  const absl::Status status =
      DecodeStringPack(SpecOctets(vector), &strings, options);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
}

//= spec/serialisers.md#FR-SER-001
TEST(SerialiserVectorsTest, StringPackEncodesTheCanonicalOctets) {
  int acceptable = 0;
  for (const spec::Vector& vector : ReadSpecVectors("string_pack")) {
    if (vector.result() == "invalid") continue;
    SCOPED_TRACE(vector.id());
    std::string payload;
    const absl::Status status = EncodeStringPack(StringsOf(vector), &payload);
    EXPECT_TRUE(status.ok()) << status;
    const bool canonical = vector.result() == "valid";
    EXPECT_EQ(payload == SpecOctets(vector), canonical);
    if (!canonical) ++acceptable;
  }
  EXPECT_GT(acceptable, 15);
}

//= spec/serialisers.md#FR-SER-002
//= spec/serialisers.md#FR-SER-003
//= spec/serialisers.md#FR-SER-004
//= spec/serialisers.md#FR-SER-005
//= spec/serialisers.md#FR-SER-006
//= spec/serialisers.md#FR-SER-007
TEST(SerialiserVectorsTest, StringPackDecodesStrictly) {
  for (const spec::Vector& vector : ReadSpecVectors("string_pack")) {
    SCOPED_TRACE(vector.id());
    vector.result() == "valid" ? ExpectDecodes(vector, StringPackMode::kStrict)
                               : ExpectRefuses(vector, StringPackMode::kStrict);
  }
}

//= spec/serialisers.md#FR-SER-003
//= spec/serialisers.md#FR-SER-007
TEST(SerialiserVectorsTest, StringPackDecodesAsTheOriginal) {
  for (const spec::Vector& vector : ReadSpecVectors("string_pack")) {
    SCOPED_TRACE(vector.id());
    vector.original().accepts() ? ExpectDecodes(vector, StringPackMode::kPerl)
                                : ExpectRefuses(vector, StringPackMode::kPerl);
  }
}

TEST(SerialiserVectorsTest, RawIsTheOctets) {
  for (const spec::Vector& vector : ReadSpecVectors("raw")) {
    SCOPED_TRACE(vector.id());
    const Strings strings = StringsOf(vector);
    ASSERT_EQ(strings.size(), 1u);
    std::string payload;
    EXPECT_TRUE(RawSerialiser().Encode(strings[0], &payload).ok());
    EXPECT_EQ(payload, SpecOctets(vector));
    std::string octets;
    EXPECT_TRUE(RawSerialiser().Decode(payload, &octets).ok());
    EXPECT_EQ(octets, strings[0]);
  }
}

}  // namespace
}  // namespace forkrpc
