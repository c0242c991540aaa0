// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any octets as JSON, and any list as JSON: what is printed is read again as
// the same list, and with an element that stands for no string it is refused by
// that element's number. No text is more than an error on one line.

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "forkrpc/testing/fuzz_input.h"
#include "tools/forkrpc/json_text.h"

namespace {

using forkrpc::Require;

// Elements that stand for no string; the last one makes JSON of no kind.
constexpr absl::string_view kWrong[] = {
    "null",
    "3",
    "true",
    "[]",
    "{}",
    R"({"hex":"0"})",
    R"({"hex":"0g"})",
    R"({"hex":"00 "})",
    R"({"hex":0})",
    R"({"hex":"00","a":""})",
    R"({"HEX":"00"})",
    R"({"hex":"00","hex":"01"})",
};

// UTF-8 by the table of RFC 3629, section 4.
bool IsText(absl::string_view octets) {
  while (!octets.empty()) {
    const auto at = [&](size_t i) {
      return i < octets.size() ? static_cast<uint8_t>(octets[i]) : 0;
    };
    const auto tails = [&](size_t from, size_t n) {
      for (size_t i = from; i < from + n; ++i) {
        if (at(i) < 0x80 || at(i) > 0xbf) return false;
      }
      return true;
    };
    const uint8_t one = at(0), two = at(1);
    size_t size = 0;
    if (one < 0x80) {
      size = 1;
    } else if (one >= 0xc2 && one <= 0xdf && tails(1, 1)) {
      size = 2;
    } else if (one >= 0xe0 && one <= 0xef && tails(1, 2) &&
               (one != 0xe0 || two >= 0xa0) && (one != 0xed || two <= 0x9f)) {
      size = 3;
    } else if (one >= 0xf0 && one <= 0xf4 && tails(1, 3) &&
               (one != 0xf0 || two >= 0x90) && (one != 0xf4 || two <= 0x8f)) {
      size = 4;
    }
    if (size == 0) return false;
    octets.remove_prefix(size);
  }
  return true;
}

void PrintAndParse(const std::vector<absl::string_view>& strings) {
  const std::string json = forkrpc::cli::JsonList(strings);
  Require(!absl::StrContains(json, '\n'), "JSON of several lines");
  Require(IsText(json), "JSON that is not UTF-8");
  const absl::StatusOr<std::vector<std::string>> again =
      forkrpc::cli::ParseJsonList(json);
  Require(again.ok(), "what is printed is not read");
  Require(
      std::vector<absl::string_view>(again->begin(), again->end()) == strings,
      "what is printed is read as something else");
}

// `strings`, with a wrong element behind them.
void PrintAndSpoil(const std::vector<absl::string_view>& strings,
                   uint8_t choice) {
  std::string json = forkrpc::cli::JsonList(strings);
  json.back() = strings.empty() ? ' ' : ',';
  absl::StrAppend(&json, kWrong[choice % std::size(kWrong)], ", \"behind\"]");
  const absl::Status status = forkrpc::cli::ParseJsonList(json).status();
  Require(!status.ok(), "what stands for no string is read");
  Require(
      choice % std::size(kWrong) + 1 == std::size(kWrong) ||
          forkrpc::HasNumber(status.message(), "element ", strings.size() + 1),
      "another element is blamed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  forkrpc::FuzzInput input(data, size);
  std::vector<absl::string_view> strings;
  const uint8_t how = input.TakeOctet();
  if (how % 2 == 0) {
    while (!input.empty()) strings.push_back(input.Take(input.TakeOctet()));
    how % 4 == 0 ? PrintAndParse(strings) : PrintAndSpoil(strings, how / 4);
    return 0;
  }
  const absl::string_view text = input.TakeRest();
  const absl::StatusOr<std::vector<std::string>> parsed =
      forkrpc::cli::ParseJsonList(text);
  Require(
      absl::StartsWith(parsed.status().message(), "not UTF-8") == !IsText(text),
      "UTF-8 is judged otherwise");
  if (!parsed.ok()) {
    Require(absl::IsInvalidArgument(parsed.status()), "another code");
    Require(!absl::StrContains(parsed.status().message(), '\n'),
            "an error of several lines");
    return 0;
  }
  strings.assign(parsed->begin(), parsed->end());
  PrintAndParse(strings);
  return 0;
}
