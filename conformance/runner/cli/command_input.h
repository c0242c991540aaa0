// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What several subcommands take from the command line: flags, the user's paths,
// the cases and the specification.
//
// Linking this in declares the flags --cases, --out, --seed, --watchdog,
// --fresh and -j. One thread.
//
//   absl::StatusOr<Material> material = LoadMaterial();
//   if (!material.ok()) return Complain(material.status());

#ifndef CONFORMANCE_RUNNER_CLI_COMMAND_INPUT_H_
#define CONFORMANCE_RUNNER_CLI_COMMAND_INPUT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "conformance/runner/cases/case_loader.h"
#include "conformance/runner/cases/spec_text.h"

namespace forkrpc::conformance {

// Paths are relative to where the user stands, also under `bazel run`.
std::string UserPath(const std::string& path);

struct Material {
  SpecText spec;
  CaseSet cases;
};

// The cases of --cases, or those inside, and the specification.
// InvalidArgument or NotFound: the user's --cases. Internal: our own.
absl::StatusOr<Material> LoadMaterial();

// --cases as a path that is right in every folder; "" if it is not given.
std::string CasesFolder();
// --out.
std::string OutFolder();
uint64_t Seed();
// --watchdog; nothing if it is to be scaled by the start-up.
std::optional<absl::Duration> Watchdog();
// --fresh: no process serves more than one run.
bool Fresh();
// What may work at a time: -j, or one for each processor.
int Jobs();
// Runs at a time: -j, or two for each processor, as many of them wait.
int RunsAtATime();

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CLI_COMMAND_INPUT_H_
