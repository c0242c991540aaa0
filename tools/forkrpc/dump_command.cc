// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/dump_command.h"

#include <errno.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "forkrpc/base/errno_status.h"
#include "forkrpc/wire/frame_decoder.h"
#include "tools/forkrpc/dump_options.h"
#include "tools/forkrpc/exit_codes.h"
#include "tools/forkrpc/frame_printer.h"
#include "tools/forkrpc/hex_reader.h"
#include "tools/forkrpc/input_file.h"
#include "tools/forkrpc/octet_text.h"

namespace forkrpc::cli {
namespace {

constexpr size_t kHexReadSize = size_t{64} << 10;

WireLimits LimitsOf(const DumpOptions& options) {
  WireLimits limits;
  limits.max_payload = options.max_length;
  return limits;
}

// Reads what is there; 0 at the end.
absl::StatusOr<size_t> ReadSome(int fd, absl::Span<char> space) {
  ssize_t got;
  do {
    got = read(fd, space.data(), space.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) return ErrnoStatus(errno, "cannot read");
  return static_cast<size_t>(got);
}

// One capture.
class Capture {
 public:
  Capture(const DumpOptions& options, FramePrinter* printer, std::ostream* out)
      : options_(options),
        printer_(printer),
        out_(out),
        down_(RequestLayout(options.form), LimitsOf(options)),
        up_(kResponseLayout, LimitsOf(options)) {}

  // Raw octets of one direction.
  absl::Status DumpRaw(int fd);
  // Hex text, of one direction or both.
  absl::Status DumpHex(int fd);

 private:
  FrameDecoder& decoder(Direction direction) {
    return direction == Direction::kDown ? down_ : up_;
  }
  // Prints the frames that are whole.
  absl::Status PrintFrames(Direction direction);
  absl::Status Finish(Direction direction);
  // `status` with the direction it is about and what else the octets could be:
  // if no frame was seen at all, and where it depends on the form, which no
  // octets say and may be found wrong late.
  absl::Status Explain(Direction direction, const absl::Status& status);

  const DumpOptions& options_;
  FramePrinter* const printer_;
  std::ostream* const out_;
  FrameDecoder down_;
  FrameDecoder up_;
  bool looks_like_text_ = false;
};

absl::Status Capture::DumpRaw(int fd) {
  for (bool first = true;; first = false) {
    const absl::Span<char> space = decoder(options_.direction).PrepareReceive();
    const absl::StatusOr<size_t> got = ReadSome(fd, space);
    if (!got.ok()) return got.status();
    if (*got == 0) return Finish(options_.direction);
    if (first) {
      const absl::Span<char> front = space.first(std::min<size_t>(*got, 8));
      looks_like_text_ = std::all_of(front.begin(), front.end(), [](char c) {
        return absl::ascii_isprint(static_cast<unsigned char>(c)) ||
               absl::ascii_isspace(static_cast<unsigned char>(c));
      });
    }
    decoder(options_.direction).CommitReceive(*got);
    const absl::Status status = PrintFrames(options_.direction);
    if (!status.ok()) return status;
  }
}

absl::Status Capture::DumpHex(int fd) {
  HexReader reader(options_.direction,
                   [this](Direction direction, absl::string_view octets) {
                     decoder(direction).Append(octets);
                     return PrintFrames(direction);
                   });
  const auto buffer = std::make_unique<char[]>(kHexReadSize);
  for (;;) {
    const absl::StatusOr<size_t> got =
        ReadSome(fd, absl::MakeSpan(buffer.get(), kHexReadSize));
    if (!got.ok()) return got.status();
    if (*got == 0) break;
    const absl::Status status =
        reader.Feed(absl::string_view(buffer.get(), *got));
    if (!status.ok()) return status;
  }
  absl::Status status = reader.Finish();
  if (status.ok()) status = Finish(Direction::kDown);
  if (status.ok()) status = Finish(Direction::kUp);
  return status;
}

absl::Status Capture::PrintFrames(Direction direction) {
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

absl::Status Capture::Finish(Direction direction) {
  return Explain(direction, decoder(direction).Finish());
}

absl::Status Capture::Explain(Direction direction, const absl::Status& status) {
  if (status.ok()) return status;
  const bool down = direction == Direction::kDown;
  std::string hint;
  if (decoder(direction).offset() == 0 || down) {
    hint = absl::StrCat(
        "; is it --direction=", down ? "down" : "up",
        down ? (options_.form == Form::kSync ? " --form=sync" : " --form=async")
             : "",
        "?");
    if (looks_like_text_) hint = "; it looks like text: hex text needs --hex";
  }
  return absl::Status(status.code(), absl::StrCat(down ? "parent to child: "
                                                       : "child to parent: ",
                                                  status.message(), hint));
}

// Returns the exit code for one file, after its error line.
int DumpFile(const std::string& name, const DumpOptions& options,
             const Streams& streams, FramePrinter* printer) {
  const auto fail = [&](int code, absl::string_view message) {
    streams.out->flush();
    *streams.err << absl::StrCat("forkrpc: ", OneLine(message), "\n");
    return code;
  };
  absl::StatusOr<InputFile> input = InputFile::Open(name, streams.in);
  if (!input.ok()) return fail(kExitUsage, input.status().message());
  printer->BeginFile(name);
  Capture capture(options, printer, streams.out);
  const absl::Status status =
      options.hex ? capture.DumpHex(input->fd()) : capture.DumpRaw(input->fd());
  if (status.ok()) return kExitOk;
  return fail(kExitFailed, absl::StrCat(name == "-" ? "standard input" : name,
                                        ": ", status.message()));
}

}  // namespace

int RunDump(const std::vector<std::string>& arguments, const Streams& streams) {
  absl::StatusOr<DumpOptions> options = ParseDumpOptions(arguments);
  if (options.ok() && options->files.empty()) {
    if (isatty(streams.in) != 0) {
      options = absl::InvalidArgumentError(
          "nothing to dump: name a capture, or pipe one in");
    } else {
      options->files = {"-"};
    }
  }
  if (!options.ok()) {
    *streams.err << absl::StrCat(
        "forkrpc: ", OneLine(options.status().message()),
        "; see `forkrpc help dump`\n");
    return kExitUsage;
  }
  FramePrinter printer(*options, streams.out);
  int code = kExitOk;
  for (const std::string& name : options->files) {
    code = std::max(code, DumpFile(name, *options, streams, &printer));
  }
  streams.out->flush();
  if (!streams.out->good()) {
    *streams.err << "forkrpc: cannot write to standard output\n";
    return kExitFailed;
  }
  if (code == kExitOk && printer.bad_frames() > 0) {
    *streams.err << absl::StrCat(
        "forkrpc: ", printer.bad_frames(), " bad frame",
        printer.bad_frames() == 1 ? "" : "s", ", marked ",
        options->format == DumpFormat::kJson ? "\"problem\"\n" : "!\n");
    return kExitFailed;
  }
  return code;
}

}  // namespace forkrpc::cli
