// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/draw_plan.h"

#include <string>

#include "conformance/fuzz/draw_payload.h"
#include "conformance/runner/wire/frame_scanner.h"

namespace forkrpc::conformance {
namespace {

// Once in so many plans something is done that takes long: the testee's silence
// is waited for, or much is sent.
constexpr uint32_t kPauseOneIn = 80;
constexpr uint32_t kLargeOneIn = 40;
constexpr uint32_t kManyOneIn = 25;

class Drawer {
 public:
  Drawer(Role role, Form form, Random* random)
      : child_(role == CHILD), async_(form == ASYNC), random_(*random) {
    plan_.set_role(role);
    plan_.set_form(form);
  }

  Plan Draw() {
    DrawHead();
    const uint32_t theme = random_.Below(20);
    const uint32_t length =
        random_.OneIn(12) ? 12 + random_.Below(12) : random_.Below(9);
    for (uint32_t i = 0; i < length; ++i) Legal();
    if (random_.OneIn(kLargeOneIn)) Large();
    if (random_.OneIn(kManyOneIn)) Many();
    if (random_.OneIn(kPauseOneIn)) Slow();
    if (theme < 6) {
      Fault();
    } else if (theme < 9) {
      Changed();
      if (random_.OneIn(2)) End();
    } else if (theme < 15) {
      End();
    }
    // What stands behind the end is left out, or is behind an error.
    if (random_.OneIn(4)) Legal();
    if (theme < 6 && random_.OneIn(3)) Add()->mutable_half_close();
    return plan_;
  }

 private:
  void DrawHead() {
    constexpr Transport kTransports[] = {SOCKETPAIR, SOCKETPAIR, SOCKETPAIR,
                                         SOCKETPAIR, SOCKETPAIR, UNIX,
                                         TCP,        PIPES};
    Transport transport = random_.Among(kTransports);
    if (!child_ && transport == PIPES) transport = SOCKETPAIR;
    plan_.set_transport(transport);
    plan_.set_watch(random_.OneIn(8));
    plan_.set_strict_ids(random_.OneIn(6));
  }

  Op* Add() { return plan_.add_op(); }

  // One that sends: in the group before, or in one of its own that is cut.
  Op* AddSending() {
    Op* const op = Add();
    if (random_.OneIn(2)) {
      op->set_joined(true);
      return op;
    }
    constexpr Chunking kChunkings[] = {WHOLE,     WHOLE,     COALESCED,
                                       COALESCED, COALESCED, EVERY_OCTET};
    op->set_chunking(random_.Among(kChunkings));
    if (random_.OneIn(6)) {
      uint32_t at = 0;
      const uint32_t cuts = 1 + random_.Below(3);
      for (uint32_t i = 0; i < cuts; ++i) {
        at += 1 + random_.Below(random_.OneIn(3) ? 40 : 9);
        op->add_cut(at);
      }
    }
    return op;
  }

  // The payload of the operation before, now and then: what is equal shows what
  // is joined, kept or mixed up.
  Parts Payload() {
    if (last_payload_.empty() || !random_.OneIn(5)) {
      last_payload_ = DrawPayload(&random_);
    }
    return last_payload_;
  }

  // ---- Legal operations.

  void Legal() {
    const uint32_t kind = random_.Below(16);
    if (kind < 3) {
      Add()->mutable_expect();
    } else if (kind == 3) {
      Add()->mutable_await_read();
    } else if (kind == 4) {
      Add()->mutable_stall();
    } else if (kind == 5) {
      Add()->mutable_resume();
    } else if (kind == 6) {
      Partial();
    } else if (child_) {
      if (async_ && kind < 9) return Release();
      DrawCall(AddSending());
    } else if (kind < 10) {
      *Add()->mutable_call()->mutable_payload() = Payload();
    } else if (kind < 13) {
      DrawAnswer(AddSending());
    } else {
      *AddSending()->mutable_event()->mutable_payload() = Payload();
    }
  }

  void DrawCall(Op* op) {
    constexpr const char* kSync[] = {"E", "E", "V", "B", "L", "Z", ""};
    constexpr const char* kAsync[] = {"E", "V", "B", "L", "Z", "",
                                      "A", "H", "H", "H", "A", "E"};
    Op::Call* const call = op->mutable_call();
    call->set_function(async_ ? random_.Among(kAsync) : random_.Among(kSync));
    if (call->function() == "Z") {
      call->set_answer_octets(
          static_cast<uint32_t>(PayloadSize(DrawPayload(&random_))));
    } else {
      *call->mutable_payload() = Payload();
    }
    if (async_) call->set_id(Id());
  }

