// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// FinishTrial: what becomes of an answer behind the half-close, on one link.
//
// One thread for each link.
//
//   FinishTrial trial(link.get());
//   trial.Ask({absl::Seconds(3), 5, 0});
//   trial.HalfClose();
//   trial.AwaitEof(MonotonicNow() + absl::Seconds(1));
//   trial.AwaitAnswer(MonotonicNow() + absl::Seconds(5));
//   if (!trial.whole()) std::cout << trial.Describe();

#ifndef TOOLS_FORKRPC_DOCTOR_FINISH_TRIAL_H_
#define TOOLS_FORKRPC_DOCTOR_FINISH_TRIAL_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "tools/forkrpc/doctor/probe_link.h"

namespace forkrpc::cli {

struct LateAnswer {
  absl::Duration delay;  // behind the half-close
  size_t octets;
  int status;  // that the worker exits with
};

class FinishTrial {
 public:
  // Uses `link`, which must outlive it.
  explicit FinishTrial(ProbeLink* link) : link_(link) {}

  void Ask(const LateAnswer& answer);
  void HalfClose();

  // Whether the worker has said that its input has ended. False at the
  // deadline, and when the stream has ended.
  bool AwaitEof(MonotonicTime deadline);
  // Whether the answer has come, whole if it is large; false before AwaitEof()
  // has said so. May be called again.
  bool AwaitAnswer(MonotonicTime deadline);

  bool eof() const { return eof_time_.has_value(); }
  // Whether the worker has waited for it in vain.
  bool in_vain() const;
  bool whole() const { return answer_time_.has_value(); }
  absl::Duration eof_after() const { return *eof_time_ - half_close_; }
  MonotonicTime answer_time() const { return *answer_time_; }

  // What came instead of the whole answer.
  std::string Describe() const;

 private:
  ProbeLink* const link_;
  LateAnswer asked_ = {};
  MonotonicTime half_close_;
  std::optional<MonotonicTime> eof_time_;
  std::optional<MonotonicTime> answer_time_;
  bool said_in_vain_ = false;
  std::string answer_;  // what has come of it
};

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_DOCTOR_FINISH_TRIAL_H_
