// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "conformance/fuzz/child_functions.h"
#include "conformance/fuzz/compile.h"
#include "conformance/fuzz/raw_frames.h"
#include "conformance/fuzz/walk.h"
#include "conformance/runner/frame_scanner.h"

namespace forkrpc::conformance {
namespace {

using Call = Op::Call;

constexpr uint32_t kMostTimes = 300;
// FR-LIM-009: a child may stop reading at 64 calls in flight.
constexpr size_t kMostHeld = 60;
constexpr uint32_t kMostEverHeld = 256;
constexpr uint64_t kMostInAll = uint64_t{40} << 20;
// A stalled reader's testee may read no more than the buffers between them
// hold.
constexpr uint64_t kMostWhileStalled = 16000;
// What any transport holds; one frame that is longer blocks its sender.
constexpr uint32_t kFullBuffer = 32768;
constexpr uint64_t kBlockingFrame = 65536;
// FR-LIM-006: no shorter length should be refused.
constexpr uint32_t kRefusable = 1 << 20;
// No receiver has such a limit.
constexpr uint32_t kRefusedByAll = 0x80000000;

class ChildCompiler {
 public:
  ChildCompiler(const Plan& plan, const Machine& machine, const SpecText& spec,
                const Without& without)
      : plan_(plan),
        async_(plan.form() == ASYNC),
        header_(async_ ? 8 : 4),
        build_(plan, spec, without),
        walk_(machine) {}

  Compiled Run() {
    if (plan_.watch()) WarmUp();
    for (const Op& op : plan_.op()) Do(op);
    Finish();
    std::vector<std::string> base = {
        "FR-ORD-005", "FR-FRM-003", "FR-FRM-004", "FR-FRM-005", "FR-FRM-007",
        "FR-FRM-008", "FR-FRM-009", "FR-EVT-001", "FR-EVT-004", "FR-ORD-003"};
    for (const char* req : {"FR-SID-003", "FR-SID-010", "FR-SID-011"}) {
      if (async_) base.emplace_back(req);
    }
    for (const char* req : {"FR-SID-004", "FR-ORD-001"}) {
      if (!async_) base.emplace_back(req);
    }
    return {build_.Finish(base), walk_.trace(), walk_.legal()};
  }

 private:
  using Sequence = std::vector<Owed>;
  // A request that is being sent.
  struct Request {
    Call call;
    std::string tag;  // of its first copy if there is but one
    uint32_t id = 0;
    uint32_t times = 1;
  };
  struct Held {
    std::string tag;
    uint32_t id;
    Parts payload;
    uint32_t number;  // the index that R wants
  };
  // What the child has found wrong.
  struct Fault {
    std::string req;
    ExpectExit::Status status;
    bool is_length = false;
    bool behind = false;  // there are octets behind it
  };

  void WarmUp() {
    Op op;
    op.mutable_call()->set_function("E");
    *op.mutable_call()->add_payload() = OctetsPart("warm");
    Do(op);
    Flush();
    build_.MarkWatch();
  }

  bool Sends() const { return !ended_ && !fault_.has_value(); }

  void Do(const Op& op) {
    switch (op.kind_case()) {
      case Op::kCall:
        return DoCall(op, op.call());
      case Op::kRelease:
        return DoRelease(op);
      case Op::kRest:
        return SendRest(op);
      case Op::kLongHeader:
        return DoLongHeader(op, op.long_header());
      case Op::kRaw:
        return DoRaw(op);
      case Op::kExpect:
        if (!fault_.has_value()) Flush();
        return;
      case Op::kAwaitRead:
        if (!stalled_ && !ended_) build_.Add()->mutable_await_read();
        return;
      case Op::kPause:
        if (!closed_) Pause();
        return;
      case Op::kStall:
        if (!closed_ && !stalled_) {
          build_.Add()->mutable_stall_reader();
          stalled_ = true;
        }
        return;
      case Op::kResume:
        return Resume(op.resume().when_blocked());
      case Op::kHalfClose:
        return DoHalfClose(op);
      case Op::kClose:
        return DoClose();
      default:
        return;
    }
  }