  // Most often the next; else again, one less, or any.
  uint32_t Id() {
    const uint32_t kind = random_.Below(8);
    if (kind < 4) return 0;
    if (kind == 4) return last_id_;
    if (kind == 5) return last_id_ - 1;
    last_id_ = DrawId(&random_);
    return last_id_;
  }

  void Release() {
    Op* const op = AddSending();
    const uint32_t count = 1 + random_.Below(random_.OneIn(4) ? 8 : 3);
    for (uint32_t i = 0; i < count; ++i) {
      op->mutable_release()->add_which(random_.Below(5));
    }
  }

  void DrawAnswer(Op* op) {
    Op::Answer* const answer = op->mutable_answer();
    answer->set_which(random_.Below(6));
    *answer->mutable_payload() = Payload();
    if (!async_ && random_.OneIn(2)) answer->set_id(DrawId(&random_));
    if (random_.OneIn(6)) answer->set_times(2 + random_.Below(5));
  }

  // A frame in two pieces with something between them.
  void Partial() {
    Op* const op = AddSending();
    const uint32_t first = 1 + random_.Below(random_.OneIn(2) ? 12 : 8);
    if (child_) {
      DrawCall(op);
      op->mutable_call()->set_first(first);
    } else if (random_.OneIn(2)) {
      DrawAnswer(op);
      op->mutable_answer()->set_first(first);
    } else {
      *op->mutable_event()->mutable_payload() = Payload();
      op->mutable_event()->set_first(first);
    }
    Between();
    Add()->mutable_rest();
  }

  void Between() {
    if (random_.OneIn(2)) Add()->mutable_expect();
    if (random_.OneIn(2)) Add()->mutable_await_read();
  }

  void Large() {
    const uint32_t size = DrawLargeSize(&random_);
    const bool stalled = random_.OneIn(2);
    if (stalled) Add()->mutable_stall();
    Op* const op = child_ || random_.OneIn(2) ? AddSending() : Add();
    if (child_) {
      const bool answers = random_.OneIn(2) || stalled;
      op->mutable_call()->set_function(answers            ? "Z"
                                       : random_.OneIn(2) ? "L"
                                                          : "B");
      if (answers) {
        op->mutable_call()->set_answer_octets(size);
        if (size < 1 << 20) op->mutable_call()->set_times(random_.Below(8));
      } else {
        *op->mutable_call()->mutable_payload() = PayloadOf(size, &random_);
      }
    } else {
      const Parts payload = PayloadOf(size, &random_);
      if (stalled || random_.OneIn(2)) {
        *op->mutable_call()->mutable_payload() = payload;
        if (size < 1 << 20) op->mutable_call()->set_times(2 + random_.Below(6));
      } else {
        *op->mutable_event()->mutable_payload() = payload;
      }
    }
    if (!stalled) return;
    if (random_.OneIn(2)) {
      BothWrite();
    } else if (random_.OneIn(3)) {
      End();
    } else {
      Add()->mutable_resume()->set_when_blocked(random_.OneIn(2));
    }
  }

  // The testee, which has much to write, is sent more than the buffers hold.
  void BothWrite() {
    if (!random_.OneIn(4)) Add()->mutable_stall()->set_until_blocked(true);
    constexpr const char* kFunctions[] = {"E", "L", "V", "B"};
    Op* const op = Add();
    if (child_) {
      op->mutable_call()->set_function(random_.Among(kFunctions));
      *op->mutable_call()->add_payload() = LargePart();
      op->mutable_call()->set_times(8);
    } else {
      *op->mutable_event()->add_payload() = LargePart();
      op->mutable_event()->set_times(8);
    }
    Add()->mutable_expect();
  }

  static Part LargePart() {
    Part part;
    part.mutable_pattern()->set_count(100000);
    return part;
  }

  // Many small ones.
  void Many() {
    const uint32_t times =
        random_.OneIn(3) ? 100 + random_.Below(201) : 10 + random_.Below(60);
    if (random_.OneIn(3)) Add()->mutable_stall();
    Op* const op = AddSending();
    if (!child_) {
      op->mutable_call()->set_times(times);
      *op->mutable_call()->mutable_payload() = DrawPayload(&random_);
      if (random_.OneIn(2)) Add()->mutable_expect();
      DrawAnswer(AddSending());
      plan_.mutable_op(plan_.op_size() - 1)
          ->mutable_answer()
          ->set_times(random_.Below(times + 20));
      if (random_.OneIn(2)) {
        Op* const events = AddSending();
        events->mutable_event()->set_times(times);
        *events->mutable_event()->mutable_payload() = DrawPayload(&random_);
      }
      return;
    }
    DrawCall(op);
    op->mutable_call()->set_times(times);
    if (op->call().function() != "H") return;
    Add()->mutable_expect();
    Release();
  }

