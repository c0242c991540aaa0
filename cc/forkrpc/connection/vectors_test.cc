// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Both connections against the vectors of the specification: sessions, each
// side on its own, and the streams of one direction.

#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/connection/server_connection.h"
#include "forkrpc/connection/test_octets.h"
#include "forkrpc/testing/spec_vectors.h"
#include "forkrpc/wire/frame_decoder.h"
#include "gtest/gtest.h"

namespace forkrpc {

class ClientConnectionPeer {
 public:
  static CallId next_id(const ClientConnection& connection) {
    return connection.next_id_;
  }
  static void SetNextId(ClientConnection* connection, CallId id) {
    connection->next_id_ = id;
  }
};

namespace {

constexpr size_t kWhole = absl::string_view::npos;

Form FormOf(const spec::Vector& vector) {
  return vector.form() == "async" ? Form::kAsync : Form::kSync;
}

// What one side sees, in the words that follow; long payloads by their size.
std::string Show(absl::string_view kind, int call, absl::string_view payload) {
  return absl::StrCat(
      kind, " ", call, " ",
      payload.size() > 1000
          ? absl::StrCat(payload.size(), " octets of ",
                         absl::BytesToHexString(payload.substr(500, 1)))
          : absl::BytesToHexString(payload));
}

std::vector<std::string> SeenOf(const spec::VectorSide& side) {
  std::vector<std::string> seen;
  for (const spec::VectorSeen& one : side.sees()) {
    seen.push_back(
        Show(one.kind(), static_cast<int>(one.call()), SpecOctets(one)));
  }
  return seen;
}

struct Frame {
  uint32_t id;
  std::string payload;
};

// The whole frames in `octets`.
std::vector<Frame> FramesIn(FrameLayout layout, absl::string_view octets) {
  FrameDecoder decoder(layout);
  decoder.Append(octets);
  std::vector<Frame> frames;
  FrameView frame;
  while (decoder.Next(&frame) == DecodeResult::kFrame) {
    frames.push_back({frame.id, std::string(frame.payload)});
  }
  EXPECT_TRUE(decoder.Finish().ok()) << decoder.Finish();
  return frames;
}

// The code of the error that is found against a requirement.
absl::StatusCode CodeOf(const std::string& requirement) {
  if (requirement == "FR-LIM-002") return absl::StatusCode::kResourceExhausted;
  if (requirement == "FR-ERR-003" || requirement == "FR-CLS-012") {
    return absl::StatusCode::kUnavailable;
  }
  return absl::StatusCode::kDataLoss;
}

// What a connection has come to, against what the vector says.
void ExpectResult(const Connection& connection, const spec::VectorSide& side) {
  if (side.result() == "error") {
    EXPECT_EQ(connection.status().code(), CodeOf(side.requirement()))
        << connection.status();
  } else {
    EXPECT_TRUE(connection.status().ok()) << connection.status();
  }
  EXPECT_EQ(connection.closed(),
            side.result() == "clean" || side.result() == "error");
}

// The parent on trial: it makes the calls and gets what the child sends.
class Parent {
 public:
  explicit Parent(const ClientOptions& options)
      : form_(options.form), connection_(options) {}

  ClientConnection& connection() { return connection_; }
  const std::vector<std::string>& seen() const { return seen_; }

  // Makes the calls whose requests stand in `octets`, and expects these octets.
  void Send(absl::string_view octets, bool may_set_id) {
    for (const Frame& frame : FramesIn(RequestLayout(form_), octets)) {
      // Only up to the wrap; what comes behind it is what is tried.
      if (may_set_id && frame.id >= 0x80000000 &&
          frame.id > ClientConnectionPeer::next_id(connection_)) {
        ClientConnectionPeer::SetNextId(&connection_, frame.id);
      }
      Call(frame.payload);
    }
    EXPECT_EQ(absl::BytesToHexString(TakeOctets(&connection_)),
              absl::BytesToHexString(octets));
  }

  void Call(absl::string_view payload) {
    const absl::StatusOr<CallId> id = connection_.StartCall(payload);
    ASSERT_TRUE(id.ok()) << id.status();
    numbers_[*id] = ++calls_;
  }

  void HalfClose() {
    if (!connection_.status().ok()) return;  // It just closes.
    connection_.HalfClose();
    ASSERT_TRUE(connection_.wants_shutdown_write());
    EXPECT_EQ(connection_.unsent(), 0u);
    connection_.OnShutdownWriteDone();
  }

