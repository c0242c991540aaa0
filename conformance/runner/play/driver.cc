// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/play/driver.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "conformance/runner/testee/activity.h"
#include "conformance/runner/wire/length_hint.h"
#include "conformance/runner/wire/text_hint.h"

namespace forkrpc::conformance {
namespace {

// How long the runner waits for what no verdict depends on.
constexpr absl::Duration kPatience = absl::Milliseconds(500);
// A testee that has slept and has written nothing for so long is taken to be
// blocked; one that does not come to sleep is waited for kBlockedAtMost.
constexpr absl::Duration kBlocked = absl::Milliseconds(200);
constexpr absl::Duration kBlockedAtMost = absl::Seconds(5);
// What follows a wrong header is waited for so long, and compared so far.
constexpr absl::Duration kAfterHeader = absl::Milliseconds(200);
constexpr size_t kCompared = 2048;
constexpr absl::Duration kEndAtMost = absl::Milliseconds(200);

}  // namespace

absl::Status Driver::Do(const Step& step) {
  switch (step.kind_case()) {
    case Step::kHalfClose:
      session_.QueueHalfClose();
      return absl::OkStatus();
    case Step::kClose: {
      const absl::Status written = session_.PumpUntil(
          [&] { return session_.all_written(); }, "the testee to read");
      if (written.ok()) session_.CloseWire();
      return written;
    }
    case Step::kAwaitRead:
      return DoAwaitRead();
    case Step::kStallReader:
      session_.StallReader();
      return absl::OkStatus();
    case Step::kResumeReader:
      return DoResumeReader(step.resume_reader());
    case Step::kExpectEof:
      return AwaitEof();
    case Step::kExpectExit:
      return DoExpectExit(step.expect_exit().status());
    case Step::kMarkMemory:
      DoMarkMemory();
      return absl::OkStatus();
    case Step::kExpectMemory:
      return DoExpectMemory(step.expect_memory().max_growth());
    case Step::kMarkDescriptors:
      descriptor_mark_ = session_.testee().DescriptorCount();
      return absl::OkStatus();
    case Step::kExpectDescriptors:
      return DoExpectDescriptors(step.expect_descriptors().max_growth());
    default:
      return DoForRole(step);
  }
}

std::string Driver::FirstOctets(const Send::Item& item, std::string octets) {
  if (item.first() == 0 || item.first() >= octets.size()) return octets;
  rest_ = octets.substr(item.first());
  octets.resize(item.first());
  return octets;
}

void Driver::QueueItems(const std::vector<std::string>& items,
                        const Send& send) {
  if (!send.cut().empty()) {
    const std::string together = absl::StrJoin(items, "");
    size_t from = 0;
    for (const uint32_t cut : send.cut()) {
      const size_t to = std::min<size_t>(cut, together.size());
      session_.QueueChunk(together.substr(from, to - from),
                          /*await_read=*/true);
      from = to;
    }
    session_.QueueChunk(together.substr(from));
    return;
  }
  Chunking chunking = send.chunking();
  if (chunking == CHUNKING_UNSPECIFIED) chunking = run_.chunking;
  std::string together;
  for (const std::string& item : items) {
    if (chunking == COALESCED || chunking == RANDOM_SPLITS) {
      together += item;
    } else if (chunking == EVERY_OCTET) {
      for (const char octet : item) {
        session_.QueueChunk(std::string(1, octet), /*await_read=*/true);
      }
    } else {
      session_.QueueChunk(item);
    }
  }
  if (chunking != RANDOM_SPLITS) {
    session_.QueueChunk(std::move(together));
    return;
  }
  for (const absl::string_view piece : splits_.Cut(together)) {
    session_.QueueChunk(std::string(piece), /*await_read=*/true);
  }
}

absl::StatusOr<Frame> Driver::NextFrame(
    absl::string_view what,
    absl::FunctionRef<absl::Status(const FrameHeader&)> judge_header) {
  absl::Status judged;
  std::optional<uint64_t> judged_at;
  const absl::Status status = session_.PumpUntil(
      [&] {
        const FrameScanner& scanner = session_.scanner();
        if (session_.frames().empty() && scanner.in_payload() &&
            judged_at != scanner.header().offset) {
          judged_at = scanner.header().offset;
          judged = judge_header(scanner.header());
        }
        return !judged.ok() || !session_.frames().empty() ||
               session_.wire_ended();
      },
      what);
  if (!status.ok()) return status;
  if (!judged.ok()) return judged;
  if (session_.frames().empty()) {
    return absl::UnavailableError(absl::StrCat(
        "the testee closed its direction of the wire instead of sending ", what,
        session_.scanner().inside_frame() ? ", inside a frame" : ""));
  }
  Frame frame = std::move(session_.frames().front());
  session_.frames().pop_front();
  return frame;
}

absl::Status Driver::ExplainHeader(const absl::Status& wrong,
                                   const std::vector<std::string>& payloads) {
  const size_t header = HeaderSize(session_.scanner().layout());
  size_t longest = 0;
  for (const std::string& each : payloads) {
    longest = std::max(longest, std::min(each.size(), kCompared));
  }
  session_.PumpFor(kAfterHeader, [&] {
    return session_.unfinished().size() >= header + longest ||
           session_.wire_ended();
  });
  const absl::string_view octets = session_.unfinished();
  // An id that is awaited may look like text.
  const bool id_fits = run_.conformance_case->role() == CHILD &&
                       form() == ASYNC && !payloads.empty();
  const std::string hint = id_fits ? "" : TextHint(octets);
  if (!hint.empty()) {
    return Blaming(
        wrong, kNothingBetweenFrames,
        absl::StrCat(hint, run_.conformance_case->role() == CHILD
                               ? " FR-PRC-004 asks a child to keep its own "
                                 "output away from it"
                               : ""));
  }
  if (octets.size() < header) return wrong;
  const absl::string_view behind = octets.substr(header);
  const uint32_t length = session_.scanner().header().length;
  for (const std::string& payload : payloads) {
    const absl::string_view part =
        absl::string_view(payload).substr(0, kCompared);
    if (length > payload.size() && !IsMisencoded(length, payload.size()) &&
        absl::StartsWith(behind, part)) {
      return Blaming(wrong, kLengthCountsPayload,
                     "; the payload is right, its length is not");
    }
  }
  return wrong;
}

absl::Status Driver::DoAwaitRead() {
  const absl::Status written = session_.PumpUntil(
      [&] { return session_.all_written(); }, "the testee to read");
  if (!written.ok()) return written;
  session_.PollOften(true);
  // An adapter reads its commands whatever else it is doing (CONTRACT.md), so
  // there is no end to the patience with a slow one but the watchdog's.
  absl::Status read =
      session_.PumpUntil([&] { return session_.all_commands_read(); },
                         "the adapter to read its commands");
  const absl::Duration until = session_.watched() + kPatience;
  if (read.ok()) {
    read = session_.PumpUntil(
        [&] { return session_.all_read() || session_.watched() > until; },
        "the testee to read");
  }
  session_.PollOften(false);
  return read;
}

absl::Status Driver::AwaitBlocked() {
  const absl::Duration until = session_.watched() + kBlockedAtMost;
  absl::Duration since = session_.watched();
  uint64_t waiting = 0;
  const pid_t pid = session_.testee().pid();
  return session_.PumpUntil(
      [&] {
        const absl::Duration now = session_.watched();
        const uint64_t count = session_.OctetsWaiting();
        // A full socket does not show that the testee knows of it: on a busy
        // machine it has yet to get there.
        if (count != waiting || !session_.all_commands_written() ||
            IsRunnable(pid) ||
            (now - since >= kBlocked && GroupActivity(pid).runnable)) {
          since = now;
        }
        waiting = count;
        return now - since >= kBlocked || now > until;
      },
      "the testee's write to block");
}

absl::Status Driver::DoResumeReader(const ResumeReader& step) {
  const uint64_t after_octets = step.after_octets();
  const std::string what =
      absl::StrCat(after_octets, " octets that the runner has not read");
  absl::Status status = session_.PumpUntil(
      [&] {
        return session_.OctetsWaiting() >= after_octets ||
               session_.testee().PeekExit().has_value();
      },
      what);
  if (status.ok() && step.when_blocked()) status = AwaitBlocked();
  session_.ResumeReader();
  return status;
}

std::string Driver::RemarkOnUnasked(const Frame& /*frame*/) const { return ""; }

absl::Status Driver::AwaitEof() {
  absl::Status status = session_.PumpUntil(
      [&] { return !session_.frames().empty() || session_.wire_ended(); },
      "the end of the testee's stream");
  if (!status.ok()) return status;
  if (!session_.frames().empty()) {
    const Frame frame = std::move(session_.frames().front());
    session_.frames().pop_front();
    return Mismatch(absl::StrCat("expected the end of the stream, got ",
                                 Describe(frame), RemarkOnUnasked(frame)));
  }
  if (session_.scanner().inside_frame()) {
    const std::string hint = TextHint(session_.unfinished());
    return Mismatch(
        absl::StrCat("the testee's stream ends inside a frame", hint),
        hint.empty() ? "" : kNothingBetweenFrames);
  }
  return absl::OkStatus();
}

absl::Status Driver::DoExpectExit(ExpectExit::Status wanted) {
  const absl::Status status = session_.PumpUntil(
      [&] { return session_.testee().PeekExit().has_value(); },
      "the testee's program to end");
  if (!status.ok()) return status;
  const Exit exit = *session_.testee().PeekExit();
  if (exit.how == Exit::kUnknown && wanted != ExpectExit::ANY) {
    session_.NotLookedAt(
        "the exit status, which went to somebody else than the runner");
    return absl::OkStatus();
  }
  const bool signalled = exit.how == Exit::kSignal;
  bool good = true;
  std::string text;
  switch (wanted) {
    case ExpectExit::ZERO:
      good = exit.IsStatus(0);
      text = "exit status 0";
      break;
    case ExpectExit::NONZERO:
      good = !signalled && !exit.IsStatus(0);
      text = "an exit status other than 0";
      break;
    case ExpectExit::FAILED:
      good = !exit.IsStatus(0);
      text = "an exit status other than 0, or a signal";
      break;
    case ExpectExit::NOT_SIGNAL:
      good = !signalled;
      text = "an exit status";
      break;
    default:
      break;
  }
  if (good) return absl::OkStatus();
  const std::string what =
      absl::StrCat("expected ", text, ", the program ended with ", exit.Text());
  return signalled ? absl::UnavailableError(what) : Mismatch(what);
}

void Driver::DoMarkMemory() {
  resident_mark_ = session_.testee().StatusKilobytes("VmHWM");
  address_mark_ = session_.testee().StatusKilobytes("VmPeak");
}

bool Driver::Lives() {
  // What ends loses its figures a moment before its end can be seen.
  session_.PumpFor(kEndAtMost,
                   [&] { return session_.testee().PeekExit().has_value(); });
  return !session_.testee().PeekExit().has_value();
}

absl::Status Driver::DoExpectMemory(uint64_t max_growth) {
  const auto grown = [&](const std::string& key, std::optional<uint64_t> mark,
                         uint64_t limit) -> absl::Status {
    const std::optional<uint64_t> now = session_.testee().StatusKilobytes(key);
    if (!now.has_value() || !mark.has_value()) {
      if (Lives()) {
        session_.NotLookedAt(
            absl::StrCat("the testee's peak memory: this system shows no ", key,
                         " in /proc/PID/status"));
      }
      return absl::OkStatus();
    }
    if (*now <= *mark + limit) return absl::OkStatus();
    return Mismatch(absl::StrCat("the testee's peak memory (", key,
                                 ") has grown by ", *now - *mark,
                                 " KiB, the limit is ", limit, " KiB"));
  };
  absl::Status status = grown("VmHWM", resident_mark_, max_growth >> 10);
  status.Update(grown("VmPeak", address_mark_, max_growth >> 6));
  return status;
}

absl::Status Driver::DoExpectDescriptors(uint32_t max_growth) {
  const std::optional<int> now = session_.testee().DescriptorCount();
  if (!now.has_value() || !descriptor_mark_.has_value()) {
    if (Lives()) {
      session_.NotLookedAt(
          "the testee's descriptors: this system shows no /proc/PID/fd");
    }
    return absl::OkStatus();
  }
  if (*now <= *descriptor_mark_ + static_cast<int64_t>(max_growth)) {
    return absl::OkStatus();
  }
  return Mismatch(absl::StrCat(
      "the testee has ", *now, " descriptors, ", *now - *descriptor_mark_,
      " more than at the mark; the limit is ", max_growth));
}

}  // namespace forkrpc::conformance
