// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The serialisers that --serialiser names.
//
// Pure; any thread.
//
//   line.AddChoice("serialiser", SerialiserChoices(), &serialiser);

#ifndef TOOLS_FORKRPC_SERIALISER_CHOICE_H_
#define TOOLS_FORKRPC_SERIALISER_CHOICE_H_

#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace forkrpc::cli {

enum class Serialiser {
  kStringPack,  // any number of strings
  kRaw,         // exactly one
  kProtobuf,    // any number, as a forkrpc.v1.StringList
  // Any number of values, see forkrpc/serialiser/value.h.
  kCbor,
  kJson,
  kStorable,
  kNetworkStorable,
};

// Each with its identifier in spec/serialisers.md.
std::vector<std::pair<absl::string_view, Serialiser>> SerialiserChoices();

absl::string_view NameOf(Serialiser serialiser);

// Whether payloads are lists of values; else they are of strings.
bool HasValues(Serialiser serialiser);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_SERIALISER_CHOICE_H_