  void Receive(absl::string_view octets, size_t piece) {
    for (size_t left = kWhole; !octets.empty() && octets.size() < left;) {
      left = octets.size();
      octets = GiveOctets(&connection_, octets, piece);
      Poll();
    }
  }

  void ReceiveEnd() {
    connection_.OnReceiveEof();
    Poll();
  }

 private:
  void Poll() {
    while (std::optional<ClientEvent> event = connection_.PollEvent()) {
      switch (event->kind) {
        case ClientEvent::kResponse:
          seen_.push_back(
              Show("response", numbers_[event->call], event->payload));
          break;
        case ClientEvent::kEvent:
          seen_.push_back(Show("event", 0, event->payload));
          break;
        case ClientEvent::kCallFailed:
          seen_.push_back(Show("failed", numbers_[event->call], ""));
          break;
        case ClientEvent::kClosed:
          seen_.push_back(Show(event->status.ok() ? "end" : "error", 0, ""));
      }
    }
  }

  const Form form_;
  ClientConnection connection_;
  std::map<CallId, int> numbers_;
  int calls_ = 0;
  std::vector<std::string> seen_;
};

// The child on trial: it gets what the parent sends and does what the vector's
// function did.
class Child {
 public:
  explicit Child(const ServerOptions& options)
      : form_(options.form), connection_(options) {}

  ServerConnection& connection() { return connection_; }
  const std::vector<std::string>& seen() const { return seen_; }

  void Receive(absl::string_view octets, size_t piece) {
    for (size_t left = kWhole; !octets.empty() && octets.size() < left;) {
      left = octets.size();
      octets = GiveOctets(&connection_, octets, piece);
      Poll();
    }
  }

  void ReceiveEnd() {
    connection_.OnReceiveEof();
    Poll();
  }

  // Makes the responses and events that stand in `octets`, and expects these
  // octets.
  void Send(absl::string_view octets) {
    for (const Frame& frame : FramesIn(kResponseLayout, octets)) {
      const absl::Status sent =
          frame.id == kEventId
              ? connection_.SendEvent(frame.payload)
              : connection_.SendResponse(
                    form_ == Form::kSync ? ++answered_ : frame.id,
                    frame.payload);
      EXPECT_TRUE(sent.ok()) << sent;
    }
    EXPECT_EQ(absl::BytesToHexString(TakeOctets(&connection_)),
              absl::BytesToHexString(octets));
  }

  // Ends as a driver does: when the connection wants it, or has failed.
  void End() {
    EXPECT_EQ(connection_.unsent(), 0u);
    if (connection_.wants_shutdown_write()) {
      connection_.OnShutdownWriteDone();
      Poll();
    }
  }

 private:
  void Poll() {
    while (std::optional<ServerEvent> event = connection_.PollEvent()) {
      switch (event->kind) {
        case ServerEvent::kRequest:
          seen_.push_back(Show("request", ++requests_, event->payload));
          break;
        case ServerEvent::kHalfClosed:
          break;
        case ServerEvent::kClosed:
          seen_.push_back(Show(event->status.ok() ? "end" : "error", 0, ""));
      }
    }
  }