  // ---- Ids and what is in flight.

  bool IsHeld(uint32_t id) const {
    return std::any_of(held_.begin(), held_.end(),
                       [&](const Held& each) { return each.id == id; });
  }

  bool AreFree(uint32_t id, uint32_t times) const {
    if (id == 0 || id + (times - 1) < id) return false;
    for (uint32_t i = 0; i < times; ++i) {
      if (IsHeld(id + i) || pending_ids_.count(id + i) != 0) return false;
    }
    return true;
  }

  uint32_t ChooseId(uint32_t wanted, uint32_t times) {
    if (!async_) return 0;
    // An id may come again when its response has.
    if (wanted != 0 && !AreFree(wanted, times)) {
      bool held = wanted + (times - 1) < wanted;
      for (uint32_t i = 0; i < times; ++i) held |= IsHeld(wanted + i);
      if (!held) Flush();
    }
    if (AreFree(wanted, times)) return wanted;
    while (!AreFree(next_id_, times)) ++next_id_;
    const uint32_t id = next_id_;
    next_id_ += times;
    return id;
  }

  // ---- Requests.

  // What the call really is, here.
  void Settle(Call* call) const {
    std::string function = call->function().substr(0, 1);
    if (!async_) {
      if (function == "A") function = "B";
      if (function == "H") function = "E";
    }
    // R has an operation of its own.
    if (function == "R") function = "E";
    if (async_ && FunctionFails(function) && !build_.Wants("FR-ERR-012")) {
      function = "E";
    }
    if (function == "H" &&
        (held_.size() >= kMostHeld || ever_held_ >= kMostEverHeld)) {
      function = "E";
    }
    call->set_function(function);
    if (function == "Z") {
      const uint64_t octets =
          std::min<uint64_t>(call->answer_octets(), kMostAnswer);
      call->clear_payload();
      *call->add_payload() = NumberPart(static_cast<uint32_t>(octets));
    }
    if (function.empty()) call->clear_payload();
  }

  uint32_t TimesOf(const Call& call) const {
    if (call.zero_id() || call.id_in_flight() || call.first() != 0 ||
        FunctionFails(call.function())) {
      return 1;
    }
    uint64_t times = std::max(1U, std::min(call.times(), kMostTimes));
    if (call.function() == "H") {
      times = std::min<uint64_t>(times, kMostHeld - held_.size());
      times = std::min<uint64_t>(times, kMostEverHeld - ever_held_);
    }
    const uint64_t each = 16 + PayloadSize(call.payload()) + AnswerOf(call);
    return static_cast<uint32_t>(
        std::max<uint64_t>(1, std::min(times, kMostInAll / 4 / each)));
  }

  static uint64_t AnswerOf(const Call& call) {
    return AnswerSize(call.function(), call.payload(), call.answer_octets());
  }

  void DoCall(const Op& op, Call call) {
    if (fault_.has_value() && !ended_ && build_.Joins(op)) SendBehind(op);
    if (!Sends()) return;
    const bool zero = async_ && call.zero_id() && build_.Wants("FR-ERR-009");
    const bool twice = async_ && call.id_in_flight() && !held_.empty() &&
                       build_.Wants("FR-ERR-010");
    if (zero || twice) return SendRefused(op, std::move(call), zero);
    Settle(&call);
    if (build_.octets() + PayloadSize(call.payload()) + AnswerOf(call) >
        kMostInAll) {
      return;
    }
    Request request;
    request.times = TimesOf(call);
    MakeRoom(call, request.times);
    // A call that fails abandons those of the async form that are not complete.
    if (async_ && FunctionFails(call.function())) Flush();
    if (partial_.has_value()) SendRest(op);
    request.id = ChooseId(call.id(), request.times);
    request.tag = absl::StrCat("c", ++calls_);
    request.call = std::move(call);
    Send(op, request);
  }

