// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/child_compiler.h"

#include <algorithm>
#include <utility>

#include "conformance/fuzz/raw_frames.h"
#include "conformance/runner/wire/frame_scanner.h"

namespace forkrpc::conformance {
namespace {

// What any transport holds; one frame that is longer blocks its sender.
constexpr uint32_t kFullBuffer = 32768;
constexpr uint64_t kBlockingFrame = 65536;

}  // namespace

Compiled ChildCompiler::Run() {
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

void ChildCompiler::WarmUp() {
  Op op;
  op.mutable_call()->set_function("E");
  *op.mutable_call()->add_payload() = OctetsPart("warm");
  Do(op);
  Flush();
  build_.MarkWatch();
}

void ChildCompiler::Do(const Op& op) {
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
      if (!closed_) Stall(op.stall().until_blocked());
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

void ChildCompiler::DoRaw(const Op& op) {
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

bool ChildCompiler::DoRawFrame(const Op& op, uint32_t id,
                               absl::string_view payload) {
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

void ChildCompiler::Stall(bool until_blocked) {
  if (!stalled_) build_.Add()->mutable_stall_reader();
  stalled_ = true;
  if (!until_blocked) return;
  AddResume(/*when_blocked=*/true);
  // Nothing is read between these two.
  build_.Add()->mutable_stall_reader();
}

void ChildCompiler::AddResume(bool when_blocked) {
  ResumeReader* const step = build_.Add()->mutable_resume_reader();
  step->set_when_blocked(when_blocked);
  if (large_waits_) step->set_after_octets(kFullBuffer);
}

void ChildCompiler::Resume(bool when_blocked) {
  if (!stalled_) return;
  AddResume(when_blocked);
  stalled_ = false;
  stalled_octets_ = 0;
}

void ChildCompiler::Pause() {
  if (!stalled_) build_.Add()->mutable_stall_reader();
  build_.Add()->mutable_resume_reader()->set_when_blocked(true);
  stalled_ = false;
  stalled_octets_ = 0;
}

void ChildCompiler::Flush(const std::string& req) {
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

void ChildCompiler::AddPending(Sequence made) {
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

}  // namespace forkrpc::conformance
