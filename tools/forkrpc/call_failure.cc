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

std::string FormQuestion(const CallOptions& options) {
  const bool sync = options.form == Form::kSync;
  return absl::StrCat("is --form=", sync ? "sync" : "async",
                      " the worker's form, or --form=", sync ? "async" : "sync",
                      "?");
}

// What to look at when a payload of the worker is too long: text is no payload,
// and the other form makes lengths of ids.
std::string LengthHint(const CallOptions& options, const CallSession& session) {
  const std::string raise = absl::StrCat(
      "if its payloads may be so long, use --max-length, which is ",
      options.max_length);
  if (session.has_spoken()) return absl::StrCat("; ", raise);
  return absl::StrCat("; ", raise, "; if not, ", kWorkerQuestion, " ",
                      FormQuestion(options));
}

// What to look at when the program ended before it had read a request.
std::string EndedHint(const CallSession& session) {
  const std::optional<ExitStatus>& exit = session.exit_status();
  const std::optional<int> code =
      exit.has_value() ? exit->exit_code() : std::nullopt;
  if (code == kCommandNotFound) {
    return "a shell ends so when it does not find the command";
  }
  // One of ours says by itself that it speaks another form or serialiser.
  if (code == kWorkerNotStarted &&
      absl::StrContains(session.stderr_tail(), "this worker speaks")) {
    return "give it what it speaks: --form, --serialiser";
  }
  if (code == kCannotExecute) {
    return "a shell ends so when it cannot execute the command";
  }
  return std::string(kWorkerQuestion);
}

// What to look at when a call failed; empty if nobody can know.
std::string CallHint(const absl::Status& why, const CallSession& session,
                     const CallOptions& options) {
  if (absl::IsDeadlineExceeded(why) && !session.ended()) {
    const std::string waited = absl::StrCat(
        "; it was given --timeout=", absl::FormatDuration(options.timeout));
    if (session.has_spoken()) return waited;
    return absl::StrCat(waited,
                        " and has sent nothing: ", FormQuestion(options));
  }
  if (absl::IsResourceExhausted(why) && session.ended()) {
    return LengthHint(options, session);
  }
  const std::optional<ExitStatus>& exit = session.exit_status();
  if (exit.has_value() && !session.has_spoken() &&
      (exit->clean() || exit->exit_code() == kWorkerSawProtocolError)) {
    return absl::StrCat("; ", FormQuestion(options));
  }
  return "";
}

// The program behaves as no worker would.
std::string NoWorkerMessage(const absl::Status& why, absl::string_view worker,
                            const CallOptions& options,
                            const CallSession& session) {
  if (absl::IsResourceExhausted(why)) {
    return absl::StrCat(
        "what the worker sends is not the wire, or too long: ", why.message(),
        "; ", worker, LengthHint(options, session));
  }
  if (absl::IsDataLoss(why)) {
    return absl::StrCat(
        "what the worker sends is not the wire: ", why.message(), "; ", worker,
        "; ", kWorkerQuestion, " ", FormQuestion(options));
  }
  if (!session.exit_status().has_value()) {
    return absl::StrCat(why.message(), "; ", worker, "; ", kWorkerQuestion);
  }
  return absl::StrCat("the worker ended before it had read a request; ", worker,
                      "; ", EndedHint(session));
}

}  // namespace

CallFailure DescribeFailure(absl::string_view what, const absl::Status& why,
                            const CallOptions& options, CallSession* session) {
  std::string worker;
  if (session->ended() || absl::IsDeadlineExceeded(why)) {
    worker = session->DescribeWorker();
  }
  if (session->is_no_worker()) {
    return {kExitUsage, NoWorkerMessage(why, worker, options, *session)};
  }
  return {kExitFailed,
          absl::StrCat(what, ": ", absl::StatusCodeToString(why.code()), ": ",
                       why.message(), worker.empty() ? "" : "; ", worker,
                       CallHint(why, *session, options))};
}

}  // namespace forkrpc::cli
