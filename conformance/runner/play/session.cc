// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/play/session.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "conformance/runner/play/mismatch.h"
#include "conformance/runner/testee/wire_ends.h"
#include "conformance/runner/wire/length_hint.h"
#include "conformance/runner/wire/octets_text.h"
#include "conformance/runner/wire/text_hint.h"

namespace forkrpc::conformance {
namespace {

constexpr size_t kReadOctets = size_t{64} << 10;
constexpr size_t kErrorsKept = size_t{4} << 10;
constexpr size_t kUnfinishedKept = size_t{4} << 10;
constexpr uint64_t kMostHeld = uint64_t{256} << 20;
constexpr size_t kLongestReport = size_t{160} << 20;
constexpr absl::Duration kAwaitRead = absl::Milliseconds(100);
// A wire that was closed may be seen to be a little later.
constexpr absl::Duration kClosesWithin = absl::Seconds(1);
constexpr int kHighestStatus = 255;
constexpr absl::Duration kLongSlice = absl::Milliseconds(20);
constexpr absl::Duration kShortSlice = absl::Microseconds(50);

int Poll(pollfd* fds, int count, absl::Duration timeout) {
  const timespec limit = absl::ToTimespec(timeout);
  return ppoll(fds, static_cast<nfds_t>(count), &limit, nullptr);
}

// Reads once. Octets read; 0 and *ended at the end of the stream or at an
// error, which for a peer that may be killed at any time is the same.
size_t ReadSome(int fd, std::vector<char>* buffer, bool* ended) {
  buffer->resize(kReadOctets);
  const ssize_t count = read(fd, buffer->data(), buffer->size());
  if (count > 0) return static_cast<size_t>(count);
  *ended = count == 0 || (errno != EAGAIN && errno != EINTR);
  return 0;
}

}  // namespace

Session::Session(const SessionOptions& options, TesteeProcess testee)
    : options_(options),
      testee_(std::move(testee)),
      log_(options.role, options.form),
      watchdog_(options.watchdog),
      scanner_(LayoutTo(options.role == CHILD ? PARENT : CHILD, options.form)) {
  reports_ended_ = options.role == CHILD;
}

void Session::QueueChunk(std::string octets, bool await_read) {
  if (!octets.empty()) chunks_.push_back({std::move(octets), await_read});
}

void Session::QueueHalfClose() {
  chunks_.push_back({std::string(), false, /*half_close=*/true});
}

void Session::QueueCommand(const std::string& line) {
  log_.Line(WireLog::kToTestee, line, elapsed());
  absl::StrAppend(&commands_, line, "\n");
}

void Session::CloseWire() {
  Remark("the runner closes the wire");
  if (options_.record != nullptr) options_.record->ReceivedLoss(elapsed());
  testee_.wire_in().Close();
  testee_.wire_out().Close();
  chunks_.clear();
  wire_ended_ = true;
  end_ = WireEnd::kClosed;
}

void Session::NotLookedAt(absl::string_view what) {
  Remark(absl::StrCat("not looked at: ", what));
  if (not_looked_at_.empty()) not_looked_at_ = std::string(what);
}

uint64_t Session::OctetsWaiting() {
  int count = 0;
  if (!testee_.wire_in().valid() ||
      ioctl(testee_.wire_in().get(), FIONREAD, &count) != 0) {
    return 0;
  }
  return static_cast<uint64_t>(count);
}

bool Session::all_written() {
  return chunks_.empty() || !testee_.wire_out().valid();
}

int Session::Unread() {
  if (!testee_.wire_out().valid()) return 0;
  return OctetsUnread(testee_.wire_out().get(), testee_.transport());
}

bool Session::all_read() { return all_written() && Unread() == 0; }

bool Session::all_commands_read() {
  int unread = 0;
  if (!testee_.commands().valid()) return true;
  // Where the system cannot tell, nothing is unread.
  ioctl(testee_.commands().get(), FIONREAD, &unread);
  return commands_.empty() && unread == 0;
}

bool Session::AwaitingRead() {
  if (!awaiting_read_) return false;
  if (Unread() == 0) {
    awaiting_read_ = false;
  } else if (watched() > await_until_) {
    // It does not read now; asking again for each octet would take minutes.
    awaiting_read_ = false;
    read_awaited_in_vain_ = true;
  }
  return awaiting_read_;
}

void Session::HalfCloseNow() {
  Remark("the runner half-closes");
  end_ = WireEnd::kHalfClosed;
  if (options_.record != nullptr) options_.record->ReceivedEnd(elapsed());
  if (testee_.wire_is_socket()) {
    shutdown(testee_.wire_out().get(), SHUT_WR);
  }
  testee_.wire_out().Close();
}

bool Session::WriteWire() {
  bool moved = false;
  while (!chunks_.empty() && testee_.wire_out().valid() && !AwaitingRead()) {
    Chunk& chunk = chunks_.front();
    if (chunk.half_close) {
      HalfCloseNow();
      chunks_.pop_front();
      return true;
    }
    const absl::string_view rest =
        absl::string_view(chunk.octets).substr(chunk_written_);
    const ssize_t count =
        testee_.wire_is_socket()
            ? send(testee_.wire_out().get(), rest.data(), rest.size(),
                   MSG_NOSIGNAL)
            : write(testee_.wire_out().get(), rest.data(), rest.size());
    if (count < 0) {
      if (errno == EAGAIN || errno == EINTR) return moved;
      Remark("the testee reads no more: writing fails");
      testee_.wire_out().Close();
      chunks_.clear();
      return true;
    }
    moved = true;
    log_.Chunk(WireLog::kToTestee, rest.substr(0, count), elapsed());
    if (options_.record != nullptr) {
      options_.record->Received(rest.substr(0, count), elapsed());
    }
    chunk_written_ += static_cast<size_t>(count);
    if (chunk_written_ < chunk.octets.size()) continue;
    awaiting_read_ = chunk.await_read && !read_awaited_in_vain_;
    await_until_ = watched() + kAwaitRead;
    chunk_written_ = 0;
    chunks_.pop_front();
    if (chunks_.empty()) read_awaited_in_vain_ = false;
  }
  return moved;
}

void Session::TakeOctets(absl::string_view octets) {
  log_.Chunk(WireLog::kFromTestee, octets, elapsed());
  if (options_.record != nullptr) options_.record->Sent(octets, elapsed());
  octets_held_ += octets.size();
  const uint64_t from = scanner_.offset();
  scanner_.Scan(octets, [&](const FrameScanner::Piece& piece) {
    if (piece.last) {
      unfinished_at_ = piece.header.offset + HeaderSize(scanner_.layout()) +
                       piece.header.length;
      unfinished_.clear();
    }
    if (!stream_error_.ok()) return;
    if (piece.is_header && piece.header.length > options_.largest_payload) {
      std::string octets;
      if (scanner_.layout() == Layout::kIdLength) {
        AppendU32(piece.header.id, &octets);
      }
      AppendU32(piece.header.length, &octets);
      const std::string text = TextHint(octets);
      stream_error_ = Blaming(
          absl::DataLossError(absl::StrFormat(
              "the frame at octet %d has length %d (0x%08x), but no frame of "
              "this case is longer than %d octets%s%s",
              piece.header.offset, piece.header.length, piece.header.length,
              options_.largest_payload,
              LengthBeyondHint(piece.header.length, options_.largest_payload),
              text)),
          text.empty() ? "" : kNothingBetweenFrames);
      return;
    }
    payload_.append(piece.octets.data(), piece.octets.size());
    if (!piece.last) return;
    frames_.push_back({piece.header, std::exchange(payload_, {})});
  });
  const uint64_t whole = std::max(unfinished_at_, from) - from;
  absl::StrAppend(&unfinished_, octets.substr(whole).substr(
                                    0, kUnfinishedKept - unfinished_.size()));
  if (octets_held_ > kMostHeld && stream_error_.ok()) {
    stream_error_ = absl::DataLossError(
        absl::StrCat("the testee sent more than ", kMostHeld, " octets"));
  }
}

bool Session::ReadWire() {
  std::vector<char> buffer;
  bool ended = false;
  const size_t count = ReadSome(testee_.wire_in().get(), &buffer, &ended);
  if (count > 0) TakeOctets(absl::string_view(buffer.data(), count));
  if (ended) {
    Remark("the testee has closed its direction of the wire");
    if (options_.record != nullptr) options_.record->SentEnd(elapsed());
    testee_.wire_in().Close();
    wire_ended_ = true;
  }
  return count > 0 || ended;
}

bool Session::WriteCommands() {
  const absl::string_view rest =
      absl::string_view(commands_).substr(commands_written_, kReadOctets);
  const ssize_t count =
      write(testee_.commands().get(), rest.data(), rest.size());
  if (count > 0) {
    commands_written_ += static_cast<size_t>(count);
    if (commands_written_ == commands_.size()) {
      commands_.clear();
      commands_written_ = 0;
    }
    return true;
  }
  if (errno == EAGAIN || errno == EINTR) return false;
  Remark("the adapter reads no more commands");
  testee_.commands().Close();
  commands_.clear();
  commands_written_ = 0;
  return true;
}

bool Session::TakeEnd() {
  if (!options_.among_many) return false;
  absl::string_view rest = report_part_;
  int status = 0;
  if (testee_.session_ended()) {
    stream_error_.Update(Mismatch(
        absl::StrCat("behind the end of the session standard output has \"",
                     DescribeOctets(report_part_), "\"")));
  } else if (absl::ConsumePrefix(&rest, "ended ") &&
             absl::SimpleAtoi(rest, &status) && status >= 0 &&
             status <= kHighestStatus) {
    testee_.EndSession(status);
    reports_ended_ = true;
    ended_at_ = watched();
  } else if (options_.role == PARENT) {
    return false;
  } else {
    stream_error_.Update(Mismatch(absl::StrCat(
        "standard output has \"", DescribeOctets(report_part_),
        "\", where a child that serves many sessions says only how one "
        "ended")));
  }
  report_part_.clear();
  return true;
}

bool Session::KeepsWire() const {
  return testee_.session_ended() && !wire_ended_ && !stalled_ &&
         watched() - ended_at_ > kClosesWithin;
}

void Session::TakeReport() {
  log_.Line(WireLog::kFromTestee, report_part_, elapsed());
  if (TakeEnd()) return;
  // Who reports an error has acted on what is in error. What it sent before may
  // still wait to be read.
  if (options_.record != nullptr && !stalled_ &&
      absl::StartsWith(report_part_, "error")) {
    while (!wire_ended_ && ReadWire()) continue;
    options_.record->ProvedToHaveRead(elapsed());
  }
  reports_.push_back(std::exchange(report_part_, {}));
  spoke_ = true;
}

bool Session::ReadReports() {
  std::vector<char> buffer;
  bool ended = false;
  const size_t count = ReadSome(testee_.reports().get(), &buffer, &ended);
  for (size_t i = 0; i < count; ++i) {
    if (buffer[i] != '\n') {
      report_part_ += buffer[i];
      continue;
    }
    TakeReport();
  }
  octets_held_ += count;
  if (octets_held_ > 2 * kMostHeld || report_part_.size() > kLongestReport) {
    stream_error_.Update(absl::DataLossError("the adapter reports no end"));
  }
  if (ended) {
    Remark("the adapter has closed its standard output");
    testee_.reports().Close();
    reports_ended_ = true;
  }
  return count > 0 || ended;
}

bool Session::ReadErrors() {
  std::vector<char> buffer;
  bool ended = false;
  const size_t count = ReadSome(testee_.errors().get(), &buffer, &ended);
  errors_tail_.append(buffer.data(), count);
  if (errors_tail_.size() > 2 * kErrorsKept) {
    errors_tail_.erase(0, errors_tail_.size() - kErrorsKept);
  }
  if (ended) testee_.errors().Close();
  // What it says on standard error is no progress: it may say it for ever.
  return false;
}

void Session::DrainErrors() {
  pollfd fd = {testee_.errors().get(), POLLIN, 0};
  // Bounded: a process that has left the group may write for ever.
  for (int i = 0; i < 64 && testee_.errors().valid(); ++i) {
    if (Poll(&fd, 1, absl::ZeroDuration()) <= 0) return;
    ReadErrors();
  }
}

void Session::AwaitExit() {
  const absl::Duration until = watched() + options_.watchdog;
  while (!testee_.PeekExit().has_value() && watched() < until) {
    if (options_.interrupted != nullptr && *options_.interrupted) return;
    PollOnce();
    stopwatch_.Look();
  }
}

bool Session::PollOnce() {
  pollfd fds[5];
  int count = 0;
  // The descriptor's place in fds, or -1.
  const auto add = [&](const ScopedFd& fd, int16_t events, bool wanted) {
    if (!fd.valid() || !wanted) return -1;
    fds[count] = {fd.get(), events, 0};
    return count++;
  };
  const bool awaiting = AwaitingRead();
  const int wire_in = add(testee_.wire_in(), POLLIN, !stalled_);
  const int wire_out =
      add(testee_.wire_out(), POLLOUT, !chunks_.empty() && !awaiting);
  const int commands = add(testee_.commands(), POLLOUT, !commands_.empty());
  const int reports = add(testee_.reports(), POLLIN, true);
  const int errors = add(testee_.errors(), POLLIN, true);
  // With no descriptor left it is the program's end that is waited for.
  const absl::Duration slice =
      awaiting || often_ || count == 0 ? kShortSlice : kLongSlice;
  if (Poll(fds, count, slice) <= 0) return false;
  const auto ready = [&](int place) {
    return place >= 0 && fds[place].revents != 0;
  };
  bool moved = false;
  if (ready(wire_in)) moved |= ReadWire();
  if (ready(wire_out)) moved |= WriteWire();
  if (ready(commands)) moved |= WriteCommands();
  if (ready(reports)) moved |= ReadReports();
  if (ready(errors)) moved |= ReadErrors();
  return moved;
}

std::string Session::WhatIsMissing() const {
  if (scanner_.in_payload()) {
    return absl::StrCat("; of a frame of ", scanner_.header().length,
                        " payload octets ", scanner_.payload_have(),
                        " have arrived");
  }
  if (scanner_.inside_frame()) {
    return absl::StrCat("; ", scanner_.header_have(),
                        " octets of a header have arrived");
  }
  return "";
}

std::string Session::Howl(Watchdog::Bark bark, absl::string_view what) const {
  if (bark == Watchdog::Bark::kTooLong) {
    return absl::StrCat(
        "still waiting for ", what, " after ",
        absl::FormatDuration(absl::Trunc(
            Watchdog::kLimitsInAll * options_.watchdog, absl::Seconds(1))),
        " in all");
  }
  const bool worked = bark == Watchdog::Bark::kWorksInVain;
  return absl::StrCat(
      "nothing moved for ",
      absl::FormatDuration(
          absl::Trunc(std::max(watchdog_.silence() - Stopwatch::kLongestLook,
                               options_.watchdog),
                      absl::Milliseconds(100))),
      worked ? ", though the testee used the processor," : "",
      " while waiting for ", what, WhatIsMissing());
}

void Session::PumpFor(absl::Duration time, absl::FunctionRef<bool()> done) {
  const absl::Duration until = watched() + time;
  while (!done() && watched() < until) {
    PollOnce();
    stopwatch_.Look();
  }
}

absl::Status Session::PumpUntil(absl::FunctionRef<bool()> done,
                                absl::string_view what) {
  watchdog_.Begin();
  while (!done()) {
    if (!stream_error_.ok()) return stream_error_;
    const bool moved = PollOnce();
    if (moved) ended_at_ = watched();
    if (KeepsWire()) {
      return Mismatch(
          "the testee said that the session has ended, but keeps its wire "
          "open");
    }
    // While the runner itself stood still, nobody looked.
    const Watchdog::Bark bark = watchdog_.Look(
        stopwatch_.Look(), moved, [&] { return GroupActivity(testee_.pid()); });
    if (options_.interrupted != nullptr && *options_.interrupted) {
      return absl::CancelledError("interrupted");
    }
    if (bark != Watchdog::Bark::kNone) {
      return absl::DeadlineExceededError(Howl(bark, what));
    }
  }
  return absl::OkStatus();
}

}  // namespace forkrpc::conformance
