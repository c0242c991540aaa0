// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/parent_compiler.h"

#include "absl/strings/string_view.h"
#include "conformance/fuzz/raw_frames.h"

namespace forkrpc::conformance {
namespace {

// What any transport holds.
constexpr uint32_t kFullBuffer = 32768;

}  // namespace

Compiled ParentCompiler::Run() {
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

void ParentCompiler::WarmUp() {
  Op op;
  *op.mutable_call()->add_payload() = OctetsPart("warm");
  Do(op);
  op.Clear();
  *op.mutable_answer()->add_payload() = OctetsPart("up");
  Do(op);
  Flush();
  build_.MarkWatch();
}

void ParentCompiler::Do(const Op& op) {
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
      if (fault_ || ended_) return;
      Flush();
      return AwaitDrop();
    case Op::kAwaitRead:
      if (!ended_) build_.Add()->mutable_await_read();
      return;
    case Op::kPause:
      return Pause();
    case Op::kStall:
      return Stall(op.stall().until_blocked());
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

void ParentCompiler::DoRaw(const Op& op) {
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

void ParentCompiler::Stall(bool until_blocked) {
  if (!Sends()) return;
  if (!stalled_) {
    if (!until_blocked) FlushRequests();
    build_.Add()->mutable_stall_reader();
    stalled_ = true;
  }
  if (!until_blocked) return;
  AddResume(/*when_blocked=*/true);
  // Nothing is read between these two.
  build_.Add()->mutable_stall_reader();
}

void ParentCompiler::AddResume(bool when_blocked) {
  ResumeReader* const step = build_.Add()->mutable_resume_reader();
  step->set_when_blocked(when_blocked);
  if (stalled_octets_ >= kBlocks) step->set_after_octets(kFullBuffer);
}

void ParentCompiler::Resume(bool when_blocked) {
  if (!stalled_) return;
  AddResume(when_blocked);
  stalled_ = false;
  stalled_octets_ = 0;
}

void ParentCompiler::Pause() {
  if (ended_) return;
  if (!stalled_) build_.Add()->mutable_stall_reader();
  build_.Add()->mutable_resume_reader()->set_when_blocked(true);
  stalled_ = false;
  stalled_octets_ = 0;
}

}  // namespace forkrpc::conformance
