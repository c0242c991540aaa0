// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WireRecord: one run's wire as a machine reads it, beside the annotated log.
//
// It is told what the session moves and tells the oracle, so that the oracle
// sees in a replay exactly what it saw then. Text, one event a line:
//
//     forkrpc-wire 1
//     run child/echo:sync
//     class child sync
//     verdict FAIL
//     oracle FR-ORD-005            the clauses that the oracle saw broken
//     0.001234 > 000000034568      octets to the testee
//     0.001300 < 0000...           octets from it
//     0.001400 >end                or >loss, <end
//     0.001500 =proved             it has shown to have read all
//     0.001600 =exit 10            its exit status, or =signal 11
//
// One thread. It holds all octets if it is to keep them, else none.
//
//   WireRecord record(&oracle, /*keep=*/true);
//   record.Received(octets, elapsed);

#ifndef CONFORMANCE_RUNNER_PLAY_WIRE_RECORD_H_
#define CONFORMANCE_RUNNER_PLAY_WIRE_RECORD_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "conformance/oracle/acceptor.h"
#include "forkrpc/conformance_result.pb.h"

namespace forkrpc::conformance {

class WireRecord {
 public:
  // `oracle` must outlive this object.
  WireRecord(Acceptor* oracle, bool keep) : oracle_(*oracle), keep_(keep) {}

  // As in Acceptor; times are since the start of the run.
  void Received(absl::string_view octets, absl::Duration when);
  void ReceivedEnd(absl::Duration when);
  void ReceivedLoss(absl::Duration when);
  void Sent(absl::string_view octets, absl::Duration when);
  void SentEnd(absl::Duration when);
  void ProvedToHaveRead(absl::Duration when);
  void Exited(int status, int signal, absl::Duration when);

  // The whole record; "" if it keeps nothing.
  std::string Text(const RunResult& result, Role role, Form form) const;

 private:
  void Keep(absl::Duration when, absl::string_view what,
            absl::string_view octets = "");

  Acceptor& oracle_;
  const bool keep_;
  std::string lines_;
};

// The oracle for a testee of the suite in that role and form.
absl::StatusOr<Acceptor> MakeOracle(Role role, Form form);

// What a record says and what the oracle says of it now.
struct Judgement {
  std::string run;
  std::string verdict;
  std::vector<std::string> reqs_then;
  Acceptor oracle;
};

// Replays a record. InvalidArgument "line 7: ..." if it is none.
absl::StatusOr<Judgement> Judge(absl::string_view text);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_PLAY_WIRE_RECORD_H_
