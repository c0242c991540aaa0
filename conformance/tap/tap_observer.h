// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TapObserver: what the tap makes of a wire: judgement, logs, a capture.
//
// It is told what a Passage hands on, behind that, so that no octet waits for
// it; says each breach in one line as soon as it is seen; and writes the
// annotated log, the record that `judge` replays and the capture, as far as
// they are asked for. A file that cannot be written any more is said once and
// left alone. One thread.
//
//   absl::StatusOr<std::unique_ptr<TapObserver>> observer =
//       TapObserver::Create(options);
//   Passage passage(std::move(parent), std::move(child), observer->get());
//   ... (*observer)->Finish();

#ifndef CONFORMANCE_TAP_TAP_OBSERVER_H_
#define CONFORMANCE_TAP_TAP_OBSERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "conformance/runner/base/stopwatch.h"
#include "conformance/runner/wire/payload_cutter.h"
#include "conformance/runner/wire/wire_log.h"
#include "conformance/tap/passage.h"
#include "conformance/tap/record_file.h"
#include "conformance/tap/tap_record.h"
#include "conformance/tap/wire_judge.h"
#include "tools/capture/pcapng_writer.h"
#include "tools/capture/stream_writer.h"

namespace forkrpc::conformance {

struct TapObserverOptions {
  WireJudgeOptions judge;
  // Paths; "" = none.
  std::string log;
  std::string wire;
  std::string pcap;
  uint64_t snap = UINT64_MAX;  // octets of each payload that they keep
  std::string subject;         // what is behind the tap, for the log
  // Is given each line for people, without its end.
  std::function<void(absl::string_view)> say;
};

// Invariant: told_[end] once the breach of that end has been said.
class TapObserver : public WireWitness {
 public:
  // FailedPrecondition, naming it, for a file that cannot be written.
  static absl::StatusOr<std::unique_ptr<TapObserver>> Create(
      TapObserverOptions options);

  void Moved(Toward toward, absl::string_view octets) override;
  void Ended(Toward toward) override;
  void Lost(Toward toward) override;
  void ChildExited(int status, int signal);

  // Whether something waits to be written; and to write it.
  bool pending() const;
  void Flush();
  // Nothing more comes.
  void Finish();

  const WireJudge& judge() const { return judge_; }

 private:
  TapObserver(TapObserverOptions options, WireJudge judge)
      : options_(std::move(options)), judge_(std::move(judge)) {}

  absl::Status OpenFiles();
  absl::Status OpenCapture();
  bool logs() const { return log_file_ || wire_file_ || pcap_file_; }
  void Remark(absl::string_view text, absl::Duration when);
  void Capture(const absl::Status& status);
  void CaptureOctets(Toward toward, absl::string_view octets);
  // Says what the judge has found by now.
  void SayBreaches();
  void FlushOne(std::optional<RecordFile>* file);

  const TapObserverOptions options_;
  WireJudge judge_;
  Stopwatch stopwatch_;
  std::optional<RecordFile> log_file_;
  std::optional<RecordFile> wire_file_;
  std::optional<RecordFile> pcap_file_;
  std::optional<WireLog> log_;
  std::optional<TapRecord> record_;
  std::optional<capture::PcapngWriter> capture_file_;
  std::optional<capture::StreamWriter> capture_;
  std::vector<PayloadCutter> cutters_;  // to the child, to the parent
  bool told_[2] = {false, false};       // of the parent, of the child
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_TAP_TAP_OBSERVER_H_
