// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What a plan sends to the child as it should be: ids, requests, releases.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "conformance/fuzz/child_compiler.h"

namespace forkrpc::conformance {
namespace {

constexpr uint32_t kMostTimes = 300;
// FR-LIM-009: a child may stop reading at 64 calls in flight.
constexpr size_t kMostHeld = 60;
constexpr uint32_t kMostEverHeld = 256;
constexpr uint64_t kMostInAll = uint64_t{40} << 20;

uint64_t AnswerOf(const Op::Call& call) {
  return AnswerSize(call.function(), call.payload(), call.answer_octets());
}

}  // namespace

bool ChildCompiler::IsHeld(uint32_t id) const {
  return std::any_of(held_.begin(), held_.end(),
                     [&](const Held& each) { return each.id == id; });
}

bool ChildCompiler::AreFree(uint32_t id, uint32_t times) const {
  if (id == 0 || id + (times - 1) < id) return false;
  for (uint32_t i = 0; i < times; ++i) {
    if (IsHeld(id + i) || pending_ids_.count(id + i) != 0) return false;
  }
  return true;
}

uint32_t ChildCompiler::ChooseId(uint32_t wanted, uint32_t times) {
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

void ChildCompiler::DoCall(const Op& op, Call call) {
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

void ChildCompiler::Settle(Call* call) const {
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

uint32_t ChildCompiler::TimesOf(const Call& call) const {
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

void ChildCompiler::MakeRoom(const Call& call, uint32_t times) {
  const uint64_t octets = times * (8 + PayloadSize(call.payload()));
  stalled_octets_ += stalled_ ? octets : 0;
  // Equal events of two calls cannot be told apart.
  if (!async_ || !RaisesEvent(call.function())) return;
  if (pending_events_.count(PayloadKey(call.payload())) != 0) Flush();
  pending_events_.insert(PayloadKey(call.payload()));
}

bool ChildCompiler::IsIndexed(const Request& request) {
  const std::string& function = request.call.function();
  return request.times > 1 && !function.empty() && function != "Z";
}

Parts ChildCompiler::RequestPayload(const Request& request) const {
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

void ChildCompiler::Send(const Op& op, const Request& request) {
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

void ChildCompiler::SendRest(const Op& op) {
  if (!partial_.has_value() || !Sends()) return;
  Op now = op;
  now.set_joined(false);
  build_.Item(now, 0)->mutable_rest();
  Arrived(*std::exchange(partial_, std::nullopt));
}

void ChildCompiler::Arrived(const Request& request) {
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

void ChildCompiler::DoRelease(const Op& op) {
  if (!Sends() || held_.empty() || !async_) return;
  if (partial_.has_value()) SendRest(op);
  Release(op, {op.release().which().begin(), op.release().which().end()});
}

void ChildCompiler::Release(const Op& op, const std::vector<uint32_t>& which) {
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

void ChildCompiler::ReleaseAll(const Op& op) {
  Op now = op;
  now.set_joined(true);
  Release(now, std::vector<uint32_t>(held_.size(), 0));
}

}  // namespace forkrpc::conformance