  // Something that takes a pause to be seen.
  void Slow() {
    if (random_.OneIn(3)) {
      Add()->mutable_pause();
      return;
    }
    Partial();
    plan_.mutable_op()->RemoveLast();
    Add()->mutable_pause();
    Add()->mutable_rest();
  }

  // ---- What ends the connection.

  void End() {
    const uint32_t kind = random_.Below(8);
    if (kind < 2) {
      Add()->mutable_close();
      return;
    }
    if (!child_ && kind < 6) {
      Add()->mutable_drop();
      if (random_.OneIn(2)) Add()->mutable_expect();
      for (uint32_t i = random_.Below(4); i > 0; --i) Legal();
      if (random_.OneIn(2)) return;
    }
    Add()->mutable_half_close();
  }

  void Fault() {
    const uint32_t kind = random_.Below(8);
    if (kind < 2) {
      LongHeader();
    } else if (kind < 4) {
      Cut();
    } else if (child_) {
      ChildFault();
    } else if (kind < 7) {
      Stray();
    } else {
      *Add()->mutable_call()->mutable_payload() = Payload();
      End();
    }
  }

  void LongHeader() {
    Op::LongHeader* const header = AddSending()->mutable_long_header();
    header->set_length(DrawLongLength(&random_));
    if (random_.OneIn(2)) header->set_id(DrawId(&random_));
    if (random_.OneIn(2)) header->set_octets("Vbehind the header");
  }

  void Cut() {
    if (!child_ && random_.OneIn(2)) Add()->mutable_drop();
    Partial();
    plan_.mutable_op()->RemoveLast();
    if (random_.OneIn(4)) {
      Add()->mutable_close();
    } else {
      Add()->mutable_half_close();
    }
  }

  void ChildFault() {
    Op* const op = AddSending();
    DrawCall(op);
    Op::Call* const call = op->mutable_call();
    const uint32_t kind = random_.Below(3);
    if (kind == 0 || !async_) {
      constexpr const char* kFailing[] = {"X", "X", "X", "Q", "\n", "e"};
      call->set_function(random_.Among(kFailing));
    } else if (kind == 1) {
      call->set_zero_id(true);
    } else {
      call->set_function("H");
      call->clear_id();
      DrawCall(AddSending());
      plan_.mutable_op(plan_.op_size() - 1)
          ->mutable_call()
          ->set_id_in_flight(true);
    }
    if (random_.OneIn(2)) {
      Op* const behind = Add();
      behind->set_joined(true);
      behind->mutable_call()->set_function("V");
    }
  }

  void Stray() {
    Op::Stray* const stray = AddSending()->mutable_stray();
    const uint32_t kind = random_.Below(3);
    if (kind == 0) stray->set_again(true);
    if (kind == 1) stray->set_id(DrawId(&random_));
    if (random_.OneIn(2)) stray->set_payload("??");
    stray->set_behind(random_.OneIn(3));
  }

  // Frames whose octets are changed.
  void Changed() {
    constexpr const char* kFunctions[] = {"E", "V", "B", "L"};
    std::string octets;
    for (uint32_t i = 1 + random_.Below(4); i > 0; --i) {
      const std::string payload = MakePayload(DrawPayload(&random_), 0);
      const std::string function = child_ ? random_.Among(kFunctions) : "";
      const uint32_t id = child_ || (!async_ && random_.OneIn(2)) ? i : 0;
      if (!child_ || async_) AppendU32(id, &octets);
      const std::string body = function + payload.substr(0, 600);
      AppendU32(static_cast<uint32_t>(body.size()), &octets);
      octets += body;
    }
    AddSending()->mutable_raw()->set_octets(ChangeOctets(octets, &random_));
  }

  const bool child_;
  const bool async_;
  Random& random_;
  Plan plan_;
  Parts last_payload_;
  uint32_t last_id_ = 1;
};

}  // namespace

Plan DrawPlan(Role role, Form form, Random* random) {
  return Drawer(role, form, random).Draw();
}

}  // namespace forkrpc::conformance
