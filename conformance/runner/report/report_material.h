// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What reports need beside the results, as it was when this binary was built.
//
// Made by a genrule; constant; any thread.
//
//   spec::Requirements records = Parse(EmbeddedRequirementRecords());

#ifndef CONFORMANCE_RUNNER_REPORT_REPORT_MATERIAL_H_
#define CONFORMANCE_RUNNER_REPORT_REPORT_MATERIAL_H_

#include "absl/strings/string_view.h"

namespace forkrpc::conformance {

// spec/requirements.textproto.
absl::string_view EmbeddedRequirementRecords();

// The HTML page's parts: the template with its marks, the colours that it
// shares with the specification, its style sheet and its script.
absl::string_view EmbeddedPageTemplate();
absl::string_view EmbeddedPalette();
absl::string_view EmbeddedPageStyle();
absl::string_view EmbeddedPageScript();

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_REPORT_REPORT_MATERIAL_H_
