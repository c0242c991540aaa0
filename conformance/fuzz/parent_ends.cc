// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What a parent must refuse, and how it ends.

#include <algorithm>

#include "conformance/fuzz/parent_compiler.h"

namespace forkrpc::conformance {
namespace {

constexpr uint32_t kRefusedByAll = 0x80000000;
// Ids below may be those of calls in flight: a parent counts up from 1.
constexpr uint32_t kSurelyStray = 0x10000;

}  // namespace

void ParentCompiler::DoStray(const Op& op) {
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

void ParentCompiler::DoLongHeader(const Op& op, const Op::LongHeader& header) {
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

void ParentCompiler::DoDrop() {
  if (!Sends() || dropped_) return;
  build_.Add()->mutable_command()->mutable_drop();
  dropped_ = true;
}

void ParentCompiler::AwaitDrop() {
  if (!dropped_ || drop_seen_) return;
  FlushRequests();
  drop_seen_ = true;
  build_.Add("FR-CLS-001")->mutable_expect_eof();
  walk_.Take(spec::SEND_END);
}

void ParentCompiler::Ended(bool loss) {
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

void ParentCompiler::DoHalfClose() {
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

void ParentCompiler::DoClose() {
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
  // Behind its own half-close a parent that has read all cannot tell a close
  // from a half-close.
  Ended(/*loss=*/!drop_seen_ || AnyInFlight());
}

void ParentCompiler::Finish() {
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
  // After the child's own half-close parent/child-leaves-closes asks for it.
  if (!ended_ && build_.Wants("FR-ERR-013")) {
    build_.Add("FR-ERR-013")->mutable_expect_eof();
  }
  build_.Add()->mutable_command()->mutable_quit();
  build_.Add(behind_ ? "FR-ERR-006" : "")
      ->mutable_expect_exit()
      ->set_status(ExpectExit::NOT_SIGNAL);
}

void ParentCompiler::AwaitFailed() {
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

void ParentCompiler::FinishCleanly() {
  SendRest({});
  if (stalled_) FlushReports("FR-LIM-004");
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

void ParentCompiler::FinishClosed() {
  build_.Add("FR-CLS-007")
      ->mutable_expect_reports()
      ->add_item()
      ->mutable_closed();
  build_.Add()->mutable_command()->mutable_quit();
  build_.Add("FR-CLS-007")->mutable_expect_exit()->set_status(ExpectExit::ZERO);
}

}  // namespace forkrpc::conformance
