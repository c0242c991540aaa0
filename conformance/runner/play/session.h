// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Session: a running testee and the octets that go to and fro.
//
// It moves octets, splits what arrives into frames and report lines, and writes
// the wire log; it judges nothing but a length field that cannot be true. All
// writing is queued, and all moving is done inside PumpUntil, which reads
// whenever there is something to read (unless the reader is stalled), so that a
// testee can never block the runner for good. One thread; memory grows with
// what the testee sends, up to 256 MiB.
//
//   session.QueueChunk(octets);
//   absl::Status status = session.PumpUntil(
//       [&] { return !session.frames().empty() || session.wire_ended(); },
//       "the response");

#ifndef CONFORMANCE_RUNNER_PLAY_SESSION_H_
#define CONFORMANCE_RUNNER_PLAY_SESSION_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "conformance/runner/base/stopwatch.h"
#include "conformance/runner/play/watchdog.h"
#include "conformance/runner/play/wire_record.h"
#include "conformance/runner/testee/testee_process.h"
#include "conformance/runner/wire/frame_scanner.h"
#include "conformance/runner/wire/wire_log.h"
#include "forkrpc/conformance_case.pb.h"

namespace forkrpc::conformance {

// A frame from the testee.
struct Frame {
  FrameHeader header;
  std::string payload;
};

struct SessionOptions {
  Role role = CHILD;
  Form form = SYNC;
  absl::Duration watchdog;       // see Watchdog
  uint64_t largest_payload = 0;  // no longer frame can come from the testee
  WireRecord* record =
      nullptr;  // is told all that goes to and fro; may be null
  // The testee's process serves other sessions besides: on its reports it says
  // how this one ended.
  bool among_many = false;
  // Set from outside to end the run with Cancelled; may be null.
  const std::atomic<bool>* interrupted = nullptr;
};

// Invariants:
// 1. frames_ holds whole frames in the order of the wire, reports_ whole lines.
// 2. Octets are written in the order in which they were queued; a half-close
//    happens after all that was queued before it.
class Session {
 public:
  Session(const SessionOptions& options, TesteeProcess testee);

  // Wire to the testee. Each chunk is one write where the kernel takes it so;
  // with `await_read` the next one waits until the testee has read it, or for
  // 100 ms.
  void QueueChunk(std::string octets, bool await_read = false);
  void QueueHalfClose();
  void QueueCommand(const std::string& line);
  // Closes the wire in both directions at once; what was queued is lost.
  void CloseWire();
  void CloseCommands() { testee_.commands().Close(); }

  // While what is waited for is no descriptor's doing.
  void PollOften(bool often) { often_ = often; }
  void StallReader() { stalled_ = true; }
  void ResumeReader() { stalled_ = false; }
  // For a check that the system does not allow here: what was not looked at. A
  // run that is passed but for that is not passed.
  void NotLookedAt(absl::string_view what);
  const std::string& not_looked_at() const { return not_looked_at_; }
  // Octets that wait to be read from the wire.
  uint64_t OctetsWaiting();

  // Moves octets until done(). DeadlineExceeded if the watchdog barks first,
  // DataLoss if the testee's stream cannot be the one expected. `what`
  // completes "nothing moved for 2s while waiting for ...".
  absl::Status PumpUntil(absl::FunctionRef<bool()> done,
                         absl::string_view what);

  // Moves octets until done(), or for `time`, whatever the stream is.
  void PumpFor(absl::Duration time, absl::FunctionRef<bool()> done);

  // From the testee.
  std::deque<Frame>& frames() { return frames_; }
  const FrameScanner& scanner() const { return scanner_; }
  // The octets behind the last whole frame, from where a header should begin;
  // the first 4 KiB of them.
  absl::string_view unfinished() const { return unfinished_; }
  std::deque<std::string>& reports() { return reports_; }
  bool wire_ended() const { return wire_ended_; }
  bool reports_ended() const { return reports_ended_; }
  // Whether the adapter has reported a line so far.
  bool spoke() const { return spoke_; }
  const std::string& errors_tail() const { return errors_tail_; }
  // What is wrong with what has come, whether or not a step asked for it.
  const absl::Status& stream_error() const { return stream_error_; }
  // Takes what is left of standard error after the program's end.
  void DrainErrors();
  // Waits until the program has ended, for the watchdog or for an interruption.
  void AwaitExit();

  // Whether everything queued was written, or cannot be written any more.
  bool all_written();
  // Whether, besides, the testee has read it all from the kernel's buffers.
  bool all_read();
  // Whether an adapter has read all its commands from the kernel's buffers, or
  // reads none any more.
  bool all_commands_read();
  bool all_commands_written() const { return commands_.empty(); }
  // Whether the runner has said that nothing more comes over the wire.
  bool half_closed() const { return end_ != WireEnd::kOpen; }
  // Whether it has closed the wire.
  bool closed() const { return end_ == WireEnd::kClosed; }

  TesteeProcess& testee() { return testee_; }
  // The process, for its next session. Nothing else may be done here then.
  TesteeProcess Release() { return std::move(testee_); }
  WireLog& log() { return log_; }
  // Since the beginning; and that part of it in which the runner looked, by
  // which everything is judged.
  absl::Duration elapsed() const { return stopwatch_.elapsed(); }
  absl::Duration watched() const { return stopwatch_.watched(); }
  void Remark(absl::string_view text) { log_.Remark(text, elapsed()); }

 private:
  struct Chunk {
    std::string octets;
    bool await_read = false;
    bool half_close = false;
  };

  bool PollOnce();
  bool WriteWire();
  bool ReadWire();
  bool WriteCommands();
  bool TakeEnd();
  // Whether the session has ended with its wire still open.
  bool KeepsWire() const;
  void TakeReport();
  bool ReadReports();
  bool ReadErrors();
  std::string Howl(Watchdog::Bark bark, absl::string_view what) const;
  bool AwaitingRead();
  // Octets that the testee has not read from the kernel's buffers; 0 where the
  // system cannot tell.
  int Unread();
  void HalfCloseNow();
  void TakeOctets(absl::string_view octets);
  std::string WhatIsMissing() const;

  const SessionOptions options_;
  TesteeProcess testee_;
  WireLog log_;
  Stopwatch stopwatch_;
  Watchdog watchdog_;
  FrameScanner scanner_;
  absl::Status stream_error_;
  std::string payload_;  // of the frame that is arriving
  std::deque<Frame> frames_;
  std::string unfinished_;
  uint64_t unfinished_at_ = 0;  // its offset in the stream
  uint64_t octets_held_ = 0;
  std::deque<std::string> reports_;
  std::string report_part_;
  std::string errors_tail_;
  std::deque<Chunk> chunks_;
  size_t chunk_written_ = 0;
  std::string commands_;
  size_t commands_written_ = 0;
  bool wire_ended_ = false;
  bool reports_ended_ = false;
  absl::Duration ended_at_;  // of watched(): when the testee said so
  bool spoke_ = false;
  bool stalled_ = false;
  bool often_ = false;
  bool awaiting_read_ = false;
  bool read_awaited_in_vain_ = false;
  absl::Duration await_until_;  // of watched()
  enum class WireEnd { kOpen, kHalfClosed, kClosed };
  WireEnd end_ = WireEnd::kOpen;  // by the runner
  std::string not_looked_at_;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_PLAY_SESSION_H_
