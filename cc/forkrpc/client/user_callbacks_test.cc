// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/client/user_callbacks.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

class UserCallbacksTest : public testing::Test {
 protected:
  UserCallbacksTest() {
    options_.on_error = [this](const WorkerError& error) {
      Log(absl::StrCat("error of ", error.call, " pid ", error.pid));
    };
    options_.on_low_water = [this] { Log("low water"); };
    options_.on_room = [this] { Log("room"); };
    options_.connection.max_unsent = 100;
    options_.high_water = 50;
    options_.low_water = 10;
  }
  UserCallbacks Make() {
    return UserCallbacks(options_, [](WorkerError* error) { error->pid = 7; });
  }
  CallCallback Logging(std::string name) {
    return [this, name](absl::StatusOr<absl::string_view> end) {
      Log(absl::StrCat(name, " ", end.status().message()));
    };
  }
  void Log(std::string line) { log_.push_back(std::move(line)); }

  WorkerOptions options_;
  std::vector<std::string> log_;
};

using Lines = std::vector<std::string>;

TEST_F(UserCallbacksTest, ACallWithoutCallbackIsAnError) {
  UserCallbacks user = Make();
  user.CallFailed(3, Logging("a"), absl::UnavailableError("gone"));
  user.CallFailed(4, nullptr, absl::UnavailableError("gone"));
  EXPECT_EQ(log_, (Lines{"a gone", "error of 4 pid 7"}));
}

TEST_F(UserCallbacksTest, WhoIsRefusedMeanwhileWaitsForTheNextTime) {
  UserCallbacks user = Make();
  user.Refuse(
      [&](absl::StatusOr<absl::string_view>) {
        Log("first");
        user.Refuse(Logging("again"), absl::CancelledError("x"));
      },
      absl::CancelledError("x"));
  user.Refuse(Logging("second"), absl::CancelledError("x"));
  user.TellRefused();
  EXPECT_EQ(log_, (Lines{"first", "second x"}));
  user.TellRefused();
  EXPECT_EQ(log_.back(), "again x");
  user.TellRefused();
  EXPECT_EQ(log_.size(), 3);
}

TEST_F(UserCallbacksTest, WhoDrainsMeanwhileIsToldToo) {
  UserCallbacks user = Make();
  user.AwaitDrain([&](absl::Status) {
    Log("first");
    user.AwaitDrain([&](absl::Status) { Log("again"); });
  });
  user.TellDrained(absl::OkStatus());
  EXPECT_EQ(log_, (Lines{"first", "again"}));
}

TEST_F(UserCallbacksTest, TellsOfRoomOnceWhenTheSmallestWouldBeTaken) {
  UserCallbacks user = Make();
  ClientConnection connection(options_.connection);
  const auto take = [&](size_t n) {
    const bool taken = connection.StartCall(std::string(n, 'x')).ok();
    taken ? user.OnTaken(connection.unsent()) : user.OnNoRoom(n);
  };
  take(70);  // 78 with its header
  EXPECT_TRUE(user.above_high_water());
  take(60);
  take(40);
  user.TellOfRoom(connection);
  connection.OnSent(10);
  user.TellOfRoom(connection);
  EXPECT_TRUE(log_.empty());
  connection.OnSent(8);
  user.TellOfRoom(connection);
  EXPECT_EQ(log_, (Lines{"room"}));
  connection.OnSent(60);
  user.TellOfRoom(connection);
  user.TellOfRoom(connection);
  EXPECT_EQ(log_, (Lines{"room", "low water"}));
  EXPECT_FALSE(user.above_high_water());
}

TEST_F(UserCallbacksTest, WhatIsForgottenIsNotTold) {
  UserCallbacks user = Make();
  const auto held = std::make_shared<int>(7);
  user.Refuse([held](absl::StatusOr<absl::string_view>) {}, {});
  user.AwaitDrain([held](absl::Status) {});
  EXPECT_EQ(held.use_count(), 3);
  user.Forget();
  EXPECT_EQ(held.use_count(), 1);
  ClientConnection connection;
  user.OnNoRoom(1);
  user.OnTaken(100);
  user.ForgetRoom();
  user.TellOfRoom(connection);
  EXPECT_TRUE(log_.empty());
}

}  // namespace
}  // namespace forkrpc
