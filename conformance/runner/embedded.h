// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The cases and the specification as they were when this binary was built.
//
// Made by embed.cc at build time; constant; any thread.
//
//   absl::StatusOr<SpecText> spec = SpecText::Parse(EmbeddedSpec());

#ifndef CONFORMANCE_RUNNER_EMBEDDED_H_
#define CONFORMANCE_RUNNER_EMBEDDED_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "conformance/runner/case_loader.h"

namespace forkrpc::conformance {

// The normative documents of spec/, one after the other.
absl::string_view EmbeddedSpec();

// conformance/cases/**/*.textproto, sorted by path.
std::vector<SourceFile> EmbeddedCases();

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_EMBEDDED_H_
