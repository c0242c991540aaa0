// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/map_calls.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using testing::ElementsAre;

class MapCallsTest : public testing::TestWithParam<MapOptions::Order> {
 protected:
  MapCallsTest() {
    PoolOptions options;
    options.program.argv = {"cc/forkrpc/pool/test_worker"};
    options.max = 2;
    options.start = absl::Milliseconds(1);
    options.on_error = [](const PoolError&) {};
    auto pool = ThreadedPool::Create(options);
    EXPECT_TRUE(pool.ok()) << pool.status();
    if (pool.ok()) pool_ = *std::move(pool);
    options_.order = GetParam();
  }

  // The requests, each read when it is asked for.
  absl::optional<std::string> Next() {
    if (read_ == requests_.size()) return absl::nullopt;
    return requests_[read_++];
  }
  absl::Status Map() {
    return MapCalls(
        pool_.get(), [this] { return Next(); },
        [this](size_t index, absl::StatusOr<std::string> end) {
          most_read_ = std::max(most_read_, read_ - ends_.size());
          ends_.emplace_back(index, end.ok() ? *end : end.status().ToString());
          return ends_.size() == stop_at_ ? absl::AbortedError("enough")
                                          : absl::OkStatus();
        },
        options_);
  }

  std::unique_ptr<ThreadedPool> pool_;
  MapOptions options_;
  std::vector<std::string> requests_;
  size_t read_ = 0;
  size_t most_read_ = 0;
  size_t stop_at_ = 0;
  std::vector<std::pair<size_t, std::string>> ends_;
};

INSTANTIATE_TEST_SUITE_P(Orders, MapCallsTest,
                         testing::Values(MapOptions::kAsInputs,
                                         MapOptions::kAsTheyCome));

TEST_P(MapCallsTest, EachInputHasItsEndAndTheWindowIsKept) {
  for (int i = 0; i < 500; ++i) requests_.push_back(absl::StrCat("echo ", i));
  options_.window = 7;
  EXPECT_TRUE(Map().ok());
  ASSERT_EQ(ends_.size(), 500u);
  EXPECT_LE(most_read_, 7u);
  if (GetParam() == MapOptions::kAsTheyCome) {
    std::sort(ends_.begin(), ends_.end());
  }
  for (size_t i = 0; i < ends_.size(); ++i) {
    EXPECT_EQ(ends_[i].first, i);
    EXPECT_EQ(ends_[i].second, absl::StrCat(i));
  }
}

TEST_P(MapCallsTest, ALongCallHoldsBackOnlyWhereTheOrderIsThatOfTheInputs) {
  requests_ = {"busy 300000", "echo 1", "echo 2"};
  EXPECT_TRUE(Map().ok());
  ASSERT_EQ(ends_.size(), 3u);
  if (GetParam() == MapOptions::kAsInputs) {
    EXPECT_EQ(ends_[0].first, 0u);
  } else {
    EXPECT_EQ(ends_[2].first, 0u);
  }
}

TEST_P(MapCallsTest, AFailedCallIsOneEndAmongOthers) {
  requests_ = {"echo a", "exit 3", "echo b"};
  EXPECT_TRUE(Map().ok());
  ASSERT_EQ(ends_.size(), 3u);
  std::sort(ends_.begin(), ends_.end());
  EXPECT_EQ(ends_[0].second, "a");
  EXPECT_THAT(ends_[1].second, testing::HasSubstr("exited with status 3"));
  EXPECT_EQ(ends_[2].second, "b");
}

TEST_P(MapCallsTest, TheUserEndsIt) {
  for (int i = 0; i < 1000; ++i) requests_.push_back("busy 1000");
  options_.window = 400;
  stop_at_ = 3;
  const absl::Status status = Map();
  EXPECT_TRUE(absl::IsAborted(status)) << status;
  EXPECT_EQ(ends_.size(), 3u);
  EXPECT_LT(read_, 404u);
  // What was left is cancelled, not executed.
  EXPECT_EQ(pool_->stats().queued, 0u);
}

TEST_P(MapCallsTest, NoInputsAreNoCalls) {
  EXPECT_TRUE(Map().ok());
  EXPECT_THAT(ends_, ElementsAre());
  EXPECT_EQ(pool_->stats().started, 0u);
}

}  // namespace
}  // namespace forkrpc
