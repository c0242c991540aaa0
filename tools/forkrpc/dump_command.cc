// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/dump_command.h"

#include <errno.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "forkrpc/base/errno_status.h"
#include "tools/forkrpc/capture_dump.h"
#include "tools/forkrpc/connection_dump.h"
#include "tools/forkrpc/dump_options.h"
#include "tools/forkrpc/exit_codes.h"
#include "tools/forkrpc/frame_printer.h"
#include "tools/forkrpc/hex_reader.h"
#include "tools/forkrpc/input_file.h"
#include "tools/forkrpc/input_kind.h"
#include "tools/forkrpc/octet_text.h"
#include "tools/forkrpc/record_reader.h"

namespace forkrpc::cli {
namespace {

constexpr size_t kReadSize = size_t{64} << 10;

// Reads what is there; 0 at the end.
absl::StatusOr<size_t> ReadSome(int fd, absl::Span<char> space) {
  ssize_t got;
  do {
    got = read(fd, space.data(), space.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) return ErrnoStatus(errno, "cannot read");
  return static_cast<size_t>(got);
}

// One file, of whatever kind. Invariant: front_ is what was read of it to tell
// its kind, and nobody has had yet.
class FileDump : private RecordListener {
 public:
  FileDump(int fd, const DumpOptions& options, FramePrinter* printer,
           std::ostream* out)
      : fd_(fd), options_(options), printer_(printer), out_(out) {}

  absl::Status Dump();

 private:
  absl::StatusOr<InputKind> Kind();
  absl::Status DumpRaw();
  absl::Status DumpHex();
  absl::Status DumpRecord();
  absl::Status DumpStream();

  // Reads, front_ first.
  absl::StatusOr<size_t> Read(absl::Span<char> space);
  // Gives `feed` all the text.
  absl::Status FeedAll(
      const std::function<absl::Status(absl::string_view)>& feed);

  void Begin(InputKind kind, Form form) {
    connection_.emplace(options_, ConnectionDump::Origin{kind, form}, printer_,
                        out_);
  }
  absl::Status OnForm(Form form) override;
  absl::Status OnOctets(Direction direction,
                        absl::string_view octets) override {
    return connection_->Add(direction, octets);
  }
  absl::Status OnHalfClose(Direction direction) override {
    return connection_->End(direction, StreamEnd::kHalfClose);
  }
  absl::Status OnReset(Direction direction) override {
    return connection_->End(direction, StreamEnd::kReset);
  }

  const int fd_;
  const DumpOptions& options_;
  FramePrinter* const printer_;
  std::ostream* const out_;
  std::string front_;
  std::optional<ConnectionDump> connection_;
};

absl::Status FileDump::Dump() {
  const absl::StatusOr<InputKind> kind =
      options_.input ? *options_.input : Kind();
  if (!kind.ok()) return kind.status();
  switch (*kind) {
    case InputKind::kRaw:
      return DumpRaw();
    case InputKind::kHex:
      return DumpHex();
    case InputKind::kCapture:
      return DumpStream();
    case InputKind::kRecord:
      return DumpRecord();
  }
  return absl::OkStatus();
}

absl::StatusOr<InputKind> FileDump::Kind() {
  for (;;) {
    const std::optional<InputKind> kind = KindOf(front_);
    if (kind.has_value()) return *kind;
    char space[kKindOctets];
    const absl::StatusOr<size_t> got =
        ReadSome(fd_, absl::MakeSpan(space, kKindOctets - front_.size()));
    if (!got.ok()) return got.status();
    if (*got == 0) return InputKind::kRaw;
    front_.append(space, *got);
  }
}

absl::StatusOr<size_t> FileDump::Read(absl::Span<char> space) {
  if (front_.empty()) return ReadSome(fd_, space);
  const size_t size = std::min(space.size(), front_.size());
  std::copy_n(front_.begin(), size, space.begin());
  front_.erase(0, size);
  return size;
}

absl::Status FileDump::DumpRaw() {
  const Direction direction = options_.direction;
  Begin(InputKind::kRaw, options_.form.value_or(Form::kAsync));
  absl::Status status = connection_->Add(direction, front_);
  front_.clear();
  while (status.ok()) {
    const absl::StatusOr<size_t> got =
        ReadSome(fd_, connection_->Prepare(direction));
    if (!got.ok()) return got.status();
    if (*got == 0) return connection_->Finish(direction);
    status = connection_->Commit(direction, *got);
  }
  return status;
}

absl::Status FileDump::FeedAll(
    const std::function<absl::Status(absl::string_view)>& feed) {
  const auto buffer = std::make_unique<char[]>(kReadSize);
  for (;;) {
    const absl::StatusOr<size_t> got =
        Read(absl::MakeSpan(buffer.get(), kReadSize));
    if (!got.ok()) return got.status();
    if (*got == 0) return absl::OkStatus();
    const absl::Status status = feed(absl::string_view(buffer.get(), *got));
    if (!status.ok()) return status;
  }
}

absl::Status FileDump::DumpHex() {
  Begin(InputKind::kHex, options_.form.value_or(Form::kAsync));
  HexReader reader(options_.direction,
                   [this](Direction direction, absl::string_view octets) {
                     return connection_->Add(direction, octets);
                   });
  absl::Status status =
      FeedAll([&](absl::string_view text) { return reader.Feed(text); });
  if (status.ok()) status = reader.Finish();
  return status.ok() ? connection_->Finish() : status;
}

absl::Status FileDump::DumpRecord() {
  RecordReader reader(this);
  absl::Status status =
      FeedAll([&](absl::string_view text) { return reader.Feed(text); });
  if (status.ok()) status = reader.Finish();
  return status.ok() ? connection_->Finish() : status;
}

absl::Status FileDump::OnForm(Form form) {
  if (options_.form && *options_.form != form) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the record is of the ", form == Form::kSync ? "sync" : "async",
        " form: leave --form out"));
  }
  Begin(InputKind::kRecord, form);
  return absl::OkStatus();
}

absl::Status FileDump::DumpStream() {
  CaptureInput input;
  input.read = [this](absl::Span<char> space) { return Read(space); };
  const off_t here = lseek(fd_, 0, SEEK_CUR);
  if (here >= 0) {
    const off_t start = here - static_cast<off_t>(front_.size());
    input.rewind = [this, start] {
      return lseek(fd_, start, SEEK_SET) == start
                 ? absl::OkStatus()
                 : ErrnoStatus(errno, "cannot read again");
    };
  }
  return DumpCapture(input, options_, printer_, out_);
}

// Returns the exit code for one file, after its error line.
int DumpFile(const std::string& name, const DumpOptions& options,
             const Streams& streams, FramePrinter* printer) {
  const auto fail = [&](int code, absl::string_view front,
                        absl::string_view message) {
    streams.out->flush();
    // A list of streams has a line for each.
    *streams.err << absl::StrCat("forkrpc: ", OneLine(front));
    for (const absl::string_view line : absl::StrSplit(message, '\n')) {
      *streams.err << absl::StrCat(OneLine(line), "\n");
    }
    return code;
  };
  absl::StatusOr<InputFile> input = InputFile::Open(name, streams.in);
  if (!input.ok()) return fail(kExitUsage, input.status().message(), "");
  printer->BeginFile(name);
  const absl::Status status =
      FileDump(input->fd(), options, printer, streams.out).Dump();
  if (status.ok()) return kExitOk;
  return fail(kExitFailed,
              absl::StrCat(name == "-" ? "standard input" : name, ": "),
              status.message());
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
