// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any octets as JSON, and any list as JSON: what is printed is read again as
// the same list, and no text is more than an error on one line.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "tools/forkrpc/json_text.h"
#include "tools/fuzzing/fuzz_input.h"

namespace {

using forkrpc::Require;

void PrintAndParse(const std::vector<absl::string_view>& strings) {
  const std::string json = forkrpc::cli::JsonList(strings);
  Require(!absl::StrContains(json, '\n'), "JSON of several lines");
  const absl::StatusOr<std::vector<std::string>> again =
      forkrpc::cli::ParseJsonList(json);
  Require(again.ok(), "what is printed is not read");
  Require(
      std::vector<absl::string_view>(again->begin(), again->end()) == strings,
      "what is printed is read as something else");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  forkrpc::FuzzInput input(data, size);
  std::vector<absl::string_view> strings;
  if (input.TakeOctet() % 2 == 0) {
    while (!input.empty()) strings.push_back(input.Take(input.TakeOctet()));
    PrintAndParse(strings);
    return 0;
  }
  const absl::StatusOr<std::vector<std::string>> parsed =
      forkrpc::cli::ParseJsonList(input.TakeRest());
  if (!parsed.ok()) {
    Require(!absl::StrContains(parsed.status().message(), '\n'),
            "an error of several lines");
    return 0;
  }
  strings.assign(parsed->begin(), parsed->end());
  PrintAndParse(strings);
  return 0;
}
