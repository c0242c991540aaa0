// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any text as a conformance case: it is refused in one line that names the
// file, or expands to runs whose names are unique.

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "conformance/runner/case_loader.h"
#include "conformance/runner/spec_text.h"
#include "google/protobuf/stubs/logging.h"
#include "tools/fuzzing/fuzz_input.h"

using forkrpc::Require;
using forkrpc::conformance::CaseRun;
using forkrpc::conformance::CaseSet;
using forkrpc::conformance::SpecText;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const google::protobuf::LogSilencer silence;
  static const SpecText* const spec =
      new SpecText(SpecText::Parse("- **[FR-FRM-001]** A sender MUST try.\n"
                                   "- **[FR-FRM-002]** A sender SHOULD try.\n")
                       .value());
  const std::string text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<CaseSet> set =
      CaseSet::Load({{"child/a.textproto", text}}, *spec);
  if (!set.ok()) {
    const absl::string_view message = set.status().message();
    Require(absl::IsInvalidArgument(set.status()), "another code");
    Require(absl::StartsWith(message, "child/a.textproto: "), "no file named");
    Require(!absl::StrContains(message, '\n'), "more than a line");
    return 0;
  }
  Require(set->cases().size() == 1 && set->Find("child/a") != nullptr, "one");
  std::set<std::string> ids;
  for (const CaseRun& run : set->Runs()) {
    Require(ids.insert(run.Id()).second, "two runs of one name");
    Require(absl::StartsWith(run.Id(), "child/a:"), "another case's run");
  }
  Require(!ids.empty(), "a case without runs");
  return 0;
}
