// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ReferenceModel: what a client and a server connection must do, as a map from
// id to call.
//
// The oracle of Simulation. It is told what goes in and what comes out, and
// status() names the first thing that should not have been. It knows frames by
// their order and their ends in the stream, not by their octets: what was
// received must be polled, neither more nor less. One thread.
//
//   ReferenceModel model(Form::kAsync, limits);
//   model.OnStarted(*id, call, payload.size(), deadline);
//   ...
//   model.OnResponse(event->call, call);
//   model.CheckClient(connection, octets_received);
//   EXPECT_TRUE(model.status().ok()) << model.status();
//
// Calls are named by a number from 0 in the order of the start.

#ifndef FORKRPC_TESTING_REFERENCE_MODEL_H_
#define FORKRPC_TESTING_REFERENCE_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <set>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/connection/server_connection.h"

namespace forkrpc {

struct ModelLimits {
  size_t client_in_flight = 4096;
  size_t server_in_flight = 4096;
};

class ReferenceModel {
 public:
  ReferenceModel(Form form, ModelLimits limits)
      : form_(form), limits_(limits) {}

  // OK until something was wrong.
  const absl::Status& status() const { return status_; }

  // The client.
  void OnStarted(CallId id, int call, size_t request, MonotonicTime deadline);
  // StartCall said no.
  void OnRefused(int call, const absl::Status& why);
  void OnHalfClose() { half_closed_ = true; }
  // CancelCall(id of `call`) said `result`, when it had written `sent` octets.
  void OnCancelled(int call, const absl::Status& result, uint64_t sent);
  // OnTimeout(now) was told.
  void OnTime(MonotonicTime now, uint64_t sent);
  // The stream has failed at this end.
  void OnClientFault() { client_fault_ = true; }

  // What PollEvent() gave. `call` is read from the payload.
  void OnResponse(CallId id, int call);
  void OnEvent(int call, int number);
  void OnFailed(CallId id, const absl::Status& why);
  void OnClientClosed(const absl::Status& how);

  // The server.
  void OnAsked(CallId id, int call);
  void OnAnswered(int call, size_t response);
  void OnRaised(int call, int number, size_t event);
  void OnServerClosed() { server_closed_ = true; }

  // Compares what can be seen once all was polled. `received` are all octets
  // that it was given so far.
  void CheckClient(const ClientConnection& client, uint64_t received);
  void CheckServer(const ServerConnection& server, uint64_t received,
                   bool held_back);

  // Whether the call was started and its end not polled.
  bool is_open(int call) const;
  CallId id_of(int call) const { return calls_[call].id; }
  size_t open_calls() const { return open_; }
  size_t started() const { return started_; }
  // Ends polled: with open_calls() all that were started.
  size_t ended() const { return ended_; }

 private:
  enum class State {
    kRefused,
    kOpen,
    kFailing,    // its end is decided and not polled
    kAbandoned,  // its end was polled, its response has not come
    kGone,       // its id may be used again
  };
  struct Call {
    CallId id = 0;
    State state = State::kRefused;
    absl::StatusCode code = absl::StatusCode::kOk;  // kFailing
    bool answered = false;
    bool unsent = false;  // and never will be
    uint64_t begin = 0;   // of its request in the stream
    MonotonicTime deadline = MonotonicTime::InfiniteFuture();
  };
  // A frame on its way; `event` is -1 for a request or response.
  struct Frame {
    int call;
    int event;
    uint64_t end;  // in the stream
  };

  void Wrong(absl::string_view what);
  bool Known(int call);
  // Decides that `call`, which is open, ends with `code`.
  void Decide(int call, absl::StatusCode code, uint64_t sent);
  // Its request is not sent.
  void TakeBack(int call);
  void End(int call, State state);
  // Frees the ids of abandoned calls whose response is the next frame.
  void RetireAbandoned(uint64_t received);
  // Takes the next frame down, which must be this one.
  bool TakeDown(int call, int event);

  const Form form_;
  const ModelLimits limits_;
  absl::Status status_;
  std::vector<Call> calls_;
  absl::flat_hash_map<CallId, int> taken_;
  std::set<std::pair<MonotonicTime, int>> deadlines_;
  std::deque<Frame> up_, down_;
  uint64_t up_end_ = 0, down_end_ = 0;
  std::set<int> asked_;  // and not answered
  CallId next_sync_request_ = 1;
  size_t started_ = 0, open_ = 0, ended_ = 0;
  bool half_closed_ = false;
  bool client_fault_ = false;
  bool breaking_ = false;  // the connection has failed: calls fail with it
  bool closed_ = false;
  bool server_closed_ = false;
};

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_REFERENCE_MODEL_H_
