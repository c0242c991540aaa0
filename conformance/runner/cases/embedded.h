// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The cases, the specification and its vectors as they were when this binary
// was built.
//
// Made by embed.cc at build time; constant; any thread.
//
//   absl::StatusOr<SpecText> spec = SpecText::Parse(EmbeddedSpec());

#ifndef CONFORMANCE_RUNNER_CASES_EMBEDDED_H_
#define CONFORMANCE_RUNNER_CASES_EMBEDDED_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "conformance/runner/cases/case_loader.h"

namespace forkrpc::conformance {

// The normative documents of spec/, one after the other.
absl::string_view EmbeddedSpec();

// conformance/cases/**/*.textproto, sorted by path.
std::vector<SourceFile> EmbeddedCases();

struct EmbeddedFile {
  absl::string_view path;  // below spec/vectors, such as "bin/event-hello.bin"
  absl::string_view octets;
};

// spec/vectors: all .json, .tsv and .bin, sorted by path.
const std::vector<EmbeddedFile>& EmbeddedVectors();

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CASES_EMBEDDED_H_
