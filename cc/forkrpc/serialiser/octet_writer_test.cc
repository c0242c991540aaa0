// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/octet_writer.h"

#include <string>

#include "forkrpc/testing/allocation_counter.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

TEST(OctetWriterTest, AppendsWhatAStringWould) {
  for (const size_t before : {0u, 1u, 100u}) {
    for (const size_t length : {0u, 1u, 7u, 255u, 256u, 257u, 5000u}) {
      std::string expected(before, 'b');
      std::string out = expected;
      OctetWriter writer(&out);
      for (size_t i = 0; i < 50; ++i) {
        const std::string part(length, static_cast<char>('a' + i % 26));
        writer.Put('-');
        writer.Append(part);
        *writer.Reserve(3) = '+';
        writer.Advance(1);
        expected += '-' + part + '+';
        ASSERT_EQ(writer.size(), expected.size() - before);
      }
      writer.Finish();
      ASSERT_EQ(out, expected);
    }
  }
}

TEST(OctetWriterTest, TakesBack) {
  std::string out = "before";
  OctetWriter writer(&out);
  writer.Append(std::string(1000, 'x'));
  writer.TakeBack();
  EXPECT_EQ(out, "before");
}

TEST(OctetWriterTest, AStringThatIsReusedAllocatesNothing) {
  std::string out;
  out.reserve(300);
  const AllocationCounter counter;
  for (int i = 0; i < 3; ++i) {
    out.clear();
    OctetWriter writer(&out);
    for (int j = 0; j < 300; ++j) writer.Put('x');
    writer.Finish();
  }
  EXPECT_EQ(counter.allocations(), 0);
}

}  // namespace
}  // namespace forkrpc
