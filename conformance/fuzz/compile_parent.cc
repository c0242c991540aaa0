// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "conformance/fuzz/compile.h"
#include "conformance/fuzz/raw_frames.h"
#include "conformance/fuzz/walk.h"

namespace forkrpc::conformance {
namespace {

constexpr uint32_t kMostTimes = 300;
constexpr uint64_t kMostInAll = uint64_t{40} << 20;
constexpr uint64_t kHeader = 8;
// What any transport holds.
constexpr uint32_t kFullBuffer = 32768;
// More than that blocks a parent whose child does not read.
constexpr uint64_t kBlocks = 600000;
constexpr uint32_t kRefusable = 1 << 20;
constexpr uint32_t kRefusedByAll = 0x80000000;
// Ids below may be those of calls in flight: a parent counts up from 1.
constexpr uint32_t kSurelyStray = 0x10000;

class ParentCompiler {
 public:
  ParentCompiler(const Plan& plan, const Machine& machine, const SpecText& spec,
                 const Without& without)
      : plan_(plan),
        async_(plan.form() == ASYNC),
        build_(plan, spec, without),
        walk_(machine) {}

  Compiled Run() {
    if (plan_.watch()) WarmUp();
    for (const Op& op : plan_.op()) Do(op);
    Finish();
    std::vector<std::string> base = {async_ ? "FR-FRM-002" : "FR-FRM-001",
                                     "FR-FRM-004",
                                     "FR-FRM-005",
                                     "FR-FRM-007",
                                     "FR-FRM-008",
                                     "FR-FRM-009",
                                     "FR-EVT-002",
                                     "FR-EVT-003",
                                     "FR-ORD-004",
                                     "FR-ORD-007",
                                     async_ ? "FR-SID-007" : "FR-ORD-002"};
    for (const char* req : {"FR-SID-001", "FR-SID-002"}) {
      if (async_) base.emplace_back(req);
    }
    return {build_.Finish(base), walk_.trace(), walk_.legal()};
  }

 private:
  struct PeerCall {
    std::string tag;
    uint32_t id;  // that a parent would give which counts upwards
  };
  struct Asked {  // of one command, whose requests have not been looked for
    std::string tag;
    uint32_t times;
  };

  void WarmUp() {
    Op op;
    *op.mutable_call()->add_payload() = OctetsPart("warm");
    Do(op);
    op.Clear();
    *op.mutable_answer()->add_payload() = OctetsPart("up");
    Do(op);
    Flush();
    build_.MarkWatch();
  }

  bool Sends() const { return !ended_ && !fault_; }

  void Do(const Op& op) {
    switch (op.kind_case()) {
      case Op::kCall:
        return DoCall(op.call());
      case Op::kAnswer:
        return DoAnswer(op);
      case Op::kEvent:
        return DoEvent(op);
      case Op::kRest:
        return SendRest(op);
      case Op::kStray:
        return DoStray(op);
      case Op::kLongHeader:
        return DoLongHeader(op, op.long_header());
      case Op::kRaw:
        return DoRaw(op);
      case Op::kExpect:
        if (!fault_ && !ended_) Flush();
        return;
      case Op::kAwaitRead:
        if (!ended_) build_.Add()->mutable_await_read();
        return;
      case Op::kPause:
        return Pause();
      case Op::kStall:
        if (!Sends() || stalled_) return;
        FlushRequests();
        build_.Add()->mutable_stall_reader();
        stalled_ = true;
        return;
      case Op::kResume:
        return Resume(op.resume().when_blocked());
      case Op::kDrop:
        return DoDrop();
      case Op::kHalfClose:
        return DoHalfClose();
      case Op::kClose:
        return DoClose();
      default:
        return;
    }
  }

  // ---- Calls.

