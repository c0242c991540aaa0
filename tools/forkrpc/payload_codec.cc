// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/payload_codec.h"

#include "absl/strings/str_cat.h"
#include "forkrpc/serialiser/string_pack.h"

namespace forkrpc::cli {

absl::Status EncodeStrings(Serialiser serialiser,
                           absl::Span<const std::string> strings,
                           std::string* payload) {
  if (serialiser == Serialiser::kStringPack) {
    return EncodeStringPack(strings, payload);
  }
  if (strings.size() != 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--serialiser=raw sends exactly one string, not ", strings.size(),
        strings.empty() ? "" : ": quote them as one word"));
  }
  absl::StrAppend(payload, strings[0]);
  return absl::OkStatus();
}

absl::Status DecodeStrings(Serialiser serialiser, absl::string_view payload,
                           std::vector<absl::string_view>* strings) {
  if (serialiser == Serialiser::kStringPack) {
    return DecodeStringPack(payload, strings);
  }
  strings->assign(1, payload);
  return absl::OkStatus();
}

}  // namespace forkrpc::cli
