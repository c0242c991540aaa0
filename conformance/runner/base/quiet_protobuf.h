// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Keeps protobuf from writing to standard error, where it would tell of each
// input that it refuses.
//
// From release 22 on protobuf logs through Abseil, which is left as it is: its
// level can be set only with an Abseil newer than the oldest that we build
// with.
//
//   const QuietProtobuf silence;  // as long as it lives

#ifndef CONFORMANCE_RUNNER_BASE_QUIET_PROTOBUF_H_
#define CONFORMANCE_RUNNER_BASE_QUIET_PROTOBUF_H_

#include "google/protobuf/stubs/common.h"
#if GOOGLE_PROTOBUF_VERSION < 4022000
#include "google/protobuf/stubs/logging.h"
#endif

namespace forkrpc::conformance {

class QuietProtobuf {
 public:
  QuietProtobuf() {}
  ~QuietProtobuf() {}
  QuietProtobuf(const QuietProtobuf&) = delete;
  QuietProtobuf& operator=(const QuietProtobuf&) = delete;

#if GOOGLE_PROTOBUF_VERSION < 4022000
 private:
  google::protobuf::LogSilencer silencer_;
#endif
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_BASE_QUIET_PROTOBUF_H_
