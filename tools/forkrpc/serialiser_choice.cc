// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/serialiser_choice.h"

namespace forkrpc::cli {

std::vector<std::pair<absl::string_view, Serialiser>> SerialiserChoices() {
  return {{"string-pack", Serialiser::kStringPack},
          {"raw", Serialiser::kRaw},
          {"cbor", Serialiser::kCbor},
          {"json", Serialiser::kJson},
          {"storable", Serialiser::kStorable},
          {"nstorable", Serialiser::kNetworkStorable},
          {"protobuf", Serialiser::kProtobuf}};
}

absl::string_view NameOf(Serialiser serialiser) {
  for (const auto& [name, choice] : SerialiserChoices()) {
    if (choice == serialiser) return name;
  }
  return "";
}

bool HasValues(Serialiser serialiser) {
  return serialiser >= Serialiser::kCbor;
}

}  // namespace forkrpc::cli