  // Before so much is sent and answered.
  void MakeRoom(const Call& call, uint32_t times) {
    const uint64_t octets = times * (8 + PayloadSize(call.payload()));
    stalled_octets_ += stalled_ ? octets : 0;
    if (stalled_octets_ > kMostWhileStalled) Resume(false);
    // Equal events of two calls cannot be told apart.
    if (!async_ || !RaisesEvent(call.function())) return;
    if (pending_events_.count(PayloadKey(call.payload())) != 0) Flush();
    pending_events_.insert(PayloadKey(call.payload()));
  }

  Parts RequestPayload(const Request& request) const {
    Parts parts;
    if (!request.call.function().empty()) {
      *parts.Add() = OctetsPart(request.call.function());
    }
    for (const Part& part : request.call.payload()) *parts.Add() = part;
    Part index;
    index.set_index(true);
    if (IsIndexed(request)) *parts.Add() = index;
    return parts;
  }

  // Whether the copies' payloads have the number of the copy at their end.
  static bool IsIndexed(const Request& request) {
    const std::string& function = request.call.function();
    return request.times > 1 && !function.empty() && function != "Z";
  }

  void Send(const Op& op, const Request& request) {
    const Parts payload = RequestPayload(request);
    const uint64_t size = header_ + PayloadSize(payload);
    Send::Item* const item = build_.Item(op, size * request.times);
    conformance::Request* const sent = item->mutable_request();
    sent->set_tag(request.tag);
    *sent->mutable_payload() = payload;
    sent->set_id(request.id);
    if (request.times > 1) sent->set_times(request.times);
    if (request.call.first() != 0 && size > 1) {
      item->set_first(static_cast<uint32_t>(
          std::min<uint64_t>(request.call.first(), size - 1)));
      partial_ = request;
      build_.CloseGroup();
      return;
    }
    Arrived(request);
  }

  void SendRest(const Op& op) {
    if (!partial_.has_value() || !Sends()) return;
    Op now = op;
    now.set_joined(false);
    build_.Item(now, 0)->mutable_rest();
    Arrived(*std::exchange(partial_, std::nullopt));
  }

  // The request has been sent whole.
  void Arrived(const Request& request) {
    for (uint32_t i = 0; i < request.times; ++i) {
      const std::string tag =
          TagOf(request.tag, request.times > 1 ? request.times : 0, i);
      const uint32_t id = async_ ? request.id + i : 1;
      walk_.Take(spec::RECEIVE_REQUEST, async_ ? id : 0);
      if (FunctionFails(request.call.function())) {
        failed_id_ = async_ ? id : 0;
        fault_ = {async_ ? "FR-ERR-012" : "FR-ERR-008", ExpectExit::FAILED};
        return;
      }
      Parts rest = request.call.payload();
      if (IsIndexed(request)) rest = WithPart(rest, NumberPart(i));
      const std::string& function = request.call.function();
      if (function == "H") {
        held_.push_back({tag, id, rest, ever_held_++});
      } else {
        AddPending(
            Execute(function, rest, request.call.answer_octets(), tag, id));
      }
    }
  }

  void AddPending(Sequence made) {
    for (Owed& owed : made) {
      if (owed.id != 0 && !async_ && StrictIds()) {
        owed.item.mutable_response()->set_id(1);
      }
      const Parts& payload = owed.id == 0 ? owed.item.event().payload()
                                          : owed.item.response().payload();
      build_.CountOctets(8 + PayloadSize(payload));
      // What was asked for before the stall may have been read in part.
      large_waits_ |= stalled_ && PayloadSize(payload) >= kBlockingFrame;
      if (owed.id != 0 && async_) pending_ids_.insert(owed.id);
    }
    pending_.push_back(std::move(made));
  }

  bool StrictIds() const {
    return plan_.strict_ids() && build_.Wants("FR-SID-005");
  }