  void DoCall(const Op::Call& call) {
    if (!Sends() || dropped_) return;
    const uint64_t size = PayloadSize(call.payload());
    uint64_t times = std::max(1U, std::min(call.times(), kMostTimes));
    times = std::max<uint64_t>(
        1, std::min(times, kMostInAll / 4 / (size + kHeader + 4)));
    if (build_.octets() + size > kMostInAll) return;
    const std::string tag = absl::StrCat("c", ++calls_);
    Request* const made = build_.Add()->mutable_command()->mutable_call();
    made->set_tag(tag);
    *made->mutable_payload() = call.payload();
    if (times > 1) {
      made->set_times(static_cast<uint32_t>(times));
      Part index;
      index.set_index(true);
      *made->add_payload() = index;
    }
    build_.CountOctets(times * (kHeader + 4 + size));
    if (stalled_) stalled_octets_ += times * (kHeader + 4 + size);
    asked_.push_back({tag, made->times()});
    again_ = std::nullopt;
  }

  // The requests of all calls come.
  void FlushRequests() {
    Resume(false);
    if (asked_.empty()) return;
    const bool strict =
        async_ && plan_.strict_ids() && build_.Wants("FR-SID-008");
    ExpectRequests* const expect =
        build_.Add(strict ? "FR-SID-008" : "")->mutable_expect_requests();
    expect->set_in_order(true);
    if (strict) expect->set_first_id(next_id_);
    for (const Asked& asked : std::exchange(asked_, {})) {
      ExpectRequests::Item* const item = expect->add_request();
      item->set_tag(asked.tag);
      item->set_times(asked.times);
      for (uint32_t i = 0; i < Copies(asked.times); ++i) {
        const uint32_t id = async_ ? next_id_++ : 0;
        in_flight_.push_back({TagOf(asked.tag, asked.times, i), id});
        walk_.Take(spec::SEND_REQUEST, id);
      }
    }
  }

  void FlushReports(const std::string& req = "") {
    build_.CloseGroup();
    if (owed_.empty()) return;
    ExpectReports* const expect = build_.Add(req)->mutable_expect_reports();
    for (ExpectReports::Item& item : std::exchange(owed_, {})) {
      *expect->add_item() = std::move(item);
    }
  }

  void Flush() {
    // A parent that cannot write goes on reading.
    if (stalled_) FlushReports("FR-LIM-004");
    FlushRequests();
    FlushReports();
  }

  // ---- Responses and events.

  void DoAnswer(const Op& op) {
    if (!Sends()) return;
    if (partial_.has_value()) SendRest(op);
    if (in_flight_.empty()) FlushRequests();
    if (in_flight_.empty()) return;
    const Op::Answer& answer = op.answer();
    uint32_t times = answer.first() != 0 ? 1 : std::max(1U, answer.times());
    for (uint32_t i = 0; i < times && !in_flight_.empty(); ++i) {
      Op one = op;
      if (i > 0) one.set_joined(true);
      AnswerOne(one, answer);
    }
  }

  void AnswerOne(const Op& op, const Op::Answer& answer) {
    const size_t place = async_ ? answer.which() % in_flight_.size() : 0;
    const PeerCall call = in_flight_[place];
    if (build_.octets() + PayloadSize(answer.payload()) > kMostInAll) return;
    in_flight_.erase(in_flight_.begin() + static_cast<int64_t>(place));
    Send::Item item;
    Response* const response = item.mutable_response();
    response->set_to(call.tag);
    *response->mutable_payload() = answer.payload();
    if (!async_) response->set_id(answer.id());
    ExpectReports::Item owed;
    owed.mutable_result()->set_tag(call.tag);
    *owed.mutable_result()->mutable_payload() = answer.payload();
    again_ = call.tag;
    SendFrame(op, item, owed, answer.payload(), answer.first(),
              async_ ? call.id : 1);
    if (partial_.has_value()) partial_call_ = call;
  }

  void DoEvent(const Op& op) {
    if (!Sends()) return;
    if (partial_.has_value()) SendRest(op);
    const Op::Event& event = op.event();
    const uint64_t size = PayloadSize(event.payload());
    if (build_.octets() + size > kMostInAll) return;
    const uint64_t most = std::max<uint64_t>(1, kMostInAll / 4 / (size + 8));
    const uint64_t times =
        event.first() != 0
            ? 1
            : std::min<uint64_t>(most, std::min(event.times(), kMostTimes));
    Send::Item item;
    *item.mutable_event()->mutable_payload() = event.payload();
    if (times > 1) item.mutable_event()->set_times(times);
    ExpectReports::Item owed;
    *owed.mutable_event() = item.event();
    SendFrame(op, item, owed, event.payload(), event.first(), 0);
  }

