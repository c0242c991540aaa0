// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/frame_printer.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "forkrpc/serialiser/string_pack_reader.h"
#include "tools/forkrpc/json_text.h"
#include "tools/forkrpc/octet_text.h"

namespace forkrpc::cli {
namespace {

constexpr absl::string_view kIndent = "    ";

// The strings of a string-pack payload, as many as are to be shown.
struct ShownStrings {
  std::vector<absl::string_view> strings;
  bool truncated = false;  // there are more, or the last one is longer
  absl::Status status;     // what is wrong with the payload
};

// Shows at most `budget` octets, each string counting for one more.
ShownStrings Unpack(absl::string_view payload, size_t budget) {
  ShownStrings shown;
  StringPackOptions options;
  options.max_items = payload.size();  // all there can be
  StringPackReader reader(payload, options);
  absl::string_view item;
  while (reader.Next(&item)) {
    if (budget == 0) {
      shown.truncated = true;
      continue;
    }
    --budget;
    shown.strings.push_back(item.substr(0, budget));
    shown.truncated |= item.size() > budget;
    budget -= shown.strings.back().size();
  }
  shown.status = reader.status();
  return shown;
}

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
  if (!Problem(direction, frame).empty()) ++bad_frames_;
  if (options_.format == DumpFormat::kJson) {
    PrintJson(direction, offset, frame);
  } else {
    PrintText(direction, offset, frame);
  }
}

absl::string_view FramePrinter::KindOf(Direction direction,
                                       const FrameView& frame) const {
  if (direction == Direction::kDown) return "request";
  //= spec/wire.md#FR-EVT-002
  return frame.id == kEventId ? "event" : "response";
}

std::string FramePrinter::Problem(Direction direction,
                                  const FrameView& frame) const {
  if (direction == Direction::kDown && options_.form == Form::kAsync &&
      frame.id == 0) {
    return "no request may have id 0 (FR-SID-001)";
  }
  if (options_.serialiser == Serialiser::kStringPack) {
    const ShownStrings shown = Unpack(frame.payload, 0);
    if (!shown.status.ok()) return std::string(shown.status.message());
  }
  return "";
}

void FramePrinter::PrintText(Direction direction, uint64_t offset,
                             const FrameView& frame) {
  std::string title(KindOf(direction, frame));
  if (HasId(direction, options_.form) && title != "event") {
    const bool answers =
        direction == Direction::kUp && options_.form == Form::kAsync;
    absl::StrAppend(&title, answers ? " to id " : " with id ", frame.id);
  }
  *out_ << absl::StrFormat("%c %10d  %s, %d octet%s\n",
                           direction == Direction::kDown ? '>' : '<', offset,
                           title, frame.payload.size(),
                           frame.payload.size() == 1 ? "" : "s");
  const std::string problem = Problem(direction, frame);
  if (!problem.empty()) *out_ << kIndent << "! " << problem << "\n";
  if (options_.serialiser == Serialiser::kStringPack) {
    const ShownStrings shown = Unpack(frame.payload, options_.max_payload);
    if (shown.status.ok()) {
      *out_ << kIndent << "=";
      for (const absl::string_view string : shown.strings) {
        *out_ << " \"" << absl::CHexEscape(string) << "\"";
      }
      *out_ << (shown.truncated ? " ...\n" : "\n");
    }
  }
  *out_ << HexDump(frame.payload.substr(0, options_.max_payload), kIndent);
  if (frame.payload.size() > options_.max_payload) {
    *out_ << kIndent << "... " << frame.payload.size() - options_.max_payload
          << " more\n";
  }
}

void FramePrinter::PrintJson(Direction direction, uint64_t offset,
                             const FrameView& frame) {
  std::string json = "{";
  if (!file_.empty()) {
    absl::StrAppend(&json, "\"file\":", JsonString(file_), ",");
  }
  absl::StrAppend(
      &json, "\"direction\":\"", direction == Direction::kDown ? "down" : "up",
      "\",\"offset\":", offset, ",\"kind\":\"", KindOf(direction, frame), "\"");
  if (HasId(direction, options_.form)) {
    absl::StrAppend(&json, ",\"id\":", frame.id);
  }
  absl::StrAppend(&json, ",\"length\":", frame.payload.size(), ",\"payload\":",
                  JsonString(frame.payload.substr(0, options_.max_payload)));
  bool truncated = frame.payload.size() > options_.max_payload;
  if (options_.serialiser == Serialiser::kStringPack) {
    const ShownStrings shown = Unpack(frame.payload, options_.max_payload);
    if (shown.status.ok()) {
      absl::StrAppend(&json, ",\"strings\":", JsonList(shown.strings));
      truncated |= shown.truncated;
    }
  }
  if (truncated) absl::StrAppend(&json, ",\"truncated\":true");
  const std::string problem = Problem(direction, frame);
  if (!problem.empty()) {
    absl::StrAppend(&json, ",\"problem\":", JsonString(problem));
  }
  *out_ << json << "}\n";
}

}  // namespace forkrpc::cli
