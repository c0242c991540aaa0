// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Caller: makes the calls of a load on one connection and keeps what they come
// to, without I/O or clock.
//
// Whoever moves the octets calls Turn() with the time, again and again. There
// is one time for all that happens in a turn: it ends the calls whose responses
// have come, and starts those that are made. So one reading of the clock serves
// however many responses arrive together, and what we do in a turn ourselves
// counts as latency, never against it.
//
// In an open loop a call's latency counts from when it was due, however late it
// was made: a pause of the worker shows in all calls that were due meanwhile.
// In a closed loop it counts from when it was made; there a pause holds back
// the calls that would have met it.
//
// Memory follows the calls in flight. One thread; nothing is allocated in the
// steady state.
//
//   Caller caller(plan, &connection, &payloads);
//   caller.Start(now);
//   while (!caller.done()) {
//     caller.Turn(now);
//     // ... move octets until caller.next_turn() at the latest ...
//   }

#ifndef TOOLS_FORKRPC_LOAD_CALLER_H_
#define TOOLS_FORKRPC_LOAD_CALLER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "forkrpc/connection/call_table.h"
#include "forkrpc/connection/client_connection.h"
#include "tools/forkrpc/load/load_plan.h"
#include "tools/forkrpc/load/load_tally.h"
#include "tools/forkrpc/load/payload_source.h"

namespace forkrpc::cli {

// Invariants:
//  1. calls_ holds the calls whose end is not known: made, neither answered nor
//     given up.
//  2. Counted calls made, answered, failed or in calls_ are numbers of the
//     tally; others leave no trace in it but their events.
//  3. stage_ only goes forward.
class Caller {
 public:
  // All must outlive the caller, `payloads` also the connection.
  Caller(const LoadPlan& plan, ClientConnection* connection,
         PayloadSource* payloads);
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  // Before the first turn.
  void Start(int64_t now);

  // Takes what has come, gives up what is too late, makes what is due.
  void Turn(int64_t now);

  // The connection is over: so are all calls. The owner says so, when it has
  // found that over(): it may know that the user has ended both.
  void End();

  // No more calls are made, and those in flight are left alone: done. The time
  // that was measured ends with the last turn.
  void Interrupt();

  // All calls have ended.
  bool done() const { return stage_ == Stage::kDone; }

  // When the next turn is due, whatever comes.
  int64_t next_turn() const;

  const LoadTally& tally() const { return tally_; }

 private:
  enum class Stage {
    kCalling,  // calls are made
    kEnding,  // the time is over, or all are made: only what was due before and
              // was held back is made
    kWaiting,  // nothing is made any more, what is in flight is waited for
    kDone,
  };
  struct Call {
    int64_t from = 0;  // what its latency counts from
    int64_t made = 0;
    PayloadWindow window = {0, 0};
    bool counted = false;
  };

  bool open_loop() const { return plan_.period > 0; }
  bool has_room() const { return connection_->in_flight() < plan_.in_flight; }

  void TakeAnswers(int64_t now);
  void OnResponse(CallId id, absl::string_view response, int64_t now);
  bool IsRight(const Call& call, absl::string_view response);
  void OnWrong(const Call& call, absl::string_view response);
  void GiveUpLateOnes(int64_t now);

  void MakeCalls(int64_t now);
  void MakeDueCalls(int64_t now);
  // Makes one call. False if the connection has no room for it.
  bool Make(int64_t from, int64_t now);
  // When the call of that number is due, in an open loop.
  int64_t DueTime(uint64_t number) const;
  // How many of them are due before `time`.
  uint64_t CountDueBefore(int64_t time) const;
  // Whether a call that counts from `from` is one of those that are wanted.
  bool IsWanted(int64_t from) const;
  void EndIfDone(int64_t now);
  // How many calls that are to be counted were not made.
  uint64_t CountLeft() const;
  // Counts those as failed, and makes no more.
  void LeaveTheRest(absl::string_view why);
  void Finish(int64_t measured_to);

  const LoadPlan plan_;
  ClientConnection* const connection_;
  PayloadSource* const payloads_;
  CallTable<Call> calls_;
  Stage stage_ = Stage::kCalling;
  int64_t start_ = 0;
  int64_t measure_from_ = 0;
  int64_t measure_to_ = kNever;
  int64_t now_ = 0;             // of the last turn
  int64_t last_turn_ = kNever;  // of kEnding
  int64_t next_look_ = 0;       // for calls that are too late
  uint64_t due_ = 0;            // of an open loop: the next call's number
  int64_t held_to_ = 0;         // calls that were due by then were held back
  uint64_t counted_ = 0;
  std::optional<PayloadWindow> next_;  // drawn, and there was no room for it
  std::optional<std::string> first_response_;
  std::vector<CallId> late_;  // of GiveUpLateOnes(): kept for its memory
  LoadTally tally_;
};

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_LOAD_CALLER_H_