  const Form form_;
  ServerConnection connection_;
  CallId answered_ = 0;
  int requests_ = 0;
  std::vector<std::string> seen_;
};

// Whether our parent can be made to choose the vector's ids.
bool ParentIsOnTrial(const spec::Vector& session) {
  return session.parent().result() != "wrong" &&
         !HasFlag(session, "ids-chosen");
}

bool ChildIsOnTrial(const spec::Vector& session) {
  return session.child().result() != "wrong";
}

void TryParent(const spec::Vector& session, size_t piece) {
  ClientOptions options;
  options.form = FormOf(session);
  if (session.parent().has_limit()) {
    options.limits.max_payload = session.parent().limit();
  }
  Parent parent(options);
  const bool wraps = HasFlag(session, "wrap");
  for (const spec::VectorStep& step : session.steps()) {
    if (step.from() == "parent") {
      step.end() ? parent.HalfClose() : parent.Send(SpecOctets(step), wraps);
    } else {
      step.end() ? parent.ReceiveEnd()
                 : parent.Receive(SpecOctets(step), piece);
    }
  }
  EXPECT_EQ(parent.seen(), SeenOf(session.parent()));
  ExpectResult(parent.connection(), session.parent());
}

void TryChild(const spec::Vector& session, size_t piece) {
  ServerOptions options;
  options.form = FormOf(session);
  if (session.child().has_limit()) {
    options.limits.max_payload = session.child().limit();
  }
  Child child(options);
  for (const spec::VectorStep& step : session.steps()) {
    if (step.from() == "child") {
      step.end() ? child.End() : child.Send(SpecOctets(step));
    } else {
      step.end() ? child.ReceiveEnd() : child.Receive(SpecOctets(step), piece);
    }
  }
  EXPECT_EQ(child.seen(), SeenOf(session.child()));
  ExpectResult(child.connection(), session.child());
  EXPECT_FALSE(child.connection().wants_shutdown_write());
}

//= spec/wire.md#FR-SID-006
//= spec/wire.md#FR-SID-007
//= spec/wire.md#FR-SID-008
//= spec/wire.md#FR-ORD-002
//= spec/wire.md#FR-ORD-004
//= spec/wire.md#FR-ORD-007
//= spec/wire.md#FR-EVT-002
//= spec/wire.md#FR-EVT-003
//= spec/wire.md#FR-EVT-006
//= spec/wire.md#FR-CLS-002
//= spec/wire.md#FR-CLS-007
//= spec/wire.md#FR-CLS-010
//= spec/wire.md#FR-CLS-012
//= spec/wire.md#FR-ERR-001
//= spec/wire.md#FR-ERR-002
//= spec/wire.md#FR-ERR-003
//= spec/wire.md#FR-ERR-005
//= spec/wire.md#FR-ERR-006
//= spec/wire.md#FR-ERR-007
TEST(ConnectionVectorsTest, ParentDoesAsTheSessionsSay) {
  int tried = 0;
  for (const spec::Vector& session : ReadSpecVectors("sessions")) {
    if (!ParentIsOnTrial(session)) continue;
    SCOPED_TRACE(session.id());
    for (const size_t piece : {kWhole, size_t{1}, size_t{3}}) {
      TryParent(session, piece);
    }
    ++tried;
  }
  EXPECT_GE(tried, 45);
}

//= spec/wire.md#FR-SID-003
//= spec/wire.md#FR-SID-005
//= spec/wire.md#FR-SID-010
//= spec/wire.md#FR-SID-011
//= spec/wire.md#FR-ORD-003
//= spec/wire.md#FR-EVT-001
//= spec/wire.md#FR-EVT-004
//= spec/wire.md#FR-CLS-003
//= spec/wire.md#FR-CLS-006
//= spec/wire.md#FR-CLS-009
//= spec/wire.md#FR-ERR-004
//= spec/wire.md#FR-ERR-009
//= spec/wire.md#FR-ERR-010
//= spec/wire.md#FR-LIM-002
TEST(ConnectionVectorsTest, ChildDoesAsTheSessionsSay) {
  int tried = 0;
  for (const spec::Vector& session : ReadSpecVectors("sessions")) {
    if (!ChildIsOnTrial(session)) continue;
    SCOPED_TRACE(session.id());
    for (const size_t piece : {kWhole, size_t{1}, size_t{3}}) {
      TryChild(session, piece);
    }
    ++tried;
  }
  EXPECT_GE(tried, 35);
}

TEST(ConnectionVectorsTest, EachSessionHasASideOnTrial) {
  for (const spec::Vector& session : ReadSpecVectors("sessions")) {
    EXPECT_TRUE(ParentIsOnTrial(session) || ChildIsOnTrial(session))
        << session.id();
  }
}

std::vector<spec::Vector> StreamsTo(absl::string_view direction) {
  std::vector<spec::Vector> streams;
  for (const char* const area : {"requests", "frames", "streams"}) {
    for (const spec::Vector& vector : ReadSpecVectors(area)) {
      if (vector.direction() == direction) streams.push_back(vector);
    }
  }
  return streams;
}

// What the receiver of a stream ends with once the stream has ended.
absl::StatusCode EndOf(const spec::Vector& vector) {
  if (vector.result() == "valid") return absl::StatusCode::kOk;
  return vector.result() == "policy" ? absl::StatusCode::kResourceExhausted
                                     : absl::StatusCode::kDataLoss;
}

//= spec/wire.md#FR-FRM-006
//= spec/wire.md#FR-FRM-007
//= spec/wire.md#FR-FRM-009
//= spec/wire.md#FR-SID-010
//= spec/wire.md#FR-ERR-004
//= spec/wire.md#FR-ERR-009
TEST(ConnectionVectorsTest, ChildTakesTheStreams) {
  for (const spec::Vector& vector : StreamsTo("to-child")) {
    SCOPED_TRACE(vector.id());
    const std::string octets = SpecOctets(vector);
    for (const size_t piece : {kWhole, size_t{1}, size_t{7}}) {
      if (piece != kWhole && octets.size() > 100000) continue;
      ServerOptions options;
      options.form = FormOf(vector);
      options.limits.max_payload =
          vector.has_limit() ? vector.limit() : kMaxPayloadOnWire;
      Child child(options);
      child.Receive(octets, piece);
      const bool waits =
          vector.result() == "valid" || vector.result() == "incomplete";
      EXPECT_EQ(child.connection().status().ok(), waits);

      std::vector<std::string> expected;
      for (const spec::VectorFrame& frame : vector.frames()) {
        expected.push_back(Show("request",
                                static_cast<int>(expected.size()) + 1,
                                SpecOctets(frame)));
        if (!waits) continue;
        // The response shows the id.
        const CallId call =
            options.form == Form::kAsync ? frame.id() : expected.size();
        EXPECT_TRUE(child.connection().SendResponse(call, "").ok());
      }
      TakeOctets(&child.connection());
      child.ReceiveEnd();
      child.End();
      expected.push_back(Show(
          EndOf(vector) == absl::StatusCode::kOk ? "end" : "error", 0, ""));
      EXPECT_EQ(child.seen(), expected);
      EXPECT_EQ(child.connection().status().code(), EndOf(vector))
          << child.connection().status();
    }
  }
}

// Makes the calls that the stream answers, and half-closes. In the async form
// they are made in the order of their ids.
void MakeCalls(const spec::Vector& vector, Parent* parent) {
  std::multiset<uint32_t> ids;
  for (const spec::VectorFrame& frame : vector.frames()) {
    if (frame.id() != kEventId) ids.insert(frame.id());
  }
  for (const uint32_t id : ids) {
    if (vector.form() == "async") {
      ClientConnectionPeer::SetNextId(&parent->connection(), id);
    }
    parent->Call("");
  }
  TakeOctets(&parent->connection());
  parent->HalfClose();
}

// What a parent that made those calls sees.
std::vector<std::string> SeenOfStream(const spec::Vector& vector) {
  std::set<uint32_t> ids;
  for (const spec::VectorFrame& frame : vector.frames()) ids.insert(frame.id());
  ids.erase(kEventId);
  std::vector<std::string> seen;
  int responses = 0;
  for (const spec::VectorFrame& frame : vector.frames()) {
    if (frame.id() == kEventId) {
      seen.push_back(Show("event", 0, SpecOctets(frame)));
      continue;
    }
    ++responses;
    const auto below = std::distance(ids.begin(), ids.find(frame.id()));
    const int call =
        vector.form() == "async" ? static_cast<int>(below) + 1 : responses;
    seen.push_back(Show("response", call, SpecOctets(frame)));
  }
  const bool clean = EndOf(vector) == absl::StatusCode::kOk;
  seen.push_back(Show(clean ? "end" : "error", 0, ""));
  return seen;
}

//= spec/wire.md#FR-FRM-003
//= spec/wire.md#FR-FRM-007
//= spec/wire.md#FR-FRM-009
//= spec/wire.md#FR-EVT-002
//= spec/wire.md#FR-SID-007
TEST(ConnectionVectorsTest, ParentTakesTheStreams) {
  for (const spec::Vector& vector : StreamsTo("to-parent")) {
    SCOPED_TRACE(vector.id());
    const std::string octets = SpecOctets(vector);
    for (const size_t piece : {kWhole, size_t{1}, size_t{7}}) {
      if (piece != kWhole && octets.size() > 100000) continue;
      ClientOptions options;
      options.form = FormOf(vector);
      options.limits.max_payload =
          vector.has_limit() ? vector.limit() : kMaxPayloadOnWire;
      Parent parent(options);
      MakeCalls(vector, &parent);
      parent.Receive(octets, piece);
      EXPECT_EQ(parent.connection().status().ok(), vector.result() != "policy");
      parent.ReceiveEnd();
      EXPECT_EQ(parent.seen(), SeenOfStream(vector));
      EXPECT_EQ(parent.connection().status().code(), EndOf(vector))
          << parent.connection().status();
    }
  }
}

}  // namespace
}  // namespace forkrpc
