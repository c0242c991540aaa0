// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// InputKind: what a file that is to be dumped is, by its first octets.
//
// Pure functions; any thread.
//
//   KindOf("forkrpc-wire 1\n") == InputKind::kRecord

#ifndef TOOLS_FORKRPC_INPUT_KIND_H_
#define TOOLS_FORKRPC_INPUT_KIND_H_

#include <optional>

#include "absl/strings/string_view.h"

namespace forkrpc::cli {

enum class InputKind {
  kRaw,      // octets of one direction
  kHex,      // hex text; nothing tells it from octets
  kCapture,  // pcapng or pcap
  kRecord,   // the conformance suite's .wire
};

// A file whose first octets these are: kCapture and kRecord say so themselves,
// in eight octets at least, and anything else is kRaw. nullopt while more
// octets are needed to say.
std::optional<InputKind> KindOf(absl::string_view beginning);

// As many octets tell it in any case.
constexpr size_t kKindOctets = 15;

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_INPUT_KIND_H_
