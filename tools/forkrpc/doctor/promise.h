// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Promise: what a wire needs of whatever is between parent and worker, and what
// to do where it does not hold.
//
//   TextOf(Promise::kHalfClose).plain;  // "the half-close arrives"

#ifndef TOOLS_FORKRPC_DOCTOR_PROMISE_H_
#define TOOLS_FORKRPC_DOCTOR_PROMISE_H_

#include "absl/strings/string_view.h"

namespace forkrpc::cli {

// In the order in which they are shown.
enum class Promise {
  kRequestsArrive,
  kNothingElse,
  kStderrApart,
  kOctetsDown,
  kOctetsUp,
  kBothFull,
  kHalfClose,
  kSecondWorker,
  kLateAnswer,
  kLaterAnswer,
  kLatestAnswer,
  kLargeAnswer,
  kLastAnswer,
  kExitStatus,
  kEndsTogether,
  kStderrArrives,
  kPlainSignals,
  kBlockingStreams,
  kNoOtherDescriptors,
};
inline constexpr int kPromises =
    static_cast<int>(Promise::kNoOtherDescriptors) + 1;

struct PromiseText {
  absl::string_view id;     // in JSON
  bool needed;              // by the wire; else it is good to know
  absl::string_view plain;  // what is promised
  absl::string_view todo;   // where it is broken
};

const PromiseText& TextOf(Promise promise);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_DOCTOR_PROMISE_H_
