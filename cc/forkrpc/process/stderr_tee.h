// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// StderrTee: hands a worker's standard error on to this program's, and never
// waits for whoever reads that.
//
// What is not taken at once is kept, kMaxBacklog octets of it, and tried again
// every kRetry. Octets beyond that are dropped and counted, and once all that
// was kept has been taken a line says how many were dropped at that place. One
// thread at a time. Allocates only while it has a backlog.
//
//   absl::StatusOr<forkrpc::TeeDescriptor> descriptor =
//       forkrpc::TeeDescriptor::Open(STDERR_FILENO);
//   if (!descriptor.ok()) return descriptor.status();
//   forkrpc::StderrTee tee(*std::move(descriptor), "converter");
//   tee.Put("a line\n", forkrpc::MonotonicNow());
//   // ... and when tee.next_flush() has come:
//   tee.Flush(forkrpc::MonotonicNow());

#ifndef FORKRPC_PROCESS_STDERR_TEE_H_
#define FORKRPC_PROCESS_STDERR_TEE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/process/tee_descriptor.h"

namespace forkrpc {

// Invariants: (1) every octet put is written once and in order, or counted in
// dropped(), or waits; (2) nothing is written behind dropped octets before the
// line that counts them; (3) next_flush() is InfiniteFuture exactly when
// backlog() is 0.
class StderrTee {
 public:
  // Enough for a program that is stopped for a while beside a worker that
  // reports errors; little beside the memory of the worker.
  static constexpr size_t kMaxBacklog = 1024 * 1024;
  static constexpr absl::Duration kRetry = absl::Milliseconds(20);

  // `name` is the worker's in the line about what was dropped.
  StderrTee(TeeDescriptor to, std::string name)
      : to_(std::move(to)), name_(std::move(name)) {}

  // Writes, keeps or drops `octets`. If there is nothing to write to, they are
  // ignored and not counted.
  void Put(absl::string_view octets, MonotonicTime now);

  // Writes what is taken of the backlog.
  void Flush(MonotonicTime now);

  // Octets that wait to be written.
  size_t backlog() const { return notice_.size() + kept().size(); }
  // The worker's octets that were not, and will not be, written.
  uint64_t dropped() const { return dropped_; }
  // When to call Flush.
  MonotonicTime next_flush() const {
    return backlog() > 0 ? next_flush_ : MonotonicTime::InfiniteFuture();
  }
  // What becomes writable when Flush may succeed; for poll().
  int fd() const { return to_.fd(); }

 private:
  absl::string_view kept() const {
    return absl::string_view(buffer_).substr(begin_);
  }
  TeeDescriptor::Written Write(absl::string_view octets);
  void Keep(absl::string_view octets);
  void Drop(size_t octets);
  // The reader does not take what waits, and never will.
  void OnRefused();
  void MakeNotice();

  TeeDescriptor to_;
  std::string name_;
  std::string notice_;      // goes before what is kept
  uint64_t announced_ = 0;  // octets that `notice_` tells of
  std::string buffer_;      // kept from begin_ on
  size_t begin_ = 0;
  uint64_t dropped_ = 0;
  uint64_t gap_ = 0;  // of these, behind what is kept and not told of yet
  bool at_line_start_ = true;
  MonotonicTime next_flush_;
};

}  // namespace forkrpc

#endif  // FORKRPC_PROCESS_STDERR_TEE_H_
