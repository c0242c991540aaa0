// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any text as a testee.json: it is refused in one line that names the file, or
// keeps Testee's invariants. Nothing that it names is run.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "conformance/runner/manifest.h"
#include "conformance/runner/spec_text.h"
#include "google/protobuf/stubs/logging.h"
#include "tools/fuzzing/fuzz_input.h"

using forkrpc::Require;
using forkrpc::conformance::SpecText;
using forkrpc::conformance::Testee;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const google::protobuf::LogSilencer silence;
  static const SpecText* const spec = new SpecText(
      SpecText::Parse("- **[FR-FRM-001]** A sender MUST try.\n").value());
  const std::string text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<Testee> testee =
      Testee::Parse("dir/testee.json", text, *spec);
  if (!testee.ok()) {
    const absl::string_view message = testee.status().message();
    Require(absl::IsInvalidArgument(testee.status()), "another code");
    Require(absl::StartsWith(message, "dir/testee.json: "), "no file named");
    Require(!absl::StrContains(message, '\n'), "more than a line");
    return 0;
  }
  const std::string& name = testee->manifest().name();
  Require(!name.empty() && name[0] != '.', "a name that hides");
  Require(!absl::StrContains(name, '/'), "a name that is a path");
  bool any = false;
  for (const auto role :
       {forkrpc::conformance::CHILD, forkrpc::conformance::PARENT}) {
    for (const auto form :
         {forkrpc::conformance::SYNC, forkrpc::conformance::ASYNC}) {
      any |= testee->Offers(role, form);
      Require(
          testee->Offers(role, form) == !testee->Spawn(role, form).argv.empty(),
          "offered without a program");
    }
  }
  Require(any, "nothing to test");
  Require(testee->not_installed().empty(), "looked for what is installed");
  return 0;
}
