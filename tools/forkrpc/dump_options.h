// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// DumpOptions: what `forkrpc dump` was told on its command line.
//
//   absl::StatusOr<DumpOptions> options =
//       ParseDumpOptions({"--direction=down", "requests.bin"});

#ifndef TOOLS_FORKRPC_DUMP_OPTIONS_H_
#define TOOLS_FORKRPC_DUMP_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "forkrpc/wire/frame.h"
#include "forkrpc/wire/wire_limits.h"
#include "tools/forkrpc/direction.h"
#include "tools/forkrpc/input_kind.h"
#include "tools/forkrpc/serialiser_choice.h"

namespace forkrpc::cli {

enum class DumpFormat {
  kText,
  kJson,  // one object to a line
};

struct DumpOptions {
  Direction direction = Direction::kUp;
  std::optional<Form> form;  // nullopt: what the input says, or async
  Serialiser serialiser = Serialiser::kRaw;
  DumpFormat format = DumpFormat::kText;
  std::optional<InputKind> input;  // nullopt: what its first octets say
  // Of a capture.
  std::optional<uint32_t> stream;
  std::optional<uint16_t> child_port;
  std::optional<uint16_t> parent_port;
  uint32_t max_payload = 64;  // octets of a payload that are shown
  // The longest payload accepted.
  uint32_t max_length = static_cast<uint32_t>(WireLimits().max_payload);
  std::vector<std::string> files;  // "-" is standard input
};

// InvalidArgument, saying what to do, for a command line that makes no sense.
absl::StatusOr<DumpOptions> ParseDumpOptions(
    const std::vector<std::string>& arguments);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_DUMP_OPTIONS_H_
