// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LoadOptions: what `forkrpc load` was told on its command line.
//
//   absl::StatusOr<LoadOptions> options =
//       ParseLoadOptions({"--in-flight=100", "--", "./worker"});

#ifndef TOOLS_FORKRPC_LOAD_LOAD_OPTIONS_H_
#define TOOLS_FORKRPC_LOAD_LOAD_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tools/forkrpc/load/load_link.h"
#include "tools/forkrpc/load/load_plan.h"
#include "tools/forkrpc/load/payload_source.h"

namespace forkrpc::cli {

struct LoadOptions {
  LoadTarget target;
  std::string name;  // of what is called, for the report

  uint32_t workers = 1;
  uint32_t in_flight = 1;  // of each
  double rate = 0;         // of all, a second; 0: closed loop
  absl::Duration warm_up = absl::Seconds(1);
  absl::Duration duration = absl::Seconds(5);
  uint64_t calls = UINT64_MAX;  // of all
  absl::Duration timeout = absl::Seconds(10);
  absl::Duration start_limit = absl::Seconds(5);
  absl::Duration expected_interval = absl::ZeroDuration();  // 0: not asked for

  // Random payloads of these sizes, unless there is a `request`.
  std::optional<PayloadSizes> sizes;
  std::string request;
  Expected expected = Expected::kRequest;
  uint64_t seed = 1;
  bool json = false;

  bool open_loop() const { return rate > 0; }
};

// InvalidArgument, saying what to do, for a command line that makes no sense.
absl::StatusOr<LoadOptions> ParseLoadOptions(
    const std::vector<std::string>& arguments);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_LOAD_LOAD_OPTIONS_H_
