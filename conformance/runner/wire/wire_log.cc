// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/wire/wire_log.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "conformance/runner/wire/octets_text.h"

namespace forkrpc::conformance {
namespace {

constexpr size_t kHeadOctets = size_t{768} << 10;
constexpr size_t kTailOctets = size_t{256} << 10;
constexpr size_t kDumpedOctets = 256;  // of each chunk
constexpr int kAnnotatedFrames = 24;   // of each chunk
constexpr uint64_t kEverything = UINT64_MAX;
constexpr size_t kShownLine = 120;
constexpr int kLinesInARow = 20;  // of one direction
constexpr absl::string_view kIndent = "             ";

std::string Prefix(absl::Duration when, char mark) {
  return absl::StrFormat("%10.6f %c ", absl::ToDoubleSeconds(when), mark);
}

std::string DescribeHeader(const FrameHeader& header, Layout layout,
                           bool to_child) {
  if (to_child && layout == Layout::kLength) {
    return absl::StrCat("request, length ", header.length);
  }
  if (to_child) {
    return absl::StrCat("request id ", header.id, ", length ", header.length);
  }
  if (header.id == 0) {
    return absl::StrCat("event (id 0), length ", header.length);
  }
  return absl::StrCat("response id ", header.id, ", length ", header.length);
}

}  // namespace

WireLog::WireLog(Role role, Form form)
    : WireLog(role, form, kEverything, nullptr) {}

WireLog::WireLog(Role role, Form form, uint64_t snap,
                 std::function<void(absl::string_view)> sink)
    : streams_{MakeStream(role, form, snap),
               MakeStream(role == CHILD ? PARENT : CHILD, form, snap)},
      sink_(std::move(sink)) {}

WireLog::Stream WireLog::MakeStream(Role receiver, Form form, uint64_t snap) {
  const Layout layout = LayoutTo(receiver, form);
  return {FrameScanner(layout), receiver == CHILD, PayloadCutter(layout, snap)};
}

std::string WireLog::Dump(absl::string_view octets, Stream* stream) {
  uint64_t offset = stream->scanner.offset();
  size_t room = kDumpedOctets;
  uint64_t more = octets.size();
  std::string text;
  stream->cutter.Cut(octets, [&](absl::string_view kept, uint64_t cut) {
    const absl::string_view shown = kept.substr(0, room);
    if (!shown.empty()) {
      absl::StrAppend(&text, HexDump(shown, offset, room, kIndent));
    }
    more -= shown.size();
    room -= shown.size();
    offset += kept.size() + cut;
    if (cut > 0 && room > 0) {
      absl::StrAppend(&text, kIndent, "... ", cut, " payload octets cut\n");
      more -= cut;
    }
  });
  if (more > 0) absl::StrAppend(&text, kIndent, "... ", more, " more octets\n");
  return text;
}

std::string WireLog::Annotate(absl::string_view octets, Stream* stream) {
  std::string text;
  int frames = 0;
  const bool inside = stream->scanner.inside_frame();
  if (inside) absl::StrAppend(&text, kIndent, "(goes on with a frame)\n");
  stream->scanner.Scan(octets, [&](const FrameScanner::Piece& piece) {
    if (!piece.is_header || ++frames > kAnnotatedFrames) return;
    absl::StrAppend(&text, kIndent, "= ",
                    DescribeHeader(piece.header, stream->scanner.layout(),
                                   stream->to_child),
                    ", at octet ", piece.header.offset, "\n");
  });
  if (frames > kAnnotatedFrames) {
    absl::StrAppend(&text, kIndent, "= and ", frames - kAnnotatedFrames,
                    " more frames\n");
  }
  if (stream->scanner.in_payload()) {
    absl::StrAppend(&text, kIndent,
                    "(ends inside a frame: ", stream->scanner.payload_have(),
                    " of ", stream->scanner.header().length,
                    " payload octets)\n");
  } else if (stream->scanner.inside_frame()) {
    absl::StrAppend(&text, kIndent,
                    "(ends inside a header: ", stream->scanner.header_have(),
                    " of ", HeaderSize(stream->scanner.layout()), " octets)\n");
  }
  return text;
}

void WireLog::Chunk(Direction direction, absl::string_view octets,
                    absl::Duration when) {
  Stream* const stream = &streams_[direction];
  const uint64_t offset = stream->scanner.offset();
  std::string entry = absl::StrCat(
      Prefix(when, direction == kToTestee ? '>' : '<'), "chunk of ",
      octets.size(), " at octet ", offset, "\n", Dump(octets, stream));
  entry += Annotate(octets, stream);
  Add(std::move(entry));
}

void WireLog::Line(Direction direction, absl::string_view line,
                   absl::Duration when) {
  if (direction != line_direction_) EndLines();
  line_direction_ = direction;
  if (++lines_in_a_row_ > kLinesInARow) return;
  const absl::string_view shown = line.substr(0, kShownLine);
  Keep(absl::StrCat(Prefix(when, direction == kToTestee ? '>' : '<'),
                    direction == kToTestee ? "command: " : "report: ", shown,
                    shown.size() < line.size()
                        ? absl::StrCat("... (", line.size(), " characters)")
                        : "",
                    "\n"));
}

void WireLog::EndLines() {
  const int more = std::exchange(lines_in_a_row_, 0) - kLinesInARow;
  if (more <= 0) return;
  Keep(absl::StrCat(kIndent, "... and ", more, " more ",
                    line_direction_ == kToTestee ? "commands" : "reports",
                    "\n"));
}

void WireLog::Remark(absl::string_view text, absl::Duration when) {
  Add(absl::StrCat(Prefix(when, '-'), text, "\n"));
}

void WireLog::Add(std::string entry) {
  EndLines();
  Keep(std::move(entry));
}

void WireLog::Keep(std::string entry) {
  if (sink_ != nullptr) return sink_(entry);
  if (octets_kept_ < kHeadOctets && tail_.empty()) {
    octets_kept_ += entry.size();
    head_.push_back(std::move(entry));
    return;
  }
  tail_octets_ += entry.size();
  tail_.push_back(std::move(entry));
  while (tail_octets_ > kTailOctets && tail_.size() > 1) {
    tail_octets_ -= tail_.front().size();
    tail_.pop_front();
    ++omitted_;
  }
}

std::string WireLog::Text() const {
  std::string text;
  for (const std::string& entry : head_) text += entry;
  if (omitted_ > 0) {
    absl::StrAppend(&text, kIndent, "... ", omitted_, " entries left out\n");
  }
  for (const std::string& entry : tail_) text += entry;
  return text;
}

}  // namespace forkrpc::conformance
