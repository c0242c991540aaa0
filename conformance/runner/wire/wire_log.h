// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WireLog: what went over the wire in one run, annotated for people.
//
// Each chunk that was read or written is kept with its time, direction, hex
// dump and the frames whose headers it completes; commands, reports, steps and
// remarks stand between them in the order in which they happened. It keeps at
// most about 1 MiB: of a longer log the beginning and the end; or it hands each
// entry to somebody else and keeps nothing. It belongs to one thread and cannot
// fail.
//
//   WireLog log(PARENT, ASYNC);
//   log.Chunk(WireLog::kFromTestee, octets, elapsed);
//   std::cout << log.Text();

#ifndef CONFORMANCE_RUNNER_WIRE_WIRE_LOG_H_
#define CONFORMANCE_RUNNER_WIRE_WIRE_LOG_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "conformance/runner/wire/frame_scanner.h"
#include "conformance/runner/wire/payload_cutter.h"
#include "forkrpc/conformance_case.pb.h"

namespace forkrpc::conformance {

// How the frames are laid out that `receiver` reads in `form`.
constexpr Layout LayoutTo(Role receiver, Form form) {
  return receiver == CHILD && form == SYNC ? Layout::kLength
                                           : Layout::kIdLength;
}

// Invariant: tail_ is empty unless head_ is full.
class WireLog {
 public:
  enum Direction { kToTestee, kFromTestee };

  // `role` is the testee's. Times are since the start of the run.
  WireLog(Role role, Form form);
  // Entries go to `sink`, and of each payload only `snap` octets are shown.
  WireLog(Role role, Form form, uint64_t snap,
          std::function<void(absl::string_view)> sink);

  void Chunk(Direction direction, absl::string_view octets,
             absl::Duration when);
  // A line of the adapter's standard input (kToTestee) or output. Of many in a
  // row only the first ones are kept.
  void Line(Direction direction, absl::string_view line, absl::Duration when);
  // What the runner does or finds.
  void Remark(absl::string_view text, absl::Duration when);

  std::string Text() const;

 private:
  struct Stream {
    FrameScanner scanner;
    bool to_child;
    PayloadCutter cutter;
  };
  static Stream MakeStream(Role receiver, Form form, uint64_t snap);

  // The octets of a chunk, the first ones, as far as they are to be shown.
  static std::string Dump(absl::string_view octets, Stream* stream);

  // The lines for the headers that `octets`, the next of `stream`, complete.
  static std::string Annotate(absl::string_view octets, Stream* stream);
  void Add(std::string entry);
  // Says how many lines of a long row were left out, if any.
  void EndLines();
  void Keep(std::string entry);

  Stream streams_[2];
  const std::function<void(absl::string_view)> sink_;  // null: keep
  Direction line_direction_ = kToTestee;
  int lines_in_a_row_ = 0;
  size_t octets_kept_ = 0;
  size_t tail_octets_ = 0;
  size_t omitted_ = 0;
  std::vector<std::string> head_;
  std::deque<std::string> tail_;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_WIRE_WIRE_LOG_H_
