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

// Creates the folders it needs. FailedPrecondition, "PATH: cannot be written:
// REASON; ...", if that fails: the path is the user's.
absl::Status WriteFile(const std::string& path, absl::string_view text);

// The same error if WriteFile could not even begin, and nothing else changed:
// so that it is said before the work whose result the file is to hold.
absl::Status CheckWritable(const std::string& path);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_BASE_FILES_H_
