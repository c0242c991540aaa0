// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/play/mismatch.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace forkrpc::conformance {
namespace {

constexpr char kRequirementUrl[] = "forkrpc/requirement";

}  // namespace

absl::Status Mismatch(absl::string_view what, absl::string_view req) {
  return Blaming(absl::FailedPreconditionError(what), req);
}

absl::Status Blaming(const absl::Status& status, absl::string_view req,
                     absl::string_view more) {
  absl::Status with(status.code(), absl::StrCat(status.message(), more));
  if (!req.empty()) with.SetPayload(kRequirementUrl, absl::Cord(req));
  return with;
}

std::string BrokenRequirement(const absl::Status& status) {
  return std::string(status.GetPayload(kRequirementUrl).value_or(absl::Cord()));
}

}  // namespace forkrpc::conformance
