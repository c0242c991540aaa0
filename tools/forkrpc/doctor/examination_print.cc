// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/doctor/examination_print.h"

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "tools/forkrpc/help.h"
#include "tools/forkrpc/json_text.h"
#include "tools/forkrpc/octet_text.h"

namespace forkrpc::cli {
namespace {

absl::string_view Mark(const Finding& finding, bool needed) {
  switch (finding.state) {
    case Finding::kHolds:
      return "holds";
    case Finding::kBroken:
      return needed ? "BROKEN" : "note";
    case Finding::kNotTried:
      break;
  }
  return "-";
}

std::string Rates(const Examination& found) {
  std::vector<std::string> parts;
  if (found.round_trip.has_value()) {
    parts.push_back(absl::StrFormat(
        "%.0f us a round trip", absl::ToDoubleMicroseconds(*found.round_trip)));
  }
  if (found.down_rate.has_value()) {
    parts.push_back(absl::StrFormat("%.0f MB/s down", *found.down_rate / 1e6));
  }
  if (found.up_rate.has_value()) {
    parts.push_back(absl::StrFormat("%.0f MB/s up", *found.up_rate / 1e6));
  }
  return absl::StrJoin(parts, ", ");
}

std::string Sum(const Examination& found) {
  const int broken = found.CountBroken(/*needed=*/true);
  if (broken == 0) {
    return "nothing that the wire needs is broken";
  }
  return absl::StrCat(broken, broken == 1 ? " promise" : " promises",
                      " that the wire needs ", broken == 1 ? "is" : "are",
                      " broken");
}

// Members of an object, which is closed by whoever opened it.
class JsonMembers {
 public:
  void Add(absl::string_view name, absl::string_view json) {
    absl::StrAppend(&text_, text_.empty() ? "" : ",", JsonString(name), ":",
                    json);
  }
  void AddNumber(absl::string_view name, std::optional<double> value) {
    Add(name, value.has_value() ? absl::StrFormat("%.6g", *value) : "null");
  }
  std::string Object() const { return absl::StrCat("{", text_, "}"); }

 private:
  std::string text_;
};

std::string PromiseJson(Promise promise, const Finding& finding) {
  const PromiseText& text = TextOf(promise);
  JsonMembers members;
  members.Add("id", JsonString(text.id));
  members.Add("needed", text.needed ? "true" : "false");
  members.Add("state", finding.state == Finding::kHolds    ? "\"holds\""
                       : finding.state == Finding::kBroken ? "\"broken\""
                                                           : "\"not_tried\"");
  members.Add("plain", JsonString(text.plain));
  members.Add("found", JsonString(finding.found));
  if (finding.state == Finding::kBroken) {
    members.Add("todo", JsonString(text.todo));
  }
  return members.Object();
}

std::optional<double> InSeconds(std::optional<absl::Duration> duration) {
  if (!duration.has_value()) return std::nullopt;
  return absl::ToDoubleSeconds(*duration);
}

}  // namespace

std::string ExaminationText(absl::string_view way, const Examination& found) {
  std::string text = absl::StrCat("forkrpc doctor: ", EscapeOctets(way), "\n");
  for (int i = 0; i < kPromises; ++i) {
    const Finding& finding = found.findings[i];
    const PromiseText& promise = TextOf(static_cast<Promise>(i));
    absl::StrAppendFormat(&text, "%-7s %s%s%s\n", Mark(finding, promise.needed),
                          promise.plain, finding.found.empty() ? "" : ": ",
                          OneLine(finding.found));
    if (finding.state == Finding::kBroken) {
      absl::StrAppend(&text, "          -> ", promise.todo, "\n");
    }
  }
  const std::string rates = Rates(found);
  if (!rates.empty()) absl::StrAppend(&text, "        ", rates, "\n");
  if (!found.process.empty()) {
    const auto fd = [&](absl::string_view name) {
      const auto line = found.process.find(std::string(name));
      return line == found.process.end() ? "?" : EscapeOctets(line->second);
    };
    absl::StrAppend(&text, "        the worker's 0, 1 and 2: ", fd("fd0"), ", ",
                    fd("fd1"), ", ", fd("fd2"), "\n");
  }
  absl::StrAppendFormat(&text, "%s (%d starts, %.1f s)\n", Sum(found),
                        found.starts, absl::ToDoubleSeconds(found.took));
  return text;
}

std::string ExaminationJson(absl::string_view way, const Examination& found) {
  std::vector<std::string> promises;
  for (int i = 0; i < kPromises; ++i) {
    promises.push_back(PromiseJson(static_cast<Promise>(i), found.findings[i]));
  }
  JsonMembers process;
  for (const auto& [name, value] : found.process) {
    process.Add(name, JsonString(value));
  }
  JsonMembers measured;
  measured.AddNumber("round_trip_seconds", InSeconds(found.round_trip));
  measured.AddNumber("half_close_seconds", InSeconds(found.half_close));
  measured.AddNumber("down_octets_per_second", found.down_rate);
  measured.AddNumber("up_octets_per_second", found.up_rate);
  JsonMembers all;
  all.Add("format", "1");
  all.Add("version", JsonString(kVersion));
  all.Add("way", JsonString(way));
  all.Add("fit", found.CountBroken(/*needed=*/true) == 0 ? "true" : "false");
  all.Add("promises", absl::StrCat("[", absl::StrJoin(promises, ","), "]"));
  all.Add("process", process.Object());
  all.Add("measured", measured.Object());
  all.Add("starts", absl::StrCat(found.starts));
  all.AddNumber("seconds", absl::ToDoubleSeconds(found.took));
  return absl::StrCat(all.Object(), "\n");
}

}  // namespace forkrpc::cli
