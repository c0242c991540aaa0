// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/ends_record.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace forkrpc {
namespace {

std::string Codes(const std::vector<absl::StatusCode>& codes) {
  return absl::StrJoin(codes, " or ",
                       [](std::string* out, absl::StatusCode code) {
                         absl::StrAppend(out, absl::StatusCodeToString(code));
                       });
}

bool ContainsOneOf(absl::string_view text,
                   const std::vector<std::string>& parts) {
  return std::any_of(parts.begin(), parts.end(), [&](const std::string& part) {
    return absl::StrContains(text, part);
  });
}

void JudgeCall(const char* name, const std::vector<EndsRecord::End>& ends,
               const ExpectedEnds::End& expected, std::string* wrong) {
  using Expected = ExpectedEnds::End;
  if (ends.empty() && expected.ends != Expected::kMust) return;
  if (ends.size() != 1 || expected.ends == Expected::kMustNot) {
    absl::StrAppend(wrong, "  call ", name, " ended ", ends.size(),
                    " times; expected at ", absl::FormatDuration(expected.when),
                    " with ", Codes(expected.codes), "\n");
    return;
  }
  const EndsRecord::End& end = ends.front();
  const absl::StatusCode code = end.status.code();
  if (std::find(expected.codes.begin(), expected.codes.end(), code) ==
      expected.codes.end()) {
    absl::StrAppend(wrong, "  call ", name, " ended with ",
                    end.status.ToString(), "; expected ", Codes(expected.codes),
                    "\n");
  } else if (!end.status.ok() &&
             !ContainsOneOf(end.status.message(), expected.texts)) {
    absl::StrAppend(wrong, "  call ", name, " ended with ",
                    end.status.ToString(), ", which does not say \"",
                    absl::StrJoin(expected.texts, "\" or \""), "\"\n");
  }
  if (end.when < expected.when || end.when > expected.when + expected.late) {
    absl::StrAppend(wrong, "  call ", name, " ended at ",
                    absl::FormatDuration(end.when), "; expected ",
                    absl::FormatDuration(expected.when), " to ",
                    absl::FormatDuration(expected.when + expected.late), "\n");
  }
}

void JudgeHandle(const EndsRecord& record, const ExpectedEnds& expected,
                 std::string* wrong) {
  if (!expected.has_destroy) return;
  if (record.destroyed.size() != 1) {
    absl::StrAppend(wrong, "  on_destroy was called ", record.destroyed.size(),
                    " times\n");
  } else if (record.destroyed[0] > expected.destroyed) {
    absl::StrAppend(wrong, "  on_destroy came at ",
                    absl::FormatDuration(record.destroyed[0]), "; expected by ",
                    absl::FormatDuration(expected.destroyed), "\n");
  }
  if (record.errors.size() > 1 || record.call_errors > 0) {
    absl::StrAppend(wrong, "  on_error was called ", record.errors.size(),
                    " times for the whole and ", record.call_errors,
                    " times for a call\n");
  }
  if (record.told_when_gone > 0 ||
      record.drained_when_gone > record.drains_when_gone) {
    absl::StrAppend(
        wrong, "  callbacks came after on_destroy: ", record.told_when_gone,
        " and ", record.drained_when_gone, " of drains\n");
  }
  if (static_cast<int>(record.drained.size()) != record.drains) {
    absl::StrAppend(wrong, "  ", record.drains, " drains had ",
                    record.drained.size(), " answers\n");
  }
  for (const EndsRecord::End& drained : record.drained) {
    const bool clean = drained.status.ok();
    if (clean == expected.clean.value_or(clean)) continue;
    absl::StrAppend(wrong, "  a drain ended with ", drained.status.ToString(),
                    ", but the end was ", clean ? "not " : "", "clean\n");
  }
}

}  // namespace

std::string JudgeEnds(const EndsRecord& record, const ExpectedEnds& expected) {
  std::string wrong;
  JudgeCall("A", record.calls[0], expected.calls[0], &wrong);
  JudgeCall("B", record.calls[1], expected.calls[1], &wrong);
  JudgeHandle(record, expected, &wrong);
  if (record.quiet > expected.last) {
    absl::StrAppend(&wrong, "  a timer was left: it went on to ",
                    absl::FormatDuration(record.quiet), ", the last was at ",
                    absl::FormatDuration(expected.last), "\n");
  }
  if (record.hangs > 0) {
    absl::StrAppend(&wrong, "  it hung: nothing could end the wait\n");
  }
  if (record.wrong_cancels > 0) {
    absl::StrAppend(&wrong,
                    "  a cancel did not say whether the call was open\n");
  }
  if (record.zombies > 0) {
    absl::StrAppend(&wrong, "  ", record.zombies, " children not reaped\n");
  }
  if (record.stray_signals > 0) {
    absl::StrAppend(&wrong, "  ", record.stray_signals,
                    " signals to a process that was reaped\n");
  }
  if (record.descriptors_left != 0) {
    absl::StrAppend(&wrong, "  ", record.descriptors_left,
                    " descriptors more than before\n");
  }
  return wrong;
}

}  // namespace forkrpc
