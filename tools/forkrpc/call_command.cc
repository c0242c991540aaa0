// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/call_command.h"

#include <unistd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tools/forkrpc/call_failure.h"
#include "tools/forkrpc/call_options.h"
#include "tools/forkrpc/call_payload.h"
#include "tools/forkrpc/call_session.h"
#include "tools/forkrpc/exit_codes.h"
#include "tools/forkrpc/input_file.h"
#include "tools/forkrpc/item_format.h"
#include "tools/forkrpc/line_reader.h"
#include "tools/forkrpc/octet_text.h"
#include "tools/forkrpc/serialiser_choice.h"

namespace forkrpc::cli {
namespace {

// The longest line read, for each octet of the longest payload: what JSON's
// longest form of one takes.
constexpr size_t kLineOctetsPerOctet = 6;

// Invariant: calls_ calls were made, answered_ of them have been printed; both
// count lines when there are lines.
class Caller {
 public:
  Caller(const CallOptions& options, const Streams& streams)
      : options_(options), streams_(streams) {}

  int Run();

 private:
  // Opens the file with the lines.
  absl::Status OpenInput();
  // Makes the calls that there are strings and room for.
  void MakeCalls();
  // Makes one call; on error input ends.
  void MakeCall(const absl::StatusOr<std::string>& payload);
  absl::StatusOr<std::string> RequestOfWords() const;
  absl::StatusOr<std::string> RequestOfLine(const std::string& line) const;
  // Prints what has been answered. An error is the first call's that failed.
  absl::Status PrintResponses();
  void PrintEvent(absl::string_view payload);
  // Makes calls and prints responses until there is no more of either. An
  // error is that of call answered_ + 1.
  absl::Status Converse();

  // Prints the line for a failed call or session; returns the exit code.
  int Fail(absl::string_view what, const absl::Status& why);
  int UsageError(absl::string_view message);

  bool has_lines() const { return lines_.has_value(); }
  // "line 3: ", where there are lines.
  std::string Place(int64_t line) const {
    return has_lines() ? absl::StrCat("line ", line, ": ") : "";
  }

