// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any text as a wire record: it is refused with a line's number, or judged, and
// judged the same with all octets in lines of one octet each.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "conformance/runner/wire_record.h"
#include "tools/fuzzing/fuzz_input.h"

namespace {

using forkrpc::Require;
using forkrpc::conformance::Judge;
using forkrpc::conformance::Judgement;

std::string OctetByOctet(absl::string_view text) {
  std::string cut;
  size_t number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    if (++number <= 5 || words.size() != 3 || words[2] == "-" ||
        (words[1] != ">" && words[1] != "<")) {
      absl::StrAppend(&cut, line, "\n");
      continue;
    }
    for (size_t i = 0; i < words[2].size(); i += 2) {
      absl::StrAppend(&cut, words[0], " ", words[1], " ", words[2].substr(i, 2),
                      "\n");
    }
  }
  cut.pop_back();
  return cut;
}

std::string Outcome(const Judgement& judgement) {
  const auto& breach = judgement.oracle.breach();
  if (!breach.has_value()) return "none";
  return absl::StrCat(absl::StrJoin(breach->reqs, " "), " ", breach->what);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<Judgement> judgement = Judge(text);
  if (!judgement.ok()) {
    Require(absl::IsInvalidArgument(judgement.status()) &&
                absl::StartsWith(judgement.status().message(), "line "),
            "an error without a line");
    return 0;
  }
  const absl::StatusOr<Judgement> cut = Judge(OctetByOctet(text));
  Require(cut.ok(), "refused in pieces");
  Require(Outcome(*judgement) == Outcome(*cut), "judged otherwise in pieces");
  return 0;
}