  void DoRelease(const Op& op) {
    if (!Sends() || held_.empty() || !async_) return;
    if (partial_.has_value()) SendRest(op);
    Release(op, {op.release().which().begin(), op.release().which().end()});
  }

  void Release(const Op& op, const std::vector<uint32_t>& which) {
    Request request;
    request.tag = absl::StrCat("c", ++calls_);
    request.id = ChooseId(0, 1);
    std::string indices;
    Sequence made;
    for (const uint32_t each : which) {
      if (held_.empty()) break;
      const auto chosen =
          held_.begin() + static_cast<int64_t>(each % held_.size());
      indices += static_cast<char>(chosen->number);
      made.push_back(ResponseOf(chosen->tag, chosen->id, chosen->payload));
      held_.erase(chosen);
    }
    Send::Item* const item = build_.Item(op, header_ + 1 + indices.size());
    item->mutable_request()->set_tag(request.tag);
    item->mutable_request()->set_id(request.id);
    *item->mutable_request()->add_payload() =
        OctetsPart(absl::StrCat("R", indices));
    walk_.Take(spec::RECEIVE_REQUEST, request.id);
    made.push_back(ResponseOf(request.tag, request.id, {}));
    AddPending(std::move(made));
  }

  // ---- Faults.

  // A request whose id is 0, or that of another.
  void SendRefused(const Op& op, Call call, bool zero) {
    BeforeFault(op);
    call.set_function(call.function().empty() ? "" : "E");
    Request request;
    request.tag = absl::StrCat("c", ++calls_);
    request.call = std::move(call);
    const Parts payload = RequestPayload(request);
    conformance::Request* const sent =
        build_.Item(op, header_ + PayloadSize(payload))->mutable_request();
    sent->set_tag(request.tag);
    *sent->mutable_payload() = payload;
    sent->set_zero_id(zero);
    if (!zero) sent->set_id(held_.front().id);
    walk_.Take(spec::RECEIVE_REQUEST, zero ? 0 : held_.front().id);
    fault_ = {zero ? "FR-ERR-009" : "FR-ERR-010", ExpectExit::NONZERO};
  }

  // What was made before an error should come (FR-ERR-019), but calls that are
  // not complete are abandoned.
  void BeforeFault(const Op& op) {
    if (partial_.has_value()) SendRest(op);
    if (stalled_) Resume(false);
    if (!build_.Joins(op) || !build_.Wants("FR-ERR-019")) Flush();
    expect_req_ = "FR-ERR-019";
  }

  void SendBehind(const Op& op) {
    if (fault_->is_length || (async_ && fault_->req == "FR-ERR-012") ||
        !build_.Wants("FR-ERR-006")) {
      return;
    }
    fault_->behind = true;
    conformance::Request* const sent = build_.Item(op, 12)->mutable_request();
    sent->set_tag(absl::StrCat("c", ++calls_));
    sent->set_id(ChooseId(0, 1));
    *sent->add_payload() = OctetsPart("Vbehind");
  }

  void DoLongHeader(const Op& op, const Op::LongHeader& header) {
    if (!Sends() || header.length() == 0) return;
    if (partial_.has_value()) SendRest(op);
    refused_by_all_ =
        header.length() >= kRefusedByAll && build_.Wants("FR-LIM-002");
    if (!refused_by_all_ && !held_.empty()) ReleaseAll(op);
    BeforeFault(op);
    Header* const sent = build_.Item(op, header_)->mutable_header();
    if (async_) sent->set_id(ChooseId(header.id(), 1));
    sent->set_length(header.length());
    const std::string octets =
        header.octets().substr(0, std::min<size_t>(64, header.length() - 1));
    if (!octets.empty()) {
      Op behind = op;
      behind.set_joined(true);
      *build_.Item(behind, octets.size())->mutable_raw() = OctetsPart(octets);
    }
    fault_ = {"FR-LIM-002", ExpectExit::NONZERO, true};
    if (header.length() <= kRefusable) expect_req_.clear();
    if (plan_.watch()) {
      build_.Add()->mutable_await_read();
      build_.CheckWatch();
    }
  }

