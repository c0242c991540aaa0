// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/tap/tap_observer.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tools/capture/capture_format.h"

namespace forkrpc::conformance {
namespace {

capture::Sender SenderOf(Toward toward) {
  return toward == Toward::kChild ? capture::Sender::kParent
                                  : capture::Sender::kChild;
}

absl::string_view SenderName(Toward toward) {
  return Name(toward == Toward::kChild ? End::kParent : End::kChild);
}

// A header, and what is to be kept of a payload behind it; not so little that
// short frames need a packet each.
size_t KeptOfPacket(uint64_t snap) {
  constexpr uint64_t kHeader = 8;
  constexpr uint64_t kLeast = 256;
  return std::max(std::min(snap, uint64_t{capture::kMaxSegment}) + kHeader,
                  kLeast);
}

absl::Status OpenIfNamed(const std::string& path,
                         std::optional<RecordFile>* file) {
  if (path.empty()) return absl::OkStatus();
  absl::StatusOr<RecordFile> opened = RecordFile::Open(path);
  if (!opened.ok()) return opened.status();
  file->emplace(*std::move(opened));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<TapObserver>> TapObserver::Create(
    TapObserverOptions options) {
  absl::StatusOr<WireJudge> judge = WireJudge::Create(options.judge);
  if (!judge.ok()) return judge.status();
  auto observer =
      absl::WrapUnique(new TapObserver(std::move(options), *std::move(judge)));
  const absl::Status opened = observer->OpenFiles();
  if (!opened.ok()) return opened;
  return observer;
}

absl::Status TapObserver::OpenFiles() {
  absl::Status status = OpenIfNamed(options_.log, &log_file_);
  status.Update(OpenIfNamed(options_.wire, &wire_file_));
  status.Update(OpenIfNamed(options_.pcap, &pcap_file_));
  if (!status.ok()) return status;
  if (log_file_.has_value()) {
    log_.emplace(CHILD, options_.judge.async ? ASYNC : SYNC, options_.snap,
                 [this](absl::string_view text) { log_file_->Append(text); });
    log_->Remark(absl::StrCat("tap: > goes to the child, < to the parent; ",
                              options_.judge.async ? "async" : "sync",
                              " form; ", options_.subject),
                 stopwatch_.elapsed());
  }
  if (wire_file_.has_value()) {
    record_.emplace(
        options_.judge, options_.snap,
        [this](absl::string_view text) { wire_file_->Append(text); });
  }
  if (pcap_file_.has_value()) return OpenCapture();
  return absl::OkStatus();
}

absl::Status TapObserver::OpenCapture() {
  capture::PcapngOptions file;
  if (options_.snap != UINT64_MAX) file.snap = KeptOfPacket(options_.snap);
  file.application = "forkrpc-conformance tap";
  capture_file_.emplace(
      [this](absl::string_view block) {
        pcap_file_->Append(block);
        return absl::OkStatus();
      },
      file);
  capture::StreamOptions stream;
  stream.port = options_.judge.async ? capture::kAsyncPort : capture::kSyncPort;
  stream.comment = options_.subject;
  capture_.emplace(&*capture_file_, stream);
  const Form form = options_.judge.async ? ASYNC : SYNC;
  for (const Role receiver : {CHILD, PARENT}) {
    cutters_.emplace_back(LayoutTo(receiver, form), options_.snap);
  }
  return capture_->Open(absl::Now());
}

void TapObserver::Remark(absl::string_view text, absl::Duration when) {
  if (log_.has_value()) log_->Remark(text, when);
}

void TapObserver::Capture(const absl::Status& status) {
  if (!status.ok()) Remark(status.message(), stopwatch_.elapsed());
}

void TapObserver::CaptureOctets(Toward toward, absl::string_view octets) {
  const absl::Time now = absl::Now();
  const capture::Sender sender = SenderOf(toward);
  if (options_.snap == UINT64_MAX) {
    return Capture(capture_->Write(sender, octets, now));
  }
  // Headers of frames must be there wherever they stand in a packet, and what
  // is cut must not: a packet ends where a payload is cut, and has zeros there,
  // of which the file keeps none.
  PayloadCutter& cutter = cutters_[toward == Toward::kParent];
  cutter.Cut(octets, [&](absl::string_view kept, uint64_t cut) {
    const size_t room = KeptOfPacket(options_.snap);
    while (kept.size() > room) {
      Capture(capture_->Write(sender, kept.substr(0, room), now));
      kept.remove_prefix(room);
    }
    std::string packet(kept);
    packet.append(cut, '\0');
    Capture(capture_->Write(sender, packet, now));
  });
}

void TapObserver::Moved(Toward toward, absl::string_view octets) {
  judge_.Moved(toward, octets);
  if (logs()) {
    const absl::Duration when = stopwatch_.elapsed();
    if (log_.has_value()) {
      log_->Chunk(
          toward == Toward::kChild ? WireLog::kToTestee : WireLog::kFromTestee,
          octets, when);
    }
    if (record_.has_value()) record_->Moved(toward, octets, when);
    if (capture_.has_value()) CaptureOctets(toward, octets);
  }
  SayBreaches();
}

void TapObserver::Ended(Toward toward) {
  judge_.Ended(toward);
  const absl::Duration when = stopwatch_.elapsed();
  Remark(absl::StrCat(SenderName(toward), " ends its direction"), when);
  if (record_.has_value()) record_->Ended(toward, when);
  if (capture_.has_value()) {
    Capture(capture_->HalfClose(SenderOf(toward), absl::Now()));
  }
  SayBreaches();
}

void TapObserver::Lost(Toward toward) {
  judge_.Lost(toward);
  const absl::Duration when = stopwatch_.elapsed();
  Remark(absl::StrCat(SenderName(toward), " has gone"), when);
  if (record_.has_value()) record_->Lost(toward, when);
  if (capture_.has_value()) {
    Capture(capture_->Reset(SenderOf(toward), absl::Now()));
  }
  SayBreaches();
}

void TapObserver::ChildExited(int status, int signal) {
  judge_.ChildExited(status, signal);
  const absl::Duration when = stopwatch_.elapsed();
  Remark(signal != 0 ? absl::StrCat("the child is killed by signal ", signal)
                     : absl::StrCat("the child ends with status ", status),
         when);
  if (record_.has_value()) record_->ChildExited(status, signal, when);
  SayBreaches();
}

void TapObserver::SayBreaches() {
  for (const End end : {End::kParent, End::kChild}) {
    bool& told = told_[end == End::kChild];
    if (told || !judge_.breach(end).has_value()) continue;
    told = true;
    const std::string text = judge_.Text(end);
    const absl::Duration when = stopwatch_.elapsed();
    Remark(absl::StrCat("BROKEN ", text), when);
    if (record_.has_value()) {
      record_->Broken(end, judge_.breach(end)->reqs, when);
    }
    options_.say(text);
  }
}

bool TapObserver::pending() const {
  return (log_file_.has_value() && log_file_->pending()) ||
         (wire_file_.has_value() && wire_file_->pending()) ||
         (pcap_file_.has_value() && pcap_file_->pending());
}

void TapObserver::FlushOne(std::optional<RecordFile>* file) {
  if (!file->has_value()) return;
  const absl::Status status = (*file)->Flush();
  if (status.ok()) return;
  // Once; what is made for it goes with it.
  if (file == &log_file_) log_.reset();
  if (file == &wire_file_) record_.reset();
  if (file == &pcap_file_) capture_.reset();
  file->reset();
  options_.say(status.message());
}

void TapObserver::Flush() {
  FlushOne(&log_file_);
  FlushOne(&wire_file_);
  FlushOne(&pcap_file_);
}

void TapObserver::Finish() {
  const std::string hint = judge_.FormHint();
  if (!hint.empty() && !told_[0] && !told_[1]) options_.say(hint);
  Remark("the end", stopwatch_.elapsed());
  Flush();
}

}  // namespace forkrpc::conformance
