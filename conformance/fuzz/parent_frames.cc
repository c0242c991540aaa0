// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What a parent is told to call, and what the child sends it as it should be.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "conformance/fuzz/parent_compiler.h"

namespace forkrpc::conformance {
namespace {

constexpr uint32_t kMostTimes = 300;
constexpr uint64_t kMostInAll = uint64_t{40} << 20;

}  // namespace

void ParentCompiler::DoCall(const Op::Call& call) {
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

void ParentCompiler::FlushRequests() {
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

void ParentCompiler::FlushReports(const std::string& req) {
  build_.CloseGroup();
  if (owed_.empty()) return;
  ExpectReports* const expect = build_.Add(req)->mutable_expect_reports();
  for (ExpectReports::Item& item : std::exchange(owed_, {})) {
    *expect->add_item() = std::move(item);
  }
}

void ParentCompiler::Flush() {
  // A parent that cannot write goes on reading.
  if (stalled_) FlushReports("FR-LIM-004");
  FlushRequests();
  FlushReports();
}

void ParentCompiler::DoAnswer(const Op& op) {
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

void ParentCompiler::AnswerOne(const Op& op, const Op::Answer& answer) {
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

void ParentCompiler::AnswerLast() {
  Op op;
  op.set_joined(true);
  op.mutable_answer()->set_which(static_cast<uint32_t>(in_flight_.size() - 1));
  *op.mutable_answer()->add_payload() = OctetsPart("last");
  AnswerOne(op, op.answer());
}

void ParentCompiler::DoEvent(const Op& op) {
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

void ParentCompiler::SendFrame(const Op& op, Send::Item item,
                               const ExpectReports::Item& owed,
                               const Parts& payload, uint32_t first,
                               uint32_t id) {
  const uint64_t size = kHeader + PayloadSize(payload);
  if (first != 0) {
    item.set_first(static_cast<uint32_t>(std::min<uint64_t>(first, size - 1)));
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

void ParentCompiler::SendRest(const Op& op) {
  if (!partial_.has_value() || !Sends()) return;
  Op now = op;
  now.set_joined(false);
  build_.Item(now, 0)->mutable_rest();
  Arrived(*std::exchange(partial_, std::nullopt), partial_id_);
  partial_call_ = std::nullopt;
}

void ParentCompiler::Arrived(const ExpectReports::Item& owed, uint32_t id) {
  for (uint32_t i = 0; i < Copies(owed.event().times()); ++i) {
    walk_.Take(id == 0 ? spec::RECEIVE_EVENT : spec::RECEIVE_RESPONSE, id);
  }
  owed_.push_back(owed);
}

}  // namespace forkrpc::conformance
