// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/load/load_print.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "tools/forkrpc/help.h"
#include "tools/forkrpc/json_text.h"
#include "tools/forkrpc/load/latency_histogram.h"
#include "tools/forkrpc/octet_text.h"

namespace forkrpc::cli {
namespace {

constexpr double kPercents[] = {50, 75, 90, 99, 99.9, 99.99, 99.999};

// Three digits of a value below 1000.
std::string Digits(double value) {
  if (value < 9.995) return absl::StrFormat("%.2f", value);
  if (value < 99.95) return absl::StrFormat("%.1f", value);
  return absl::StrFormat("%.0f", value);
}

// A percentile that less than one call would exceed says nothing that the
// longest does not.
bool Tells(double percent, const LatencyHistogram& latency) {
  return static_cast<double>(latency.count()) * (100 - percent) >= 99.99;
}

double PerSecond(double count, const LoadTally& tally) {
  return tally.measured == 0
             ? 0
             : count * 1e9 / static_cast<double>(tally.measured);
}

std::optional<LatencyHistogram> Corrected(const LoadOptions& options,
                                          const LoadResult& result) {
  if (options.expected_interval == absl::ZeroDuration()) return std::nullopt;
  return result.tally.latency.CorrectedFor(
      absl::ToInt64Nanoseconds(options.expected_interval));
}

std::string CountOf(uint64_t count, absl::string_view of) {
  return absl::StrCat(count, " ", of, count == 1 ? "" : "s");
}

std::string Setting(const LoadOptions& options) {
  std::string text = absl::StrCat(
      CountOf(options.workers, "worker"), ", ",
      options.open_loop() ? absl::StrFormat("open loop: %s calls/s, at most ",
                                            FormatCount(options.rate))
                          : "closed loop: ",
      CountOf(options.in_flight, "call"), " in flight",
      options.workers > 1 ? " for each" : "", ", ");
  if (options.sizes.has_value()) {
    absl::StrAppend(&text, options.sizes->text(), " octets");
  } else {
    absl::StrAppend(&text, "a request of ",
                    CountOf(options.request.size(), "octet"));
  }
  return text;
}

std::string ErrorsText(const LoadResult& result) {
  std::vector<std::string> kinds;
  for (size_t i = 0; i < kLoadErrors; ++i) {
    const uint64_t count = result.tally.errors[i];
    if (count > 0) {
      kinds.push_back(
          absl::StrCat(count, " ", NameOf(static_cast<LoadError>(i))));
    }
  }
  if (result.bad_ends > 0) {
    kinds.push_back(absl::StrCat(result.bad_ends, " bad end of a worker"));
  }
  std::string text =
      absl::StrCat("errors     ",
                   kinds.empty() ? (result.failed() ? "no call's" : "none")
                                 : absl::StrJoin(kinds, ", "),
                   "\n");
  for (const std::string& first :
       {result.tally.first_error, result.first_bad_end}) {
    if (!first.empty()) {
      absl::StrAppend(&text, "           first: ", OneLine(first), "\n");
    }
  }
  return text;
}

std::string CallsText(const LoadOptions& options, const LoadResult& result) {
  const LoadTally& tally = result.tally;
  std::string text = absl::StrFormat(
      "calls      %d answered%s in %.3g s: %s/s\n", tally.answered,
      options.expected == Expected::kNothing ? "" : " rightly",
      static_cast<double>(tally.measured) / 1e9,
      FormatCount(PerSecond(static_cast<double>(tally.answered), tally)));
  if (tally.unfinished > 0) {
    absl::StrAppend(&text, "           ", tally.unfinished,
                    " were in flight at the interrupt\n");
  }
  absl::StrAppendFormat(
      &text, "octets     %sB/s of requests, %sB/s of responses\n",
      FormatCount(PerSecond(static_cast<double>(tally.sent_octets), tally)),
      FormatCount(
          PerSecond(static_cast<double>(tally.received_octets), tally)));
  if (tally.events > 0) {
    absl::StrAppend(&text, "events     ", tally.events, ", not looked at\n");
  }
  absl::StrAppendFormat(&text, "processor  %.3g s of this program",
                        result.own_processor_seconds);
  if (!options.target.address.has_value()) {
    absl::StrAppendFormat(&text, ", %.3g s of the workers",
                          result.workers_processor_seconds);
  }
  return absl::StrCat(text, ", warm-up included\n");
}

std::string LatencyText(const LoadOptions& options, const LoadResult& result) {
  const LatencyHistogram& latency = result.tally.latency;
  if (latency.count() == 0) return "latency    of no call\n";
  const std::optional<LatencyHistogram> corrected = Corrected(options, result);
  std::string text = absl::StrCat(
      "latency    from when a call was ",
      options.open_loop() ? "due: a pause shows in all calls due meanwhile"
                          : "made: a pause holds back calls that would meet it",
      "\n");
  if (corrected.has_value()) {
    absl::StrAppend(&text,
                    "           second column: estimate for a call made each ",
                    absl::FormatDuration(options.expected_interval), "\n");
  }
  const auto row = [&](absl::string_view name, int64_t value,
                       int64_t estimate) {
    absl::StrAppendFormat(&text, "%10s  %10s", name, FormatLatency(value));
    if (corrected.has_value()) {
      absl::StrAppendFormat(&text, "  %10s", FormatLatency(estimate));
    }
    text.push_back('\n');
  };
  row("least", latency.min(), corrected.has_value() ? corrected->min() : 0);
  for (const double percent : kPercents) {
    if (!Tells(percent, corrected.has_value() ? *corrected : latency)) break;
    row(absl::StrCat(percent, " %"), latency.ValueAt(percent),
        corrected.has_value() ? corrected->ValueAt(percent) : 0);
  }
  row("longest", latency.max(), corrected.has_value() ? corrected->max() : 0);
  return text;
}

std::string LateText(const LoadResult& result) {
  const LoadTally& tally = result.tally;
  std::string text;
  if (tally.held_back > 0) {
    absl::StrAppend(&text, "held back  ", tally.held_back,
                    " calls, while as many as allowed were in flight\n");
  }
  absl::StrAppendFormat(
      &text, "made late  by this program: 50 %% %s, 99 %% %s, longest %s\n",
      FormatLatency(tally.late.ValueAt(50)),
      FormatLatency(tally.late.ValueAt(99)), FormatLatency(tally.late.max()));
  return text;
}

std::string LatencyJson(const LatencyHistogram& latency) {
  const auto seconds = [](double nanoseconds) {
    return absl::StrFormat("%.9g", nanoseconds / 1e9);
  };
  std::vector<std::string> percentiles;
  for (const double percent : kPercents) {
    if (!Tells(percent, latency)) break;
    percentiles.push_back(absl::StrCat(
        "{\"percent\":", percent, ",\"seconds\":",
        seconds(static_cast<double>(latency.ValueAt(percent))), "}"));
  }
  return absl::StrCat(
      "{\"count\":", latency.count(),
      ",\"least\":", seconds(static_cast<double>(latency.min())),
      ",\"mean\":", seconds(latency.mean()),
      ",\"longest\":", seconds(static_cast<double>(latency.max())),
      ",\"percentiles\":[", absl::StrJoin(percentiles, ","), "]}");
}

absl::string_view NameOf(Expected expected) {
  switch (expected) {
    case Expected::kRequest:
      return "request";
    case Expected::kFirstResponse:
      return "first_response";
    case Expected::kNothing:
      break;
  }
  return "nothing";
}

std::string SettingJson(const LoadOptions& options) {
  return absl::StrCat(
      "\"way\":", JsonString(OneLine(options.name)), ",\"form\":\"",
      options.target.terms.form == Form::kSync ? "sync" : "async",
      "\",\"workers\":", options.workers, ",\"in_flight\":", options.in_flight,
      ",\"loop\":\"", options.open_loop() ? "open" : "closed", "\",\"rate\":",
      options.open_loop() ? absl::StrFormat("%.9g", options.rate) : "null",
      ",\"payload\":",
      options.sizes.has_value() ? JsonString(options.sizes->text()) : "null",
      ",\"compared_with\":\"", NameOf(options.expected), "\"");
}

}  // namespace

std::string FormatLatency(int64_t nanoseconds) {
  const auto value = static_cast<double>(nanoseconds);
  if (value < 999.5) return absl::StrCat(nanoseconds, " ns");
  if (value < 999.5e3) return absl::StrCat(Digits(value / 1e3), " us");
  if (value < 999.5e6) return absl::StrCat(Digits(value / 1e6), " ms");
  return absl::StrFormat("%.4g s", value / 1e9);
}

std::string FormatCount(double count) {
  if (count < 999.5) return absl::StrFormat("%.3g ", count);
  if (count < 999.5e3) return absl::StrCat(Digits(count / 1e3), " k");
  if (count < 999.5e6) return absl::StrCat(Digits(count / 1e6), " M");
  return absl::StrFormat("%.4g G", count / 1e9);
}

std::string LoadText(const LoadOptions& options, const LoadResult& result) {
  return absl::StrCat(OneLine(options.name), "\n", Setting(options), "\n",
                      CallsText(options, result), ErrorsText(result),
                      LatencyText(options, result),
                      options.open_loop() ? LateText(result) : "");
}

std::string LoadJson(const LoadOptions& options, const LoadResult& result) {
  const LoadTally& tally = result.tally;
  std::vector<std::string> errors;
  for (size_t i = 0; i < kLoadErrors; ++i) {
    errors.push_back(absl::StrCat("\"", NameOf(static_cast<LoadError>(i)),
                                  "\":", tally.errors[i]));
  }
  errors.push_back(absl::StrCat("\"bad_end\":", result.bad_ends));
  const std::string first =
      tally.first_error.empty() ? result.first_bad_end : tally.first_error;
  const std::optional<LatencyHistogram> corrected = Corrected(options, result);
  return absl::StrCat(
      "{\"format\":1,\"version\":", JsonString(kVersion), ",",
      SettingJson(options),
      ",\"interrupted\":", result.interrupted ? "true" : "false",
      ",\"start_seconds\":",
      absl::StrFormat("%.9f", static_cast<double>(result.start) / 1e9),
      ",\"measured_seconds\":",
      absl::StrFormat("%.9g", static_cast<double>(tally.measured) / 1e9),
      ",\"answered\":", tally.answered, ",\"calls_per_second\":",
      absl::StrFormat("%.9g",
                      PerSecond(static_cast<double>(tally.answered), tally)),
      ",\"sent_octets\":", tally.sent_octets,
      ",\"received_octets\":", tally.received_octets,
      ",\"events\":", tally.events, ",\"unfinished\":", tally.unfinished,
      ",\"errors\":{", absl::StrJoin(errors, ","),
      "},\"first_error\":", first.empty() ? "null" : JsonString(OneLine(first)),
      ",\"latency_from\":\"", options.open_loop() ? "due" : "made",
      "\",\"latency\":", LatencyJson(tally.latency), ",\"corrected\":",
      corrected.has_value() ? LatencyJson(*corrected) : "null",
      ",\"expected_interval\":",
      corrected.has_value()
          ? absl::StrFormat("%.9g",
                            absl::ToDoubleSeconds(options.expected_interval))
          : "null",
      ",\"held_back\":", tally.held_back,
      ",\"late\":", options.open_loop() ? LatencyJson(tally.late) : "null",
      ",\"processor_seconds\":{\"own\":",
      absl::StrFormat("%.6g", result.own_processor_seconds), ",\"workers\":",
      absl::StrFormat("%.6g", result.workers_processor_seconds), "}}\n");
}

}  // namespace forkrpc::cli