  void SendFrame(const Op& op, Send::Item item, const ExpectReports::Item& owed,
                 const Parts& payload, uint32_t first, uint32_t id) {
    const uint64_t size = kHeader + PayloadSize(payload);
    if (first != 0) {
      item.set_first(
          static_cast<uint32_t>(std::min<uint64_t>(first, size - 1)));
    }
    *build_.Item(op, size * Copies(item.event().times())) = item;
    if (first != 0) {
      partial_ = owed;
      partial_id_ = id;
      build_.CloseGroup();
      return;
    }
    Arrived(owed, id);
  }

  void SendRest(const Op& op) {
    if (!partial_.has_value() || !Sends()) return;
    Op now = op;
    now.set_joined(false);
    build_.Item(now, 0)->mutable_rest();
    Arrived(*std::exchange(partial_, std::nullopt), partial_id_);
    partial_call_ = std::nullopt;
  }

  // A frame has been sent whole.
  void Arrived(const ExpectReports::Item& owed, uint32_t id) {
    for (uint32_t i = 0; i < Copies(owed.event().times()); ++i) {
      walk_.Take(id == 0 ? spec::RECEIVE_EVENT : spec::RECEIVE_RESPONSE, id);
    }
    owed_.push_back(owed);
  }

  // ---- Faults.

  // How many calls are in flight for the parent.
  bool AnyInFlight() const {
    return !in_flight_.empty() || partial_call_.has_value() || !asked_.empty();
  }

  void DoStray(const Op& op) {
    if (!Sends()) return;
    if (partial_.has_value()) SendRest(op);
    Flush();
    const Op::Stray& stray = op.stray();
    if (AnyInFlight() && !async_) return;
    Send::Item item;
    Response* const response = item.mutable_response();
    if (stray.again() && again_.has_value()) {
      response->set_to(*again_);
    } else if (stray.id() != 0 &&
               (!AnyInFlight() || stray.id() >= kSurelyStray)) {
      response->set_id(stray.id());
    } else {
      response->set_stray(true);
    }
    *response->add_payload() = OctetsPart(stray.payload());
    *build_.Item(op, kHeader + stray.payload().size()) = item;
    behind_ = stray.behind() && build_.Wants("FR-ERR-006");
    if (behind_) {
      Op behind = op;
      behind.set_joined(true);
      *build_.Item(behind, kHeader + 6)->mutable_event()->add_payload() =
          OctetsPart("behind");
    }
    walk_.Take(spec::RECEIVE_RESPONSE, 0xfffffff0);
    Fault(AnyInFlight() ? "FR-ERR-001" : "FR-ERR-002");
    probe_ = !behind_;
  }

  void DoLongHeader(const Op& op, const Op::LongHeader& header) {
    if (!Sends() || header.length() == 0) return;
    if (partial_.has_value()) SendRest(op);
    Flush();
    Header* const sent = build_.Item(op, kHeader)->mutable_header();
    sent->set_id(header.id());
    sent->set_length(header.length());
    const std::string octets =
        header.octets().substr(0, std::min<size_t>(64, header.length() - 1));
    if (!octets.empty()) {
      Op behind = op;
      behind.set_joined(true);
      *build_.Item(behind, octets.size())->mutable_raw() = OctetsPart(octets);
    }
    if (plan_.watch()) {
      build_.Add()->mutable_await_read();
      build_.CheckWatch();
    }
    is_length_ = true;
    refused_by_all_ =
        header.length() >= kRefusedByAll && build_.Wants("FR-LIM-002");
    Fault("FR-LIM-002");
  }

  void Fault(const std::string& req) {
    fault_ = true;
    error_req_ = req;
  }

  // ---- Octets that were changed at random are frames again.

