// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/call_ledger.h"

#include "absl/strings/str_cat.h"

namespace forkrpc {

void CallLedger::Close(size_t number,
                       const absl::StatusOr<absl::string_view>& response) {
  if (ends_.at(number)++ == 0) {
    ++closed_;
  } else {
    ++duplicated_;
  }
  if (!response.ok()) {
    ++failures_[response.status().code()];
  } else if (*response == absl::StrCat(number)) {
    ++answered_;
  } else {
    ++misattributed_;
  }
}

size_t CallLedger::failed() const {
  size_t failed = 0;
  for (const auto& failure : failures_) failed += failure.second;
  return failed;
}

size_t CallLedger::lost() const { return ends_.size() - closed_; }

std::string CallLedger::ToString() const {
  std::string text =
      absl::StrCat("calls            ", ends_.size(), "\n", "answered         ",
                   answered_, "\n", "failed           ", failed(), "\n");
  for (const auto& [code, count] : failures_) {
    absl::StrAppend(&text, "  ", absl::StatusCodeToString(code), " ", count,
                    "\n");
  }
  absl::StrAppend(&text, "lost             ", lost(), "\n", "duplicated       ",
                  duplicated_, "\n", "misattributed    ", misattributed_, "\n");
  return text;
}

}  // namespace forkrpc
