// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// FaultTransport: a Transport that fails as a FaultPlan says.
//
// Decorates any other one, and is as that is for threads. Counts calls, also
// those that the plan answers. An error or an end of the stream stays: the same
// direction goes on giving it, and nothing reaches the decorated transport.
//
//   FaultTransport faulty(transport.get(), StreamEnd::kClient,
//                         *ParseFaultPlan("client read 0 short 1"));
//
// kDelay needs a clock: in a kNonBlock call nothing moves before its time, a
// kBlock call sleeps.

#ifndef FORKRPC_TESTING_FAULT_TRANSPORT_H_
#define FORKRPC_TESTING_FAULT_TRANSPORT_H_

#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/testing/fault_plan.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

class FaultTransport final : public Transport {
 public:
  using Clock = std::function<MonotonicTime()>;

  // Takes those faults of `plan` that are for `end`. `transport` must outlive
  // it.
  FaultTransport(Transport* transport, StreamEnd end, const FaultPlan& plan,
                 Clock clock = MonotonicNow);

  absl::StatusOr<IoResult> Read(absl::Span<char> buffer, IoMode mode) override;
  absl::StatusOr<IoResult> Write(absl::Span<const absl::string_view> buffers,
                                 IoMode mode) override;
  absl::Status ShutdownWrite() override;
  absl::Status SetReadTimeout(absl::Duration timeout) override {
    return transport_->SetReadTimeout(timeout);
  }
  bool is_tcp() const override { return transport_->is_tcp(); }
  int read_fd() const override { return transport_->read_fd(); }
  int write_fd() const override { return transport_->write_fd(); }

  // How often `op` was called.
  int count(FaultOp op) const {
    return directions_[static_cast<int>(op)].calls;
  }
  // How many calls were told to come again, other than for a delay: who polls
  // in memory knows by it that trying again may help.
  int put_off() const { return put_off_; }
  // When a delay under way ends; InfiniteFuture if there is none.
  MonotonicTime resume_time() const;

 private:
  struct Direction {
    FaultPlan faults;  // of this kind of call
    int calls = 0;
    MonotonicTime resume = MonotonicTime::InfinitePast();
    // Once it has ended.
    std::optional<absl::StatusOr<IoResult>> end;
  };

  // What the plan says of this call; nullopt: nothing but `*most`, the octets
  // that may be moved.
  std::optional<absl::StatusOr<IoResult>> Answer(FaultOp op, IoMode mode,
                                                 size_t* most);

  Transport* const transport_;
  const Clock clock_;
  int put_off_ = 0;
  Direction directions_[3];
};

// What a Transport says of errno `error`.
absl::Status InjectedError(int error);

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_FAULT_TRANSPORT_H_
