// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LoadLink: one worker of a load, started or connected to, and the calls that
// are made of it.
//
// Blocking; one thread for each link, several links in several threads. Each
// function has an end: it keeps its deadline, or looks every 100 ms at whether
// the user has interrupted. A worker is gone, reaped, when the link is.
//
//   absl::StatusOr<std::unique_ptr<LoadLink>> link =
//       LoadLink::Open(target, deadline);
//   absl::StatusOr<std::string> response = (*link)->Try("hi", deadline, stop);
//   LoadTally tally = (*link)->Run(plan, &payloads, start, &watch);

#ifndef TOOLS_FORKRPC_LOAD_LOAD_LINK_H_
#define TOOLS_FORKRPC_LOAD_LOAD_LINK_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/client/connection_pump.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/process/worker_process.h"
#include "forkrpc/transport/transport.h"
#include "tools/forkrpc/call_failure.h"
#include "tools/forkrpc/doctor/stream_address.h"
#include "tools/forkrpc/failed_worker.h"
#include "tools/forkrpc/load/load_plan.h"
#include "tools/forkrpc/load/load_tally.h"
#include "tools/forkrpc/load/payload_source.h"
#include "tools/forkrpc/watched_transport.h"

namespace forkrpc::cli {

// How a worker is reached: by a command, or at an address.
struct LoadTarget {
  SpawnOptions worker;  // without argv: by `address`
  std::optional<StreamAddress> address;
  CallTerms terms;
};

// What one thread does and others look at.
struct LoadWatch {
  const std::atomic<bool>* stop;  // the user has interrupted
  std::atomic<uint64_t> answered{0};
  std::atomic<uint64_t> failed{0};
};

// Invariant: exactly one of process_ and socket_ is not null.
class LoadLink final : public FailedWorker {
 public:
  // Errors: see WorkerProcess::Spawn; or nobody answers at the address.
  static absl::StatusOr<std::unique_ptr<LoadLink>> Open(
      const LoadTarget& target, MonotonicTime deadline);

  LoadLink(const LoadLink&) = delete;
  LoadLink& operator=(const LoadLink&) = delete;

  // Makes one call and waits for its response. Cancelled if the user has
  // interrupted.
  absl::StatusOr<std::string> Try(absl::string_view payload,
                                  MonotonicTime deadline,
                                  const std::atomic<bool>& stop);

  // Makes the calls of a plan that starts at `start`, in nanoseconds of the
  // monotonic clock. `payloads` must outlive the link.
  LoadTally Run(const LoadPlan& plan, PayloadSource* payloads, int64_t start,
                LoadWatch* watch);

  // Half-closes, takes what comes and waits for the worker's end, to `deadline`
  // at most. An error says how it ended if that was not as it should.
  absl::Status Close(MonotonicTime deadline);

  // Ends the worker now, for nothing can be measured of it.
  void Abandon();

  bool ended() const override { return connection_.closed(); }
  std::string DescribeWorker() override;
  bool is_no_worker() const override;
  bool has_spoken() const override { return has_spoken_; }
  absl::string_view stderr_tail() const override {
    return process_ == nullptr ? "" : process_->stderr_tail();
  }
  const std::optional<ExitStatus>& exit_status() const override;

 private:
  LoadLink(const LoadTarget& target, std::unique_ptr<WorkerProcess> process,
           std::unique_ptr<Transport> socket);

  const CallTerms terms_;
  const std::string where_;  // the address, if there is one
  const std::unique_ptr<WorkerProcess> process_;
  const std::unique_ptr<Transport> socket_;
  WatchedTransport transport_;
  ClientConnection connection_;
  ConnectionPump pump_;
  bool has_spoken_ = false;
};

// Nanoseconds of the monotonic clock.
int64_t NanosecondsNow();
MonotonicTime AtNanoseconds(int64_t nanoseconds);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_LOAD_LOAD_LINK_H_
