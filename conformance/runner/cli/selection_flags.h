// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// SelectionFromFlags: which runs the command line asks for.
//
// Linking this in declares the flags --filter, --skip, --req, --section,
// --level, --role, --form and --transport. One thread.
//
//   absl::StatusOr<Selection> selection = SelectionFromFlags(spec);
//   if (!selection.ok()) return Complain(selection.status());

#ifndef CONFORMANCE_RUNNER_CLI_SELECTION_FLAGS_H_
#define CONFORMANCE_RUNNER_CLI_SELECTION_FLAGS_H_

#include "absl/status/statusor.h"
#include "conformance/runner/cases/selection.h"
#include "conformance/runner/cases/spec_text.h"

namespace forkrpc::conformance {

// InvalidArgument for a requirement or section that the specification lacks, or
// a word that is none of the axis.
absl::StatusOr<Selection> SelectionFromFlags(const SpecText& spec);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CLI_SELECTION_FLAGS_H_
