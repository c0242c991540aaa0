// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A whole file in, a whole file out, with an error that names the path.
//
// Stateless; any thread.
//
//   absl::StatusOr<std::string> text = ReadFile("report.json");
//   absl::Status status = WriteFile("out/report.html", Html(report));

#ifndef CONFORMANCE_RUNNER_BASE_FILES_H_
#define CONFORMANCE_RUNNER_BASE_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace forkrpc::conformance {

// The octets of the file. NotFound, "PATH: cannot be read", if there is none or
// it is a folder.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Creates the folders it needs. Internal, with the path, if that fails.
absl::Status WriteFile(const std::string& path, absl::string_view text);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_BASE_FILES_H_
