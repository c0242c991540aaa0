// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/spec_vectors.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

TEST(SpecVectorsTest, ReadsEveryArea) {
  std::set<std::string> ids;
  for (const char* const area : {"requests", "frames", "streams", "sessions",
                                 "string_pack", "protobuf", "raw"}) {
    for (const spec::Vector& vector : ReadSpecVectors(area)) {
      EXPECT_TRUE(ids.insert(vector.id()).second) << vector.id();
    }
  }
  EXPECT_GE(ids.size(), 285u);
}

TEST(SpecVectorsTest, JoinsParts) {
  spec::Vector vector;
  EXPECT_EQ(SpecOctets(vector), "");
  vector.set_hex("00ff");
  EXPECT_EQ(SpecOctets(vector), std::string("\0\xff", 2));
  vector.clear_hex();
  vector.add_parts()->set_hex("6162");
  vector.add_parts()->set_repeat("7879");
  vector.mutable_parts(1)->set_count(3);
  vector.add_parts()->set_hex("63");
  EXPECT_EQ(SpecOctets(vector), "abxyxyxyc");
}

TEST(SpecVectorsTest, FindsFlags) {
  spec::Vector vector;
  EXPECT_FALSE(HasFlag(vector, "large"));
  vector.add_flags("empty");
  vector.add_flags("large");
  EXPECT_TRUE(HasFlag(vector, "large"));
  EXPECT_FALSE(HasFlag(vector, "larg"));
}

TEST(SpecVectorsDeathTest, EndsWithoutTheFile) {
  EXPECT_EXIT(ReadSpecVectors("nothing"), testing::ExitedWithCode(1),
              "nothing.json: cannot be read");
}

}  // namespace
}  // namespace forkrpc
