// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ProbeLink: one probe, reached through what is examined.
//
// Starts the launcher or connects, then sends and receives with deadlines,
// reading whatever comes while it writes, as a parent must. Notes when the
// stream and the launcher's process ended. One thread at a time, several links
// in several threads. The launcher is gone, reaped, when the link is: it is
// killed a second after its stream was closed.
//
//   absl::StatusOr<std::unique_ptr<ProbeLink>> link = ProbeLink::Open(way);
//   (*link)->Send("forkrpc-probe ping\n", deadline);
//   std::optional<std::string> line = (*link)->TakeLine(deadline);

#ifndef TOOLS_FORKRPC_DOCTOR_PROBE_LINK_H_
#define TOOLS_FORKRPC_DOCTOR_PROBE_LINK_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/process/worker_process.h"
#include "forkrpc/transport/transport.h"
#include "tools/forkrpc/doctor/stream_address.h"

namespace forkrpc::cli {

// How a probe is reached: by a command, or at an address.
struct Way {
  std::vector<std::string> command;  // empty: by `address`
  Binding binding = Binding::kSocket;
  std::optional<StreamAddress> address;
  // For whoever must answer: a connection, the first octet of a probe.
  absl::Duration start_limit = absl::Seconds(5);
};

// Invariant: ended_ is set once the stream has ended or failed, and nothing is
// read or written after that.
class ProbeLink {
 public:
  // The launcher cannot be started, or nobody answers at the address.
  static absl::StatusOr<std::unique_ptr<ProbeLink>> Open(const Way& way);

  ProbeLink(const ProbeLink&) = delete;
  ProbeLink& operator=(const ProbeLink&) = delete;

  // False at the deadline, and if the stream ends before all is written.
  bool Send(absl::string_view octets, MonotonicTime deadline);
  // Queues it; it is written by whatever waits.
  void Queue(absl::string_view octets) {
    out_.append(octets.data(), octets.size());
  }

  // The next line without its end; nullopt at the deadline and at the end.
  std::optional<std::string> TakeLine(MonotonicTime deadline);
  // Waits for so many octets, and takes what has come of them.
  std::string TakeOctets(size_t n, MonotonicTime deadline);
  // Waits for `text`, and takes what is received up to its end; nullopt at the
  // deadline and at the end, and nothing is taken.
  std::optional<std::string> TakeThrough(absl::string_view text,
                                         MonotonicTime deadline);
  // Octets read and written, ever: whether anything moves.
  uint64_t moved() const { return moved_; }
  // What was received and not taken.
  const std::string& waiting() const { return in_; }

  void HalfClose();

  // Waits for the end of the stream.
  bool AwaitEnd(MonotonicTime deadline);
  // When it came, and how: OK for an ordinary end.
  std::optional<MonotonicTime> end_time() const { return end_time_; }
  const absl::Status& how() const { return how_; }

  // The launcher; without one there is nothing to wait for, and true.
  bool has_process() const { return process_ != nullptr; }
  bool AwaitExit(MonotonicTime deadline);
  std::optional<MonotonicTime> exit_time() const { return exit_time_; }
  std::optional<ExitStatus> exit_status() const;
  absl::string_view stderr_tail() const;
  // How the launcher ended, or that it runs; empty without one.
  std::string DescribeProcess();
  // Ends the launcher now.
  void Kill();

 private:
  ProbeLink(std::unique_ptr<WorkerProcess> process,
            std::unique_ptr<Transport> transport);

  Transport* transport() const {
    return process_ != nullptr ? process_->transport() : transport_.get();
  }
  // Waits for something to happen, and does it. False at the deadline.
  bool Step(MonotonicTime deadline);
  void Read();
  void Write();
  void End(absl::Status how);

  const std::unique_ptr<WorkerProcess> process_;
  const std::unique_ptr<Transport> transport_;
  std::string in_;
  std::string out_;
  size_t written_ = 0;  // of out_
  uint64_t moved_ = 0;
  absl::Status how_;
  std::optional<MonotonicTime> end_time_;
  std::optional<MonotonicTime> exit_time_;
};

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_DOCTOR_PROBE_LINK_H_
