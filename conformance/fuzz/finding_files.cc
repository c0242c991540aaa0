// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/finding_files.h"

#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "conformance/runner/base/files.h"
#include "google/protobuf/text_format.h"

namespace forkrpc::conformance {
namespace {

constexpr char kPlanHead[] =
    "# proto-file: forkrpc/fuzz_plan.proto\n"
    "# proto-message: forkrpc.conformance.Plan\n";
constexpr char kCaseHead[] =
    "# proto-file: forkrpc/conformance_case.proto\n"
    "# proto-message: forkrpc.conformance.Case\n";

std::string Text(const google::protobuf::Message& message) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(message, &text);
  return text;
}

// The octets of each write, from the record of a run.
std::string SentHex(const std::string& record) {
  std::string hex;
  for (const absl::string_view line : absl::StrSplit(record, '\n')) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    if (words.size() > 1 && absl::StartsWith(words[1], ">")) {
      absl::StrAppend(&hex, words.size() > 2 ? words[2] : words[1], "\n");
    }
  }
  return hex;
}

std::string Script(const Bench& bench) {
  std::error_code error;
  return absl::StrCat(
      "#!/bin/sh\n# Plays the plan again. Say the testee.json of another "
      "testee, or nothing.\nexec \"${FORKRPC_CONFORMANCE:-",
      std::filesystem::read_symlink("/proc/self/exe", error).string(),
      "}\" replay \\\n  \"$(dirname \"$0\")/case.textproto\" \"${1:-",
      std::filesystem::absolute(bench.testee.path(), error).string(), "}\"\n");
}

}  // namespace

absl::Status WriteFinding(const Finding& finding, const std::string& folder,
                          const Machine& machine, const Bench& bench) {
  Compiled compiled =
      Compile(finding.shrunk, machine, bench.spec, finding.without);
  const std::string name = finding.trouble.Signature();
  compiled.made.set_id("case");
  compiled.made.set_title(absl::StrCat("fuzzer: ", name));
  compiled.made.set_why(finding.trouble.reason);
  Bench recording = bench;
  recording.settings.keep_record = true;
  const Tried tried = TryCase(compiled.made, finding.shrunk.form(),
                              finding.shrunk.transport(), recording);
  absl::Status status =
      WriteFile(absl::StrCat(folder, "/plan.txtpb"),
                absl::StrCat(kPlanHead, Text(finding.shrunk)));
  status.Update(WriteFile(absl::StrCat(folder, "/case.textproto"),
                          absl::StrCat(kCaseHead, Text(compiled.made))));
  status.Update(WriteFile(absl::StrCat(folder, "/wire.hex"),
                          SentHex(tried.outcome.record)));
  status.Update(WriteFile(absl::StrCat(folder, "/log"), tried.outcome.log));
  const std::string script = absl::StrCat(folder, "/repro.sh");
  status.Update(WriteFile(script, Script(bench)));
  std::error_code error;
  std::filesystem::permissions(
      script,
      std::filesystem::perms::owner_exec | std::filesystem::perms::group_exec,
      std::filesystem::perm_options::add, error);
  return status;
}

absl::StatusOr<PlanOrCase> ReadPlanOrCase(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  PlanOrCase read;
  google::protobuf::TextFormat::Parser quiet;
  quiet.AllowPartialMessage(true);
  read.is_plan = absl::StrContains(*text, "forkrpc.conformance.Plan");
  const bool parsed = read.is_plan ? quiet.ParseFromString(*text, &read.plan)
                                   : quiet.ParseFromString(*text, &read.made);
  const Role role = read.is_plan ? read.plan.role() : read.made.role();
  if (!parsed || role == ROLE_UNSPECIFIED ||
      (read.is_plan ? read.plan.form() == FORM_UNSPECIFIED
                    : read.made.forms().empty())) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": is neither a plan (with the line \"",
        "# proto-message: "
        "forkrpc.conformance.Plan\") nor a case, with a role and a form"));
  }
  if (read.plan.transport() == TRANSPORT_UNSPECIFIED) {
    read.plan.set_transport(SOCKETPAIR);
  }
  return read;
}

}  // namespace forkrpc::conformance
