// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CallOptions: what `forkrpc call` was told on its command line.
//
//   absl::StatusOr<CallOptions> options =
//       ParseCallOptions({"add", "3", "4", "--", "./worker"});

#ifndef TOOLS_FORKRPC_CALL_OPTIONS_H_
#define TOOLS_FORKRPC_CALL_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forkrpc/client/drain_mode.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/wire/frame.h"
#include "forkrpc/wire/wire_limits.h"
#include "tools/forkrpc/call_payload.h"
#include "tools/forkrpc/item_format.h"
#include "tools/forkrpc/serialiser_choice.h"

namespace forkrpc::cli {

struct CallOptions {
  Form form = Form::kAsync;
  Serialiser serialiser = Serialiser::kStringPack;
  Binding binding = Binding::kSocket;
  // How the worker is told that nothing more comes: by default when all is
  // answered, for it is often started through another program.
  DrainMode drain = DrainMode::kAnswersFirst;
  absl::Duration timeout = absl::Seconds(30);  // of each call
  uint32_t in_flight = 64;                     // async form only
  // Of a payload, either way.
  uint32_t max_length = static_cast<uint32_t>(WireLimits().max_payload);
  OutputFormat format = OutputFormat::kText;
  InputFormat input_format = InputFormat::kWords;
  std::string input;                 // a file, "-", or empty: not given
  std::vector<std::string> strings;  // the words of the one call
  std::vector<std::string> worker;   // its argv
};

// InvalidArgument, saying what to do, for a command line that makes no sense.
absl::StatusOr<CallOptions> ParseCallOptions(
    const std::vector<std::string>& arguments);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_CALL_OPTIONS_H_
