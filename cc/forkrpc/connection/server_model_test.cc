// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/server_model.h"

#include <optional>
#include <string>

#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using absl::StatusCode;
using std::string_literals::operator""s;

ServerOptions In(Form form) {
  ServerOptions options;
  options.form = form;
  return options;
}

void ExpectEvent(ServerModel* model, ServerEvent::Kind kind, CallId call,
                 StatusCode code = StatusCode::kOk) {
  const std::optional<ServerModel::Event> event = model->PollEvent();
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->kind, kind);
  EXPECT_EQ(event->call, call);
  EXPECT_EQ(event->code, code);
}

TEST(ServerModelTest, AnswersInOrderInTheSyncForm) {
  ServerModel model(In(Form::kSync));
  model.OnReceived("\0\0\0\2hi\0\0\0\0"s);
  ExpectEvent(&model, ServerEvent::kRequest, 1);
  ExpectEvent(&model, ServerEvent::kRequest, 2);
  EXPECT_EQ(model.SendResponse(2, ""), StatusCode::kFailedPrecondition);
  EXPECT_EQ(model.SendResponse(1, "ho"), StatusCode::kOk);
  EXPECT_EQ(model.SendResponse(1, "ho"), StatusCode::kNotFound);
  EXPECT_EQ(model.unsent(), "\0\0\0\1\0\0\0\2ho"s);
  EXPECT_EQ(model.in_flight(), 1u);
}

TEST(ServerModelTest, RefusesAnIdInFlight) {
  ServerModel model(In(Form::kAsync));
  model.OnReceived("\0\0\0\7\0\0\0\0\0\0\0\7\0\0\0\0"s);
  ExpectEvent(&model, ServerEvent::kRequest, 7);
  const std::optional<ServerModel::Event> event = model.PollEvent();
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->code, StatusCode::kDataLoss);
  EXPECT_EQ(event->offset, 16u);
  EXPECT_EQ(model.SendEvent(""), StatusCode::kDataLoss);
}

TEST(ServerModelTest, HoldsTheParentBack) {
  ServerOptions options = In(Form::kSync);
  options.max_in_flight = 1;
  ServerModel model(options);
  EXPECT_TRUE(model.wants_octets());
  model.OnReceived("\0\0\0\0\0\0\0\0"s);
  ExpectEvent(&model, ServerEvent::kRequest, 1);
  EXPECT_FALSE(model.wants_octets());
  EXPECT_FALSE(model.PollEvent().has_value());
  EXPECT_EQ(model.SendResponse(1, ""), StatusCode::kOk);
  ExpectEvent(&model, ServerEvent::kRequest, 2);
}

TEST(ServerModelTest, EndsWhenAllIsAnsweredAndWritten) {
  ServerModel model(In(Form::kSync));
  model.OnReceived("\0\0\0\0\0"s);
  model.OnReceiveEnd(StatusCode::kOk);
  ExpectEvent(&model, ServerEvent::kRequest, 1);
  ExpectEvent(&model, ServerEvent::kHalfClosed, 0);
  EXPECT_EQ(model.SendResponse(1, ""), StatusCode::kOk);
  EXPECT_FALSE(model.wants_shutdown_write());
  model.OnSent(8);
  EXPECT_TRUE(model.wants_shutdown_write());
  EXPECT_FALSE(model.PollEvent().has_value());
  model.OnShutdownWriteDone();
  ExpectEvent(&model, ServerEvent::kClosed, 0, StatusCode::kDataLoss);
}

}  // namespace
}  // namespace forkrpc
