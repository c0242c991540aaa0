// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/report/report_shared.h"

#include "absl/strings/str_cat.h"
#include "conformance/runner/base/legible.h"
#include "conformance/runner/report/report_score.h"

namespace forkrpc::conformance {
namespace {

constexpr size_t kReasonOctets = 400;

}  // namespace

std::string DifferenceText(const SharedDifference& difference) {
  std::string text =
      absl::StrCat("as session ", difference.session(), " of a process ",
                   Verdict_Name(difference.shared()),
                   difference.shared() == PASS ? ", but " : ": ",
                   ShortLine(difference.reason(), kReasonOctets));
  if (difference.own() != VERDICT_UNSPECIFIED) {
    absl::StrAppend(&text, "; in a process of its own ",
                    Verdict_Name(difference.own()), ", which counts");
  }
  return text;
}

std::string NotSharedText(const ClassResult& each) {
  return ShortLine(each.not_shared(), kReasonOctets);
}

std::string SharedText(const Report& report) {
  std::string text;
  for (const TesteeResult& testee : report.testees()) {
    for (const ClassResult& each : testee.classes()) {
      for (const SharedDifference& difference : each.differences()) {
        absl::StrAppend(&text, "DIFFERS     ", testee.name(), "  ",
                        difference.run(), "\n            ",
                        DifferenceText(difference), "\n");
      }
      if (each.not_shared().empty()) continue;
      absl::StrAppend(&text, "NOT SHARED  ", testee.name(), "  ",
                      ClassName(each), ": ", NotSharedText(each), "\n");
    }
  }
  return text;
}

}  // namespace forkrpc::conformance
