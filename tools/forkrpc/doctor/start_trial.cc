// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/doctor/start_trial.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "tools/forkrpc/doctor/probe_words.h"
#include "tools/forkrpc/octet_text.h"

namespace forkrpc::cli {
namespace {

// How long what the half-close has freed may take.
constexpr absl::Duration kFreed = absl::Seconds(1);

// So much of what is unexpected is shown.
constexpr size_t kShown = 60;

std::string Quoted(absl::string_view octets) {
  return absl::StrCat("'", EscapeOctets(octets.substr(0, kShown)),
                      octets.size() > kShown ? "'..." : "'");
}

// Nobody has answered: why, as far as that can be seen.
absl::Status NoProbe(ProbeLink* link, const Way& way) {
  const bool ended = link->end_time().has_value();
  std::string why = ended ? "the stream ended before a probe answered"
                          : absl::StrCat("no probe answered within ",
                                         absl::FormatDuration(way.start_limit));
  if (!link->waiting().empty()) {
    absl::StrAppend(&why, ", but this came: ", Quoted(link->waiting()));
  }
  if (ended) link->AwaitExit(MonotonicNow() + absl::Milliseconds(500));
  const std::string process = link->DescribeProcess();
  if (!process.empty()) absl::StrAppend(&why, "; ", process);
  return ended ? absl::UnavailableError(why) : absl::DeadlineExceededError(why);
}

void JudgeNoise(std::string noise, bool mark_in_stream, const ProbeLink& link,
                Examination* examination) {
  if (mark_in_stream) {
    examination->Broke(Promise::kStderrApart,
                       "what the worker wrote to standard error came in the "
                       "stream");
  } else {
    examination->Holds(Promise::kStderrApart, "");
  }
  noise = absl::StrReplaceAll(noise, {{kStderrMark, ""}});
  if (absl::StrContains(noise, kRequestMark)) {
    examination->Broke(Promise::kNothingElse,
                       "the request came back: a terminal is in between, and "
                       "echoes");
  } else if (noise.find_first_not_of("\r\n") != std::string::npos) {
    examination->Broke(Promise::kNothingElse,
                       absl::StrCat("first came ", Quoted(noise)));
  } else {
    examination->Holds(Promise::kNothingElse, "");
  }
  if (!link.has_process()) {
    examination->Skip(Promise::kStderrArrives,
                      "a connection has no standard error");
  } else if (absl::StrContains(link.stderr_tail(), kStderrMark)) {
    examination->Holds(Promise::kStderrArrives, "");
  } else {
    examination->Broke(Promise::kStderrArrives,
                       mark_in_stream ? "it came in the stream"
                                      : "it went elsewhere, or nowhere");
  }
}

// Promises about one line of the report.
void JudgeLine(absl::string_view value, absl::string_view what, Promise promise,
               Examination* examination) {
  if (value == "-") {
    examination->Holds(promise, "");
  } else {
    examination->Broke(promise, absl::StrCat(what, value));
  }
}

void JudgeReport(Examination* examination) {
  auto& process = examination->process;
  const std::string& ignored = process["ignored"];
  const std::string& blocked = process["blocked"];
  if (ignored == "-" && blocked == "-") {
    examination->Holds(Promise::kPlainSignals, "");
  } else {
    examination->Broke(
        Promise::kPlainSignals,
        absl::StrCat("ignored: ", ignored, "; blocked: ", blocked));
  }
  JudgeLine(process["nonblocking"], "O_NONBLOCK is set on ",
            Promise::kBlockingStreams, examination);
  JudgeLine(process["descriptors"], "it has ", Promise::kNoOtherDescriptors,
            examination);
}

}  // namespace

absl::Status TryStart(ProbeLink* link, const Way& way,
                      Examination* examination) {
  link->Queue(absl::StrCat(kRequestMark, "report\n"));
  std::optional<std::string> text =
      link->TakeThrough(kReportEnd, MonotonicNow() + way.start_limit);
  if (!text.has_value() && absl::StrContains(link->waiting(), kNothingAsked)) {
    examination->Broke(Promise::kRequestsArrive,
                       "the worker's input was at its end from the start");
    return absl::OkStatus();
  }
  if (!text.has_value() && !link->end_time().has_value()) {
    link->HalfClose();
    text = link->TakeThrough(kReportEnd, MonotonicNow() + kFreed);
    if (!text.has_value()) return NoProbe(link, way);
    examination->Broke(Promise::kRequestsArrive,
                       "octets were held back until the half-close");
  }
  if (!text.has_value()) return NoProbe(link, way);
  link->TakeLine(MonotonicNow());
  const size_t begin = text->find(kReportBegin.data(), 0, kReportBegin.size());
  if (begin == std::string::npos) {
    return absl::DataLossError(absl::StrCat(
        "what came is no probe's report: ", Quoted(*text),
        "; is the program at the far end another version of this one?"));
  }
  for (absl::string_view line :
       absl::StrSplit(absl::string_view(*text).substr(begin), '\n')) {
    line = absl::StripSuffix(line, "\r");
    const std::pair<std::string, std::string> words =
        absl::StrSplit(line, absl::MaxSplits(' ', 1));
    if (!words.second.empty()) examination->process[words.first] = words.second;
  }
  // What came by standard error comes another way, perhaps a little later.
  const bool mark_in_stream = absl::StrContains(*text, kStderrMark);
  if (!mark_in_stream && !absl::StrContains(link->stderr_tail(), kStderrMark)) {
    link->AwaitEnd(MonotonicNow() + absl::Milliseconds(200));
  }
  JudgeNoise(text->substr(0, begin), mark_in_stream, *link, examination);
  JudgeReport(examination);
  if (examination->of(Promise::kRequestsArrive).state != Finding::kBroken) {
    examination->Holds(Promise::kRequestsArrive, "");
  }
  return absl::OkStatus();
}

}  // namespace forkrpc::cli