  void DoRaw(const Op& op) {
    Op now = op;
    for (const RawFrame& frame : ReadRaw(op.raw().octets(), true)) {
      if (!Sends()) return;
      const uint32_t id = frame.id;
      const absl::string_view payload = frame.payload;
      if (!frame.whole) {
        now.mutable_long_header()->set_id(id);
        now.mutable_long_header()->set_length(frame.length);
        now.mutable_long_header()->set_octets(std::string(payload));
        return DoLongHeader(now, now.long_header());
      }
      if (id == 0) {
        now.mutable_event()->clear_payload();
        if (!payload.empty()) {
          *now.mutable_event()->add_payload() = OctetsPart(payload);
        }
        DoEvent(now);
      } else if (async_ || !AnyInFlight()) {
        now.mutable_stray()->set_id(id);
        now.mutable_stray()->set_payload(std::string(payload));
        return DoStray(now);
      } else {
        now.mutable_answer()->set_id(id);
        now.mutable_answer()->clear_payload();
        if (!payload.empty()) {
          *now.mutable_answer()->add_payload() = OctetsPart(payload);
        }
        DoAnswer(now);
      }
      now.set_joined(true);
    }
  }

  // ---- The reader.

  void Resume(bool when_blocked) {
    if (!stalled_) return;
    ResumeReader* const step = build_.Add()->mutable_resume_reader();
    step->set_when_blocked(when_blocked);
    if (stalled_octets_ >= kBlocks) step->set_after_octets(kFullBuffer);
    stalled_ = false;
    stalled_octets_ = 0;
  }

  void Pause() {
    if (ended_) return;
    if (!stalled_) build_.Add()->mutable_stall_reader();
    build_.Add()->mutable_resume_reader()->set_when_blocked(true);
    stalled_ = false;
    stalled_octets_ = 0;
  }

  // ---- The end.

  void DoDrop() {
    if (!Sends() || dropped_) return;
    build_.Add()->mutable_command()->mutable_drop();
    dropped_ = true;
  }

  // The parent's half-close behind all its requests.
  void AwaitDrop() {
    if (!dropped_ || drop_seen_) return;
    FlushRequests();
    drop_seen_ = true;
    build_.Add("FR-CLS-001")->mutable_expect_eof();
    walk_.Take(spec::SEND_END);
  }

  // What the end of the stream means to the parent now.
  void Ended(bool loss) {
    const bool cut = partial_.has_value() || is_length_;
    const bool any = AnyInFlight();
    const bool was_refused = fault_ && !is_length_;
    if (is_length_ && refused_by_all_) walk_.Take(spec::REFUSE_LENGTH);
    walk_.Take(loss  ? spec::RECEIVE_LOSS
               : cut ? spec::RECEIVE_CUT
                     : spec::RECEIVE_END);
    ended_ = true;
    probe_ = false;
    if (was_refused) return;
    if (any) {
      Fault("FR-ERR-003");
    } else if (cut) {
      Fault("FR-ERR-005");
    } else if (!drop_seen_) {
      Fault("FR-CLS-012");
    }
  }

  void DoHalfClose() {
    if (ended_) return;
    if (!fault_) {
      AwaitDrop();
      Flush();
      if (!dropped_ && !AnyInFlight() && !partial_.has_value() &&
          !build_.Wants("FR-CLS-012")) {
        return;
      }
      build_.CheckWatch();
    }
    build_.Add()->mutable_half_close();
    Ended(/*loss=*/false);
  }

  void DoClose() {
    if (ended_) return;
    const bool blocks = stalled_ && stalled_octets_ >= kBlocks;
    if (blocks) {
      Resume(true);
      build_.Add()->mutable_stall_reader();
      FlushReports();
    } else if (!fault_) {
      AwaitDrop();
      Flush();
      if (!AnyInFlight() && !drop_seen_ && !build_.Wants("FR-CLS-012")) return;
    }
    if (!fault_) build_.CheckWatch();
    build_.Add()->mutable_close();
    closed_ = true;
    // Behind its own half-close a parent that has read all cannot tell a close
    // from a half-close.
    Ended(/*loss=*/!drop_seen_ || AnyInFlight());
  }

