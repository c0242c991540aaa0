// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// SpecText: the normative sentences of the specification by requirement id.
//
// A requirement is a list item "- **[FR-FRM-001]** sentence", with or without
// an anchor, <a id="FR-FRM-001"></a>, before the stars; its level is the
// strongest key word in the sentence. Immutable after Parse; any thread.
//
//   absl::StatusOr<SpecText> spec = SpecText::Parse(markdown);
//   const Requirement* clause = spec->Find("FR-FRM-001");

#ifndef CONFORMANCE_RUNNER_CASES_SPEC_TEXT_H_
#define CONFORMANCE_RUNNER_CASES_SPEC_TEXT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/conformance_case.pb.h"

namespace forkrpc::conformance {

struct Requirement {
  std::string id;
  std::string sentence;  // plain text, see PlainText()
  std::string section;   // title of the section it stands in
  Level level = LEVEL_UNSPECIFIED;
};

// Invariant: ids are unique and in the order of the text.
class SpecText {
 public:
  // The text may be several documents, one after the other. DataLoss, with the
  // line's number, for an id that stands twice or differs from its anchor, a
  // sentence without a key word, or a text without requirements.
  static absl::StatusOr<SpecText> Parse(absl::string_view markdown);

  // Null if there is none; valid as long as this object.
  const Requirement* Find(absl::string_view id) const;
  const std::vector<Requirement>& requirements() const { return requirements_; }

 private:
  std::vector<Requirement> requirements_;
};

// A Markdown sentence with each link reduced to its text and without the marks
// of code spans.
std::string PlainText(absl::string_view markdown);

// Whether `text` looks like a requirement id, "FR-ABC-123".
bool LooksLikeRequirementId(absl::string_view text);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CASES_SPEC_TEXT_H_
