// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/call_failure.h"

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/process/exit_status.h"
#include "tools/forkrpc/exit_codes.h"

namespace forkrpc::cli {
namespace {

// What shells and our own workers (worker_main.h) exit with.
constexpr int kCannotExecute = 126;
constexpr int kCommandNotFound = 127;
constexpr int kWorkerSawProtocolError = 10;
constexpr int kWorkerNotStarted = 2;

constexpr absl::string_view kWorkerQuestion =
    "is it a worker that speaks the forkrpc wire on its standard input and "
    "output?";

std::string FormQuestion(const CallTerms& terms) {
  const bool sync = terms.form == Form::kSync;
  return absl::StrCat("is --form=", sync ? "sync" : "async",
                      " the worker's form, or --form=", sync ? "async" : "sync",
                      "?");
}

// What to look at when a payload of the worker is too long: text is no payload,
// and the other form makes lengths of ids.
std::string LengthHint(const CallTerms& terms, const FailedWorker& worker) {
  const std::string raise = absl::StrCat(
      "if its payloads may be so long, use --max-length, which is ",
      terms.max_length);
  if (worker.has_spoken()) return absl::StrCat("; ", raise);
  return absl::StrCat("; ", raise, "; if not, ", kWorkerQuestion, " ",
                      FormQuestion(terms));
}

// What to look at when the program ended before it had read a request.
std::string EndedHint(const FailedWorker& worker) {
  const std::optional<ExitStatus>& exit = worker.exit_status();
  const int code = exit.has_value() ? exit->exit_code().value_or(-1) : -1;
  if (code == kCommandNotFound) {
    return "a shell ends so when it does not find the command";
  }
  // One of ours says by itself that it speaks another form or serialiser.
  if (code == kWorkerNotStarted &&
      absl::StrContains(worker.stderr_tail(), "this worker speaks")) {
    return "give it what it speaks: --form, --serialiser";
  }
  if (code == kCannotExecute) {
    return "a shell ends so when it cannot execute the command";
  }
  return std::string(kWorkerQuestion);
}

// What to look at when a call failed; empty if nobody can know.
std::string CallHint(const absl::Status& why, const FailedWorker& worker,
                     const CallTerms& terms) {
  if (absl::IsDeadlineExceeded(why) && !worker.ended()) {
    const std::string waited =
        absl::StrCat("; it was given ", terms.timeout_option, "=",
                     absl::FormatDuration(terms.timeout));
    if (worker.has_spoken()) return waited;
    return absl::StrCat(waited, " and has sent nothing: ", FormQuestion(terms));
  }
  if (absl::IsResourceExhausted(why) && worker.ended()) {
    return LengthHint(terms, worker);
  }
  const std::optional<ExitStatus>& exit = worker.exit_status();
  if (exit.has_value() && !worker.has_spoken() &&
      (exit->clean() || exit->exit_code() == kWorkerSawProtocolError)) {
    return absl::StrCat("; ", FormQuestion(terms));
  }
  return "";
}

// The program behaves as no worker would.
std::string NoWorkerMessage(const absl::Status& why,
                            absl::string_view described, const CallTerms& terms,
                            const FailedWorker& worker) {
  if (absl::IsResourceExhausted(why)) {
    return absl::StrCat(
        "what the worker sends is not the wire, or too long: ", why.message(),
        "; ", described, LengthHint(terms, worker));
  }
  if (absl::IsDataLoss(why)) {
    return absl::StrCat(
        "what the worker sends is not the wire: ", why.message(), "; ",
        described, "; ", kWorkerQuestion, " ", FormQuestion(terms));
  }
  if (!worker.exit_status().has_value()) {
    return absl::StrCat(why.message(), "; ", described, "; ", kWorkerQuestion);
  }
  return absl::StrCat("the worker ended before it had read a request; ",
                      described, "; ", EndedHint(worker));
}

}  // namespace

CallFailure DescribeFailure(absl::string_view what, const absl::Status& why,
                            const CallTerms& terms, FailedWorker* worker) {
  std::string described;
  if (worker->ended() || absl::IsDeadlineExceeded(why)) {
    described = worker->DescribeWorker();
  }
  if (worker->is_no_worker()) {
    return {kExitUsage, NoWorkerMessage(why, described, terms, *worker)};
  }
  return {kExitFailed,
          absl::StrCat(what, ": ", absl::StatusCodeToString(why.code()), ": ",
                       why.message(), described.empty() ? "" : "; ", described,
                       CallHint(why, *worker, terms))};
}

}  // namespace forkrpc::cli
