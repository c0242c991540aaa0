// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/process_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

TEST(ProcessMemoryTest, GrowsWithWhatIsTouched) {
  constexpr size_t kMore = size_t{64} << 20;
  const absl::StatusOr<size_t> before = ResidentOctets(getpid());
  ASSERT_TRUE(before.ok()) << before.status();
  EXPECT_GT(*before, size_t{100} << 10);
  const std::string more(kMore, 'x');
  const absl::StatusOr<size_t> after = ResidentOctets(getpid());
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_GE(*after, *before + kMore * 9 / 10) << more.size();
}

TEST(ProcessMemoryTest, DoesNotCountWhatIsOnlyReserved) {
  constexpr size_t kMore = size_t{64} << 20;
  const absl::StatusOr<size_t> before = ResidentOctets(getpid());
  void* const reserved = mmap(nullptr, kMore, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(reserved, MAP_FAILED);
  const absl::StatusOr<size_t> after = ResidentOctets(getpid());
  munmap(reserved, kMore);
  ASSERT_TRUE(before.ok() && after.ok());
  EXPECT_LT(*after, *before + kMore / 2);
}

TEST(ProcessMemoryTest, SaysSoWhenThereIsNoSuchProcess) {
  const absl::StatusOr<size_t> octets = ResidentOctets(-1);
  EXPECT_TRUE(absl::IsUnavailable(octets.status()));
  EXPECT_THAT(std::string(octets.status().message()),
              testing::HasSubstr("/proc/-1/statm"));
}

}  // namespace
}  // namespace forkrpc
