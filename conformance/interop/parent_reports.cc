// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/interop/parent_reports.h"

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "conformance/runner/base/legible.h"
#include "conformance/runner/wire/octets_text.h"

namespace forkrpc::conformance {

void ParentReports::Begin(const InteropStage& stage) {
  for (const InteropCall& call : stage.calls) {
    results_.emplace(call.tag, call.response);
  }
  events_.assign(stage.events.begin(), stage.events.end());
  awaits_closed_ = stage.drop;
}

void ParentReports::Wrong(std::string what) {
  if (wrong_.empty()) wrong_ = std::move(what);
}

void ParentReports::Take(absl::string_view line) {
  const std::vector<std::string> words = absl::StrSplit(line, ' ');
  const absl::StatusOr<std::string> octets =
      OctetsFromContractHex(words.back());
  if (words[0] == "result" && words.size() == 3 && octets.ok()) {
    const auto call = results_.find(words[1]);
    if (call == results_.end()) {
      return Wrong(absl::StrCat("reports a response to ", words[1],
                                ", which is not in flight"));
    }
    if (*octets != call->second) {
      Wrong(absl::StrCat("reports as the response to ", words[1], " ",
                         DescribeOctets(*octets), ", expected ",
                         DescribeOctets(call->second)));
    }
    results_.erase(call);
  } else if (words[0] == "event" && words.size() == 2 && octets.ok()) {
    if (events_.empty() || *octets != events_.front()) {
      return Wrong(absl::StrCat(
          "reports the event ", DescribeOctets(*octets), ", expected ",
          events_.empty() ? "none" : DescribeOctets(events_.front())));
    }
    events_.pop_front();
  } else if (words[0] == "error" && words.size() == 2) {
    error_ = Legible(words[1]);
  } else if (words[0] == "closed" && words.size() == 1) {
    if (!awaits_closed_ || !results_.empty()) {
      return Wrong("reports the clean end before it has come");
    }
    awaits_closed_ = false;
  } else if (words[0] != "failed" || words.size() != 2) {
    Wrong(absl::StrCat("reports a line that is not in the contract: ",
                       Legible(line.substr(0, 80))));
  }
}

std::string ParentReports::Missing() const {
  if (!results_.empty()) {
    return absl::StrCat("the response to ", results_.begin()->first);
  }
  if (!events_.empty()) {
    return absl::StrCat("the event ", DescribeOctets(events_.front()));
  }
  return awaits_closed_ ? "the clean end" : "";
}

}  // namespace forkrpc::conformance
