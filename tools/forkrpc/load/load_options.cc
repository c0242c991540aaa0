// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/load/load_options.h"

#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "forkrpc/wire/wire_limits.h"
#include "tools/command_line/command_line.h"
#include "tools/forkrpc/call_payload.h"
#include "tools/forkrpc/serialiser_choice.h"
#include "tools/forkrpc/value_codec.h"

namespace forkrpc::cli {
namespace {

constexpr absl::string_view kTimeAdvice =
    "use a time with its unit, such as 500ms or 5s";
// A thread each.
constexpr uint32_t kMostWorkers = 1000;
constexpr uint32_t kMostInFlight = 1000000;
constexpr double kMostRate = 1e9;
// Without --in-flight: enough that an open loop is one, but bounded.
constexpr uint32_t kOpenLoopInFlight = 10000;

// What stands on the command line and is kept elsewhere, or not at all.
struct Words {
  bool no_verify = false;
  uint32_t in_flight = 0;
  uint64_t calls = 0;
  absl::Duration duration = absl::ZeroDuration();
  uint32_t max_length = static_cast<uint32_t>(WireLimits().max_payload);
  std::string payload = "16";
  std::string connect;
  Serialiser serialiser = Serialiser::kStringPack;
};

absl::Status Refuse(absl::string_view option, absl::string_view advice) {
  return absl::InvalidArgumentError(
      absl::StrCat("option --", option, " cannot be that: ", advice));
}

absl::Status CheckNumbers(const LoadOptions& options) {
  if (options.workers == 0 || options.workers > kMostWorkers) {
    return Refuse("workers", absl::StrCat("use 1 to ", kMostWorkers));
  }
  if (options.in_flight > kMostInFlight) {
    return Refuse("in-flight", absl::StrCat("use 1 to ", kMostInFlight,
                                            ", for each worker"));
  }
  if (!(options.rate >= 0) || options.rate > kMostRate) {
    return Refuse("rate", "use calls a second, such as 5000, up to 1000000000");
  }
  return absl::OkStatus();
}

absl::Status CheckTimes(const LoadOptions& options) {
  constexpr absl::Duration kMost = absl::Hours(24);
  const std::pair<absl::string_view, absl::Duration> times[] = {
      {"timeout", options.timeout},
      {"start-limit", options.start_limit},
      {"duration", options.duration}};
  for (const auto& [name, time] : times) {
    if (time <= absl::ZeroDuration() || time > kMost) {
      return Refuse(name, absl::StrCat(kTimeAdvice, ", up to 24h"));
    }
  }
  if (options.warm_up < absl::ZeroDuration() || options.warm_up > kMost) {
    return Refuse("warm-up", absl::StrCat(kTimeAdvice, ", or 0"));
  }
  if (options.expected_interval < absl::ZeroDuration()) {
    return Refuse("expected-interval", kTimeAdvice);
  }
  if (options.expected_interval > absl::ZeroDuration() && options.open_loop()) {
    return absl::InvalidArgumentError(
        "--expected-interval corrects a closed loop; with --rate latency "
        "counts from when a call was due, and needs no correction");
  }
  return absl::OkStatus();
}

absl::Status SetRequest(const Words& words,
                        const std::vector<std::string>& strings,
                        LoadOptions* options) {
  if (strings.empty()) {
    absl::StatusOr<PayloadSizes> sizes = PayloadSizes::Parse(words.payload);
    if (!sizes.ok()) return sizes.status();
    if (sizes->largest() > words.max_length) {
      return Refuse("payload",
                    absl::StrCat("--max-length is ", words.max_length));
    }
    options->sizes = *std::move(sizes);
    return absl::OkStatus();
  }
  options->expected = Expected::kFirstResponse;
  return EncodeWords(words.serialiser, strings, &options->request);
}

absl::Status SetTarget(const Words& words,
                       std::optional<std::vector<std::string>> command,
                       LoadOptions* options) {
  const bool spawned = command.has_value() && !command->empty();
  if (spawned != words.connect.empty()) {
    return absl::InvalidArgumentError(
        spawned ? "only one of these makes sense: -- and a worker, or "
                  "--connect=ADDRESS"
                : "no worker given: put -- and the worker's command last, as "
                  "in `forkrpc load -- ./worker`, or use --connect=ADDRESS");
  }
  options->target.terms.max_length = words.max_length;
  options->target.terms.timeout = options->start_limit;
  options->target.terms.timeout_option = "--start-limit";
  if (spawned) {
    options->name = absl::StrJoin(*command, " ");
    options->target.worker.argv = *std::move(command);
    options->target.worker.stderr_mode = StderrMode::kCapture;
    return absl::OkStatus();
  }
  absl::StatusOr<StreamAddress> address = StreamAddress::Parse(words.connect);
  if (!address.ok()) return address.status();
  options->target.address = *std::move(address);
  options->name = words.connect;
  return absl::OkStatus();
}

void AddOptions(LoadOptions* options, Words* words, CommandLine* line) {
  line->AddValue("workers", &options->workers);
  line->AddValue("in-flight", &words->in_flight);
  line->AddValue("rate", &options->rate);
  line->AddValue("warm-up", &options->warm_up, kTimeAdvice);
  line->AddValue("duration", &words->duration, kTimeAdvice);
  line->AddValue("calls", &words->calls);
  line->AddValue("timeout", &options->timeout, kTimeAdvice);
  line->AddValue("start-limit", &options->start_limit, kTimeAdvice);
  line->AddValue("expected-interval", &options->expected_interval, kTimeAdvice);
  line->AddValue("payload", &words->payload);
  line->AddValue("seed", &options->seed);
  line->AddSwitch("no-verify", &words->no_verify);
  line->AddSwitch("json", &options->json);
  line->AddChoice("form", {{"sync", Form::kSync}, {"async", Form::kAsync}},
                  &options->target.terms.form);
  line->AddChoice("serialiser", SerialiserChoices(), &words->serialiser);
  line->AddChoice("binding",
                  {{"socket", Binding::kSocket}, {"pipes", Binding::kPipes}},
                  &options->target.worker.binding);
  line->AddValue("max-length", &words->max_length);
  line->AddValue("connect", &words->connect);
}

}  // namespace

absl::StatusOr<LoadOptions> ParseLoadOptions(
    const std::vector<std::string>& arguments) {
  LoadOptions options;
  Words words;
  CommandLine line;
  AddOptions(&options, &words, &line);
  absl::StatusOr<CommandLine::Words> parsed = line.Parse(arguments);
  if (!parsed.ok()) return parsed.status();
  options.in_flight = words.in_flight != 0  ? words.in_flight
                      : options.open_loop() ? kOpenLoopInFlight
                                            : 1;
  if (words.duration != absl::ZeroDuration()) options.duration = words.duration;
  if (words.calls != 0) {
    if (words.duration != absl::ZeroDuration()) {
      return absl::InvalidArgumentError(
          "only one of these makes sense: --calls or --duration");
    }
    options.calls = words.calls;
  }
  for (absl::Status status :
       {CheckNumbers(options), CheckTimes(options),
        SetRequest(words, parsed->before, &options),
        SetTarget(words, std::move(parsed->after), &options)}) {
    if (!status.ok()) return status;
  }
  if (words.no_verify) options.expected = Expected::kNothing;
  return options;
}

}  // namespace forkrpc::cli
