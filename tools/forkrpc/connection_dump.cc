// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/connection_dump.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace forkrpc::cli {
namespace {

WireLimits LimitsOf(const DumpOptions& options) {
  WireLimits limits;
  limits.max_payload = options.max_length;
  return limits;
}

bool LooksLikeText(absl::string_view octets) {
  return std::all_of(octets.begin(), octets.end(), [](char c) {
    return absl::ascii_isprint(static_cast<unsigned char>(c)) ||
           absl::ascii_isspace(static_cast<unsigned char>(c));
  });
}

}  // namespace

ConnectionDump::ConnectionDump(const DumpOptions& options, Origin origin,
                               FramePrinter* printer, std::ostream* out)
    : origin_(origin),
      printer_(printer),
      out_(out),
      down_(RequestLayout(origin.form), LimitsOf(options)),
      up_(kResponseLayout, LimitsOf(options)) {
  printer_->SetForm(origin.form);
}

absl::Status ConnectionDump::Add(Direction direction,
                                 absl::string_view octets) {
  if (is_first_) {
    is_first_ = false;
    looks_like_text_ = LooksLikeText(octets.substr(0, 8));
  }
  decoder(direction).Append(octets);
  return PrintFrames(direction);
}

absl::Status ConnectionDump::Commit(Direction direction, size_t size) {
  decoder(direction).CommitReceive(size);
  return PrintFrames(direction);
}

absl::Status ConnectionDump::End(Direction direction, StreamEnd how) {
  const absl::Status status = Finish(direction);
  if (status.ok()) {
    printer_->PrintEnd(direction, decoder(direction).offset(), how);
  }
  return status;
}

absl::Status ConnectionDump::PrintFrames(Direction direction) {
  FrameView frame;
  for (;;) {
    const uint64_t offset = decoder(direction).offset();
    switch (decoder(direction).Next(&frame)) {
      case DecodeResult::kFrame:
        printer_->Print(direction, offset, frame);
        break;
      case DecodeResult::kNeedMore:
        out_->flush();
        return absl::OkStatus();
      case DecodeResult::kError:
        return Explain(direction, decoder(direction).status());
    }
  }
}

absl::Status ConnectionDump::Finish(Direction direction) {
  return Explain(direction, decoder(direction).Finish());
}

absl::Status ConnectionDump::Finish() {
  const absl::Status status = Finish(Direction::kDown);
  return status.ok() ? Finish(Direction::kUp) : status;
}

absl::Status ConnectionDump::Explain(Direction direction,
                                     const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(
      status.code(),
      absl::StrCat(direction == Direction::kDown ? "parent to child: "
                                                 : "child to parent: ",
                   status.message(), Hint(direction)));
}

std::string ConnectionDump::Hint(Direction direction) {
  const bool down = direction == Direction::kDown;
  const absl::string_view form =
      origin_.form == Form::kSync ? "--form=sync" : "--form=async";
  switch (origin_.kind) {
    case InputKind::kRecord:
      return "";  // which says all of it
    case InputKind::kCapture:
      return down ? absl::StrCat("; is it ", form, "?") : "";
    case InputKind::kRaw:
      if (looks_like_text_) break;
      [[fallthrough]];
    case InputKind::kHex:
      if (!down && decoder(direction).offset() > 0) return "";
      return absl::StrCat("; is it --direction=", down ? "down " : "up",
                          down ? form : "", "?");
  }
  if (!down && decoder(direction).offset() > 0) return "";
  return "; it looks like text: hex text needs --hex";
}

}  // namespace forkrpc::cli