  const CallOptions& options_;
  const Streams streams_;
  std::optional<InputFile> input_;
  std::optional<LineReader> lines_;  // nullopt: one call, options_.strings
  std::unique_ptr<CallSession> session_;
  bool input_done_ = false;
  absl::Status input_error_;  // what ended the input: not a string list, ...
  absl::Status call_error_;   // a call that could not be made
  int64_t calls_ = 0;
  int64_t answered_ = 0;
};

int Caller::Run() {
  if (options_.strings.empty()) {
    const absl::Status opened = OpenInput();
    if (!opened.ok()) return UsageError(opened.message());
  }
  CallSessionOptions session;
  session.worker.argv = options_.worker;
  session.worker.binding = options_.binding;
  session.form = options_.form;
  session.limits.max_payload = options_.max_length;
  session.timeout = options_.timeout;
  session.in_flight = options_.form == Form::kAsync ? options_.in_flight : 1;
  absl::StatusOr<std::unique_ptr<CallSession>> started = CallSession::Start(
      std::move(session),
      [this](absl::string_view payload) { PrintEvent(payload); });
  if (!started.ok()) return UsageError(started.status().message());
  session_ = *std::move(started);

  const absl::Status call = Converse();
  if (!call.ok()) {
    return Fail(absl::StrCat(Place(answered_ + 1), "call failed"), call);
  }
  const absl::Status end = session_->Finish();
  streams_.out->flush();
  if (!end.ok()) return Fail("the worker failed outside any call", end);
  if (!input_error_.ok()) {
    return UsageError(absl::StrCat(Place(calls_ + 1), input_error_.message()));
  }
  if (!streams_.out->good()) {
    *streams_.err << "forkrpc: cannot write to standard output\n";
    return kExitFailed;
  }
  return kExitOk;
}

absl::Status Caller::OpenInput() {
  if (options_.input.empty() && isatty(streams_.in) != 0) {
    return absl::InvalidArgumentError(
        "nothing to call with: give the strings of a call before --, or lines "
        "with --input=FILE; see `forkrpc help call`");
  }
  absl::StatusOr<InputFile> input = InputFile::Open(
      options_.input.empty() ? "-" : options_.input, streams_.in);
  if (!input.ok()) return input.status();
  input_.emplace(*std::move(input));
  lines_.emplace(input_->fd(), options_.max_length * kLineOctetsPerOctet);
  return absl::OkStatus();
}

absl::Status Caller::Converse() {
  for (;;) {
    MakeCalls();
    if (input_done_ && options_.drain == DrainMode::kHalfCloseAtOnce) {
      session_->HalfClose();
    }
    absl::Status status = PrintResponses();
    if (!status.ok()) return status;
    if (session_->open_calls() == 0) {
      if (!call_error_.ok()) return call_error_;
      if (input_done_) return absl::OkStatus();
    }
    if (session_->ended()) return absl::OkStatus();  // Finish() says how
    const bool want_line = !input_done_ && session_->can_call();
    streams_.out->flush();
    if (!session_->Wait(want_line ? lines_->fd() : -1)) continue;
    input_error_ = lines_->Fill();
    if (!input_error_.ok()) input_done_ = true;
  }
}

void Caller::MakeCalls() {
  while (!input_done_ && session_->can_call()) {
    if (!has_lines()) {
      input_done_ = true;
      return MakeCall(RequestOfWords());
    }
    const std::optional<std::string> line = lines_->Next();
    if (line.has_value()) {
      MakeCall(RequestOfLine(*line));
    } else if (lines_->at_end()) {
      input_done_ = true;
    } else {
      return;
    }
  }
}

absl::StatusOr<std::string> Caller::RequestOfWords() const {
  std::string payload;
  const absl::Status status =
      EncodeWords(options_.serialiser, options_.strings, &payload);
  if (!status.ok()) return status;
  return payload;
}

absl::StatusOr<std::string> Caller::RequestOfLine(
    const std::string& line) const {
  std::string payload;
  const absl::Status status =
      EncodeLine(options_.serialiser, options_.input_format, line, &payload);
  if (!status.ok()) return status;
  return payload;
}

void Caller::MakeCall(const absl::StatusOr<std::string>& payload) {
  input_error_ = payload.status();
  if (!input_error_.ok()) {
    input_done_ = true;
    return;
  }
  call_error_ = session_->Call(*payload);
  if (call_error_.ok()) {
    ++calls_;
  } else {
    input_done_ = true;
  }
}

absl::Status Caller::PrintResponses() {
  while (auto response = session_->TakeOldest()) {
    if (!response->ok()) return response->status();
    const absl::StatusOr<std::string> text =
        FormatPayload(options_.serialiser, options_.format, **response,
                      has_lines() ? '\t' : '\n');
    if (!text.ok()) {
      const std::string question =
          HasValues(options_.serialiser)
              ? absl::StrCat("list of values; is --serialiser=",
                             NameOf(options_.serialiser), " the worker's? ")
              : "list of strings; is it --serialiser=raw? ";
      return absl::Status(text.status().code(),
                          absl::StrCat("the response is no ", question,
                                       text.status().message()));
    }
    *streams_.out << *text;
    ++answered_;
  }
  return absl::OkStatus();
}

void Caller::PrintEvent(absl::string_view payload) {
  // Standard error may be a terminal, also where the output is raw.
  const OutputFormat format = options_.format == OutputFormat::kRaw
                                  ? OutputFormat::kText
                                  : options_.format;
  const absl::StatusOr<std::string> text =
      FormatPayload(options_.serialiser, format, payload, ' ');
  if (text.ok()) {
    *streams_.err << absl::StrCat("event: ", *text);
  } else {
    *streams_.err << absl::StrCat("event (not ", NameOf(options_.serialiser),
                                  "): ", EscapeOctets(payload), "\n");
  }
}

int Caller::Fail(absl::string_view what, const absl::Status& why) {
  streams_.out->flush();
  const CallTerms terms = {options_.form, options_.max_length,
                           options_.timeout};
  const CallFailure failure = DescribeFailure(what, why, terms, session_.get());
  *streams_.err << absl::StrCat("forkrpc: ", OneLine(failure.message), "\n");
  return failure.exit_code;
}

int Caller::UsageError(absl::string_view message) {
  *streams_.err << absl::StrCat("forkrpc: ", OneLine(message), "\n");
  return kExitUsage;
}

}  // namespace

int RunCall(const std::vector<std::string>& arguments, const Streams& streams) {
  const absl::StatusOr<CallOptions> options = ParseCallOptions(arguments);
  if (!options.ok()) {
    *streams.err << absl::StrCat(
        "forkrpc: ", OneLine(options.status().message()),
        "; see `forkrpc help call`\n");
    return kExitUsage;
  }
  return Caller(*options, streams).Run();
}

}  // namespace forkrpc::cli
