// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What a child must refuse, and how it ends.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "conformance/fuzz/child_compiler.h"

namespace forkrpc::conformance {
namespace {

// No receiver has such a limit.
constexpr uint32_t kRefusedByAll = 0x80000000;
// So much is written whether the child reads or not.
constexpr uint64_t kMostWhileStalled = 16000;

}  // namespace

void ChildCompiler::SendRefused(const Op& op, Call call, bool zero) {
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

void ChildCompiler::BeforeFault(const Op& op) {
  if (partial_.has_value()) SendRest(op);
  if (stalled_) Resume(false);
  if (!build_.Joins(op) || !build_.Wants("FR-ERR-019")) Flush();
  expect_req_ = "FR-ERR-019";
}

void ChildCompiler::SendBehind(const Op& op) {
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

void ChildCompiler::DoLongHeader(const Op& op, const Op::LongHeader& header) {
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

void ChildCompiler::DoHalfClose(const Op& op) {
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

void ChildCompiler::DoClose() {
  if (closed_) return;
  // It closes when all is written, and a child that cannot write need not read.
  if (stalled_ && (large_waits_ || stalled_octets_ > kMostWhileStalled)) {
    Resume(false);
  }
  if (!ended_ && !fault_.has_value()) build_.CheckWatch();
  build_.Add()->mutable_close();
  walk_.Take(spec::RECEIVE_LOSS);
  ended_ = true;
  closed_ = true;
}

void ChildCompiler::Finish() {
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

void ChildCompiler::FinishClosed() {
  // Who computes for ever need not find out that the parent has gone.
  if (!held_.empty()) return;
  if (build_.Wants("FR-CLS-008")) {
    walk_.Take(spec::EXIT_ERROR);
    build_.AddExit(ExpectExit::ANY, "FR-CLS-008");
    build_.AddExit(ExpectExit::NOT_SIGNAL, "FR-ERR-011");
  }
}

void ChildCompiler::FinishFault() {
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

void ChildCompiler::FinishEnded() {
  walk_.Take(spec::SEND_END);
  walk_.Take(cut_ ? spec::EXIT_ERROR : spec::EXIT_CLEAN);
  build_.Add(cut_ ? "FR-ERR-004" : "FR-CLS-005")->mutable_expect_eof();
  if (cut_) return build_.AddExit(ExpectExit::NONZERO, "FR-ERR-005");
  build_.AddExit(ExpectExit::ZERO, "FR-CLS-005");
}

}  // namespace forkrpc::conformance
