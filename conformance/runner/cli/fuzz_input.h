// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What fuzz, shrink and replay take from the command line: classes, testees,
// how long these may be silent, what is not asked for.
//
// Linking this in declares the flag --classes. One thread.
//
//   absl::StatusOr<std::vector<Class>> classes = ChosenClasses();
//   absl::StatusOr<Testee> testee = LoadTestee(words[1], spec);

#ifndef CONFORMANCE_RUNNER_CLI_FUZZ_INPUT_H_
#define CONFORMANCE_RUNNER_CLI_FUZZ_INPUT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "conformance/fuzz/case_builder.h"
#include "conformance/fuzz/fuzz_report.h"
#include "conformance/runner/cases/spec_text.h"
#include "conformance/runner/testee/manifest.h"

namespace forkrpc::conformance {

struct Class {
  Role role;
  Form form;
  std::string name() const { return ClassName(role, form); }
};

// Those of --classes, or all four. InvalidArgument.
absl::StatusOr<std::vector<Class>> ChosenClasses();

// The testee, installed. NotFound if it is not, InvalidArgument.
absl::StatusOr<Testee> LoadTestee(const std::string& path,
                                  const SpecText& spec);

// --watchdog or, as the suite does, scaled by the start-up: from one plan
// without operations. NotFound if that is not answered.
absl::StatusOr<absl::Duration> ScaledWatchdog(const Class& cls,
                                              const Testee& testee,
                                              const SpecText& spec);

// Every SHOULD with --level must, else none.
Without WithoutFromFlags(const SpecText& spec);

// In --out: for what is found of the testee.
std::string FolderOf(const Testee& testee);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CLI_FUZZ_INPUT_H_
