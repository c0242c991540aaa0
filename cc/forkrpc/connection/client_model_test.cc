// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/client_model.h"

#include <optional>
#include <string>

#include "forkrpc/base/monotonic_time.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using absl::StatusCode;
using std::string_literals::operator""s;

ClientOptions In(Form form) {
  ClientOptions options;
  options.form = form;
  return options;
}

const MonotonicTime kNever = MonotonicTime::InfiniteFuture();

CallId Start(ClientModel* model, MonotonicTime deadline = kNever) {
  CallId id = 0;
  EXPECT_EQ(model->StartCall("x", deadline, &id), StatusCode::kOk);
  return id;
}

void ExpectEnd(ClientModel* model, ClientEvent::Kind kind, CallId call,
               StatusCode code) {
  const std::optional<ClientModel::Event> event = model->PollEvent();
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->kind, kind);
  EXPECT_EQ(event->call, call);
  EXPECT_EQ(event->code, code);
}

TEST(ClientModelTest, AnswersACall) {
  ClientModel model(In(Form::kAsync));
  EXPECT_EQ(Start(&model), 1u);
  EXPECT_EQ(model.unsent(), "\0\0\0\1\0\0\0\1x"s);
  EXPECT_FALSE(model.PollEvent().has_value());
  model.OnReceived("\0\0\0\1\0\0\0\2hi"s);
  EXPECT_FALSE(model.wants_octets());
  const std::optional<ClientModel::Event> event = model.PollEvent();
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->kind, ClientEvent::kResponse);
  EXPECT_EQ(event->call, 1u);
  EXPECT_EQ(event->payload, "hi");
  EXPECT_EQ(model.in_flight(), 0u);
  EXPECT_TRUE(model.wants_octets());
}

TEST(ClientModelTest, KeepsTheIdOfACancelledCall) {
  ClientOptions options = In(Form::kAsync);
  options.first_id = 0xFFFFFFFF;
  ClientModel model(options);
  EXPECT_EQ(Start(&model), 0xFFFFFFFF);
  EXPECT_EQ(Start(&model), 1u);
  model.OnSent(model.unsent().size());
  EXPECT_EQ(model.CancelCall(1), StatusCode::kOk);
  EXPECT_EQ(model.CancelCall(1), StatusCode::kNotFound);
  EXPECT_EQ(model.in_flight(), 2u);
  EXPECT_EQ(model.open_calls(), 2u);
  ExpectEnd(&model, ClientEvent::kCallFailed, 1, StatusCode::kCancelled);
  EXPECT_FALSE(model.is_open(1));
  model.OnReceived("\0\0\0\1\0\0\0\0"s);
  EXPECT_FALSE(model.PollEvent().has_value());
  EXPECT_EQ(model.in_flight(), 1u);
}

TEST(ClientModelTest, TakesARequestBackOfWhichNothingIsSent) {
  for (const Form form : {Form::kSync, Form::kAsync}) {
    ClientModel model(In(form));
    for (int i = 0; i < 4; ++i) Start(&model);
    const size_t size = model.unsent().size() / 4;
    model.OnSent(1);
    EXPECT_EQ(model.CancelCall(1), StatusCode::kOk);
    EXPECT_EQ(model.unsent().size(), 4 * size - 1) << "it has begun";
    EXPECT_EQ(model.CancelCall(2), StatusCode::kOk);
    EXPECT_EQ(model.unsent().size(), 3 * size - 1);
    model.OnSent(2 * size - 1);
    EXPECT_EQ(model.CancelCall(3), StatusCode::kOk);
    EXPECT_EQ(model.unsent().size(), size) << "it is sent";
    for (const CallId call : {1, 2, 3}) {
      ExpectEnd(&model, ClientEvent::kCallFailed, call, StatusCode::kCancelled);
    }
    EXPECT_EQ(model.in_flight(), 3u);
    model.OnReceived("\0\0\0\1\0\0\0\0\0\0\0\3\0\0\0\0"s);
    EXPECT_FALSE(model.PollEvent().has_value());
    model.OnReceived("\0\0\0\4\0\0\0\0"s);
    ExpectEnd(&model, ClientEvent::kResponse, 4, StatusCode::kOk);
  }
}

TEST(ClientModelTest, EndsCallsAtTheirDeadlineAndTheRestAtTheEnd) {
  ClientModel model(In(Form::kSync));
  const MonotonicTime now = MonotonicTime();
  Start(&model);
  Start(&model, now + absl::Seconds(2));
  Start(&model, now + absl::Seconds(1));
  EXPECT_EQ(model.NextTimeout(), now + absl::Seconds(1));
  model.OnTimeout(now + absl::Seconds(2));
  EXPECT_EQ(model.NextTimeout(), kNever);
  ExpectEnd(&model, ClientEvent::kCallFailed, 3, StatusCode::kDeadlineExceeded);
  ExpectEnd(&model, ClientEvent::kCallFailed, 2, StatusCode::kDeadlineExceeded);
  model.OnReceiveEnd(StatusCode::kOk);
  ExpectEnd(&model, ClientEvent::kCallFailed, 1, StatusCode::kUnavailable);
  ExpectEnd(&model, ClientEvent::kClosed, 0, StatusCode::kUnavailable);
  EXPECT_FALSE(model.PollEvent().has_value());
}

TEST(ClientModelTest, SaysWhereTheErrorIs) {
  ClientModel model(In(Form::kAsync));
  model.OnReceived("\0\0\0\0\0\0\0\0\0\0\0\7\0\0\0\0"s);
  ExpectEnd(&model, ClientEvent::kEvent, 0, StatusCode::kOk);
  const std::optional<ClientModel::Event> event = model.PollEvent();
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->code, StatusCode::kDataLoss);
  EXPECT_EQ(event->offset, 16u);
}

TEST(ClientModelTest, HalfClosesBehindTheAnswersOrAtTheTime) {
  const MonotonicTime then = MonotonicTime() + absl::Seconds(5);
  for (const bool answered : {false, true}) {
    ClientModel model(In(Form::kAsync));
    Start(&model);
    model.OnSent(model.unsent().size());
    model.HalfClose(then);
    EXPECT_FALSE(model.wants_shutdown_write());
    EXPECT_EQ(model.NextTimeout(), then);
    if (answered) {
      model.OnReceived("\0\0\0\1\0\0\0\0"s);
      ExpectEnd(&model, ClientEvent::kResponse, 1, StatusCode::kOk);
    } else {
      model.OnTimeout(then);
      EXPECT_EQ(model.NextTimeout(), kNever);
    }
    EXPECT_TRUE(model.wants_shutdown_write());
  }
}

TEST(ClientModelTest, EndsCleanlyBehindTheHalfClose) {
  ClientModel model(In(Form::kAsync));
  model.HalfClose();
  CallId id = 0;
  EXPECT_EQ(model.StartCall("", kNever, &id), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(model.wants_shutdown_write());
  model.OnShutdownWriteDone();
  model.OnReceiveEnd(StatusCode::kOk);
  ExpectEnd(&model, ClientEvent::kClosed, 0, StatusCode::kOk);
}

}  // namespace
}  // namespace forkrpc
