// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/frame_printer.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/forkrpc/json_text.h"
#include "tools/forkrpc/octet_text.h"

namespace forkrpc::cli {
namespace {

constexpr absl::string_view kIndent = "    ";

bool HasId(Direction direction, Form form) {
  return direction == Direction::kUp || form == Form::kAsync;
}

}  // namespace

void FramePrinter::BeginFile(absl::string_view name) {
  if (options_.files.size() < 2) return;
  if (options_.format == DumpFormat::kJson) {
    file_ = std::string(name);
  } else {
    *out_ << "== " << EscapeOctets(name) << "\n";
  }
}

void FramePrinter::Print(Direction direction, uint64_t offset,
                         const FrameView& frame) {
  const PayloadView view =
      ViewPayload(options_.serialiser, frame.payload, options_.max_payload);
  const std::string problem = Problem(direction, frame, view);
  if (!problem.empty()) ++bad_frames_;
  if (options_.format == DumpFormat::kJson) {
    PrintJson(direction, offset, frame, view, problem);
  } else {
    PrintText(direction, offset, frame, view, problem);
  }
}

absl::string_view FramePrinter::KindOf(Direction direction,
                                       const FrameView& frame) const {
  if (direction == Direction::kDown) return "request";
  //= spec/wire.md#FR-EVT-002
  return frame.id == kEventId ? "event" : "response";
}

std::string FramePrinter::Problem(Direction direction, const FrameView& frame,
                                  const PayloadView& view) const {
  if (direction == Direction::kDown && form_ == Form::kAsync && frame.id == 0) {
    return "no request may have id 0 (FR-SID-001)";
  }
  return std::string(view.status.message());
}

void FramePrinter::PrintText(Direction direction, uint64_t offset,
                             const FrameView& frame, const PayloadView& view,
                             absl::string_view problem) {
  std::string title(KindOf(direction, frame));
  if (HasId(direction, form_) && title != "event") {
    const bool answers = direction == Direction::kUp && form_ == Form::kAsync;
    absl::StrAppend(&title, answers ? " to id " : " with id ", frame.id);
  }
  *out_ << absl::StrFormat("%c %10d  %s, %d octet%s\n",
                           direction == Direction::kDown ? '>' : '<', offset,
                           title, frame.payload.size(),
                           frame.payload.size() == 1 ? "" : "s");
  if (!problem.empty()) *out_ << kIndent << "! " << OneLine(problem) << "\n";
  if (options_.serialiser != Serialiser::kRaw && view.status.ok()) {
    *out_ << kIndent << "=";
    for (const std::string& string : view.strings) {
      *out_ << " \"" << absl::CHexEscape(string) << "\"";
    }
    if (HasValues(options_.serialiser)) *out_ << " " << view.notation;
    *out_ << (view.truncated ? " ...\n" : "\n");
  }
  *out_ << HexDump(frame.payload.substr(0, options_.max_payload), kIndent);
  if (frame.payload.size() > options_.max_payload) {
    *out_ << kIndent << "... " << frame.payload.size() - options_.max_payload
          << " more\n";
  }
}

void FramePrinter::PrintEnd(Direction direction, uint64_t offset,
                            StreamEnd how) {
  const absl::string_view kind = how == StreamEnd::kReset ? "reset" : "end";
  if (options_.format == DumpFormat::kJson) {
    *out_ << JsonStart(direction, offset, kind) << "}\n";
  } else {
    *out_ << absl::StrFormat("%c %10d  %s\n",
                             direction == Direction::kDown ? '>' : '<', offset,
                             kind);
  }
}

std::string FramePrinter::JsonStart(Direction direction, uint64_t offset,
                                    absl::string_view kind) const {
  return absl::StrCat(
      "{",
      file_.empty() ? "" : absl::StrCat("\"file\":", JsonString(file_), ","),
      "\"direction\":\"", direction == Direction::kDown ? "down" : "up",
      "\",\"offset\":", offset, ",\"kind\":\"", kind, "\"");
}

void FramePrinter::PrintJson(Direction direction, uint64_t offset,
                             const FrameView& frame, const PayloadView& view,
                             absl::string_view problem) {
  std::string json = JsonStart(direction, offset, KindOf(direction, frame));
  if (HasId(direction, form_)) {
    absl::StrAppend(&json, ",\"id\":", frame.id);
  }
  absl::StrAppend(&json, ",\"length\":", frame.payload.size(), ",\"payload\":",
                  JsonString(frame.payload.substr(0, options_.max_payload)));
  bool truncated = frame.payload.size() > options_.max_payload;
  if (options_.serialiser != Serialiser::kRaw && view.status.ok()) {
    if (HasValues(options_.serialiser)) {
      absl::StrAppend(&json, ",\"values\":", JsonString(view.notation));
    } else {
      absl::StrAppend(&json, ",\"strings\":",
                      JsonList(std::vector<absl::string_view>(
                          view.strings.begin(), view.strings.end())));
    }
    truncated |= view.truncated;
  }
  if (truncated) absl::StrAppend(&json, ",\"truncated\":true");
  if (!problem.empty()) {
    absl::StrAppend(&json, ",\"problem\":", JsonString(problem));
  }
  *out_ << json << "}\n";
}

}  // namespace forkrpc::cli