  void Finish() {
    if (!ended_ && !fault_) return FinishCleanly();
    if (is_length_ && !ended_ && !refused_by_all_) {
      build_.Add()->mutable_half_close();
      Ended(/*loss=*/false);
    }
    FlushReports();
    if (!fault_) return FinishClosed();
    if (!build_.Wants(error_req_)) return;
    if (is_length_ && refused_by_all_ && !ended_) {
      walk_.Take(spec::REFUSE_LENGTH);
    }
    build_.Add(error_req_)->mutable_expect_error()->set_probe(probe_);
    if (build_.Wants("FR-ERR-007")) AwaitFailed();
    // When the child has closed its own direction there is nobody to tell.
    if (!ended_ && build_.Wants("FR-ERR-013")) {
      build_.Add("FR-ERR-013")->mutable_expect_eof();
    }
    build_.Add()->mutable_command()->mutable_quit();
    build_.Add(behind_ ? "FR-ERR-006" : "")
        ->mutable_expect_exit()
        ->set_status(ExpectExit::NOT_SIGNAL);
  }

  void AwaitFailed() {
    ExpectReports failed;
    for (const PeerCall& call : in_flight_) {
      failed.add_item()->mutable_failed()->set_tag(call.tag);
    }
    if (partial_call_.has_value()) {
      failed.add_item()->mutable_failed()->set_tag(partial_call_->tag);
    }
    for (const Asked& asked : asked_) {
      for (uint32_t i = 0; i < Copies(asked.times); ++i) {
        failed.add_item()->mutable_failed()->set_tag(
            TagOf(asked.tag, asked.times, i));
      }
    }
    if (failed.item().empty()) return;
    *build_.Add("FR-ERR-007")->mutable_expect_reports() = failed;
  }

  void FinishCleanly() {
    SendRest({});
    FlushRequests();
    while (!in_flight_.empty()) AnswerLast();
    Flush();
    build_.CheckWatch();
    if (dropped_) {
      AwaitDrop();
      build_.Add()->mutable_half_close();
      walk_.Take(spec::RECEIVE_END);
      return FinishClosed();
    }
    walk_.Take(spec::SEND_END);
    walk_.Take(spec::RECEIVE_END);
    build_.Add("FR-CLS-007")->mutable_clean_end();
  }

  void AnswerLast() {
    Op op;
    op.set_joined(true);
    op.mutable_answer()->set_which(
        static_cast<uint32_t>(in_flight_.size() - 1));
    *op.mutable_answer()->add_payload() = OctetsPart("last");
    AnswerOne(op, op.answer());
  }

  void FinishClosed() {
    build_.Add("FR-CLS-007")
        ->mutable_expect_reports()
        ->add_item()
        ->mutable_closed();
    build_.Add()->mutable_command()->mutable_quit();
    build_.Add("FR-CLS-007")
        ->mutable_expect_exit()
        ->set_status(ExpectExit::ZERO);
  }

  const Plan& plan_;
  const bool async_;
  CaseBuilder build_;
  Walk walk_;
  int calls_ = 0;
  uint32_t next_id_ = 1;
  std::vector<Asked> asked_;
  std::vector<PeerCall> in_flight_;  // whose requests were looked for
  std::vector<ExpectReports::Item> owed_;
  std::optional<std::string> again_;            // the call answered last
  std::optional<ExpectReports::Item> partial_;  // a frame that is being sent
  uint32_t partial_id_ = 0;
  std::optional<PeerCall> partial_call_;  // that it answers
  bool stalled_ = false;
  uint64_t stalled_octets_ = 0;
  bool dropped_ = false;
  bool drop_seen_ = false;
  bool fault_ = false;
  std::string error_req_;
  bool probe_ = false;
  bool behind_ = false;
  bool is_length_ = false;
  bool refused_by_all_ = false;
  bool ended_ = false;
  bool closed_ = false;
};

}  // namespace

Compiled CompileParent(const Plan& plan, const Machine& machine,
                       const SpecText& spec, const Without& without) {
  return ParentCompiler(plan, machine, spec, without).Run();
}

}  // namespace forkrpc::conformance