  // ---- Octets that were changed at random are frames again.

  void DoRaw(const Op& op) {
    Op now = op;
    for (const RawFrame& frame : ReadRaw(op.raw().octets(), async_)) {
      if (!Sends()) return;
      if (!frame.whole) {
        now.mutable_long_header()->set_id(frame.id);
        now.mutable_long_header()->set_length(frame.length);
        now.mutable_long_header()->set_octets(std::string(frame.payload));
        return DoLongHeader(now, now.long_header());
      }
      if (!DoRawFrame(now, frame.id, frame.payload)) return;
      now.set_joined(true);
    }
  }

  // False if the contract does not say what the function does.
  bool DoRawFrame(const Op& op, uint32_t id, absl::string_view payload) {
    Call call;
    call.set_id(id);
    call.set_zero_id(id == 0);
    call.set_id_in_flight(async_ && IsHeld(id));
    call.set_function(std::string(payload.substr(0, 1)));
    const absl::string_view rest =
        payload.substr(std::min<size_t>(payload.size(), 1));
    if (call.function() == "R") return false;
    if (call.function() == "Z") {
      if (rest.size() != 4) return false;
      call.set_answer_octets(
          ReadU32(reinterpret_cast<const unsigned char*>(rest.data())));
      if (call.answer_octets() > kRefusable) return false;
    }
    if (!rest.empty()) *call.add_payload() = OctetsPart(rest);
    DoCall(op, std::move(call));
    return true;
  }

  // ---- The reader.

  void Resume(bool when_blocked) {
    if (!stalled_) return;
    ResumeReader* const step = build_.Add()->mutable_resume_reader();
    step->set_when_blocked(when_blocked);
    if (large_waits_) step->set_after_octets(kFullBuffer);
    stalled_ = false;
    stalled_octets_ = 0;
  }

  void Pause() {
    if (!stalled_) build_.Add()->mutable_stall_reader();
    build_.Add()->mutable_resume_reader()->set_when_blocked(true);
    stalled_ = false;
  }

  // Everything owed comes.
  void Flush(const std::string& req = "") {
    if (closed_) return;
    Resume(false);
    build_.CloseGroup();
    if (pending_.empty()) return;
    ExpectFrames* const expect =
        build_.Add(!async_ && StrictIds() ? "FR-SID-005" : req)
            ->mutable_expect_frames();
    for (const Sequence& sequence : pending_) {
      auto* items = expect->mutable_item();
      if (async_ && pending_.size() > 1) {
        items = expect->add_sequence()->mutable_item();
      }
      for (const Owed& owed : sequence) {
        *items->Add() = owed.item;
        walk_.Take(owed.id == 0 ? spec::SEND_EVENT : spec::SEND_RESPONSE,
                   owed.id);
      }
    }
    pending_.clear();
    pending_ids_.clear();
    pending_events_.clear();
    large_waits_ = false;
  }

  // ---- The end.

  void DoHalfClose(const Op& op) {
    if (ended_) return;
    // With a call that never completes it would never end.
    if (Sends() && !held_.empty()) {
      SendRest(op);
      ReleaseAll(op);
    }
    if (!fault_.has_value()) build_.CheckWatch();
    build_.Add()->mutable_half_close();
    ended_ = true;
    if (partial_.has_value() ||
        (fault_.has_value() && fault_->is_length && !refused_by_all_)) {
      cut_ = true;
    }
    if (fault_.has_value() && refused_by_all_) walk_.Take(spec::REFUSE_LENGTH);
    walk_.Take(cut_ || refused_by_all_ ? spec::RECEIVE_CUT : spec::RECEIVE_END);
  }

  void ReleaseAll(const Op& op) {
    Op now = op;
    now.set_joined(true);
    Release(now, std::vector<uint32_t>(held_.size(), 0));
  }

  void DoClose() {
    if (closed_) return;
    if (stalled_ && large_waits_) Resume(false);
    if (!ended_ && !fault_.has_value()) build_.CheckWatch();
    build_.Add()->mutable_close();
    walk_.Take(spec::RECEIVE_LOSS);
    ended_ = true;
    closed_ = true;
  }

  void Finish() {
    if (closed_) return FinishClosed();
    if (!ended_ && !fault_.has_value()) {
      if (partial_.has_value()) SendRest({});
      if (!held_.empty() && Sends()) ReleaseAll({});
    }
    Flush(expect_req_);
    if (fault_.has_value() && !(ended_ && cut_)) return FinishFault();
    if (ended_) return FinishEnded();
    if (fault_.has_value()) return FinishFault();
    build_.CheckWatch();
    walk_.Take(spec::RECEIVE_END);
    walk_.Take(spec::SEND_END);
    walk_.Take(spec::EXIT_CLEAN);
    build_.Add("FR-CLS-005")->mutable_clean_end();
  }

  void FinishClosed() {
    // Who computes for ever need not find out that the parent has gone.
    if (!held_.empty()) return;
    if (build_.Wants("FR-CLS-008")) {
      walk_.Take(spec::EXIT_ERROR);
      build_.AddExit(ExpectExit::ANY, "FR-CLS-008");
      build_.AddExit(ExpectExit::NOT_SIGNAL, "FR-ERR-011");
    }
  }

  void FinishFault() {
    if (fault_->is_length && !refused_by_all_) {
      // Whoever does not refuse it waits until the stream ends.
      if (!ended_) {
        build_.Add()->mutable_half_close();
        walk_.Take(spec::RECEIVE_CUT);
      }
      cut_ = true;
      return FinishEnded();
    }
    if (refused_by_all_ && !ended_) walk_.Take(spec::REFUSE_LENGTH);
    if (failed_id_.has_value()) walk_.Take(spec::CALL_FAILS, *failed_id_);
    walk_.Take(spec::EXIT_ERROR);
    const bool cut = refused_by_all_ && ended_;
    build_
        .Add(fault_->behind && async_ ? "FR-ERR-006"
             : cut                    ? "FR-ERR-004"
                                      : fault_->req)
        ->mutable_expect_eof();
    build_.AddExit(fault_->status, fault_->req);
  }

  // Behind the half-close.
  void FinishEnded() {
    walk_.Take(spec::SEND_END);
    walk_.Take(cut_ ? spec::EXIT_ERROR : spec::EXIT_CLEAN);
    build_.Add(cut_ ? "FR-ERR-004" : "FR-CLS-005")->mutable_expect_eof();
    if (cut_) return build_.AddExit(ExpectExit::NONZERO, "FR-ERR-005");
    build_.AddExit(ExpectExit::ZERO, "FR-CLS-005");
  }

  const Plan& plan_;
  const bool async_;
  const size_t header_;
  CaseBuilder build_;
  Walk walk_;
  int calls_ = 0;
  uint32_t next_id_ = 1;
  std::deque<Sequence> pending_;
  std::set<uint32_t> pending_ids_;
  std::set<std::string> pending_events_;
  bool large_waits_ = false;  // a response that fills the buffers
  std::vector<Held> held_;
  uint32_t ever_held_ = 0;
  std::optional<Request> partial_;
  std::optional<Fault> fault_;
  std::optional<uint32_t> failed_id_;
  std::string expect_req_;  // of what is owed before a fault
  bool refused_by_all_ = false;
  bool stalled_ = false;
  uint64_t stalled_octets_ = 0;
  bool ended_ = false;   // nothing can be sent any more
  bool cut_ = false;     // inside a request
  bool closed_ = false;  // both directions
};

}  // namespace

Compiled CompileChild(const Plan& plan, const Machine& machine,
                      const SpecText& spec, const Without& without) {
  return ChildCompiler(plan, machine, spec, without).Run();
}

}  // namespace forkrpc::conformance
