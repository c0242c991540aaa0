// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ParentCompiler: the case of a plan whose testee is the parent.
//
// It goes through the operations once and models what a correct parent was told
// to call, has in flight and must report. Part of Compile, which is what others
// call. Nothing fails: what is impossible where it stands is left out. The
// plan, the machine, the specification and `without` must outlive it. One
// thread; one Run.
//
//   const Compiled made = ParentCompiler(plan, machine, spec, without).Run();

#ifndef CONFORMANCE_FUZZ_PARENT_COMPILER_H_
#define CONFORMANCE_FUZZ_PARENT_COMPILER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conformance/fuzz/case_builder.h"
#include "conformance/fuzz/compile.h"
#include "conformance/fuzz/walk.h"

namespace forkrpc::conformance {

// Invariants:
// 1. A call that is not answered is in asked_, in in_flight_ or partial_call_,
//    and in one of them alone.
// 2. partial_ is the last frame that was sent, and no item stands behind it;
//    partial_call_ implies partial_.
// 3. drop_seen_ implies dropped_.
// 4. stalled_octets_ is 0 unless stalled_.
// 5. is_length_ and behind_ imply fault_, and fault_ that error_req_ is set.
class ParentCompiler {
 public:
  ParentCompiler(const Plan& plan, const Machine& machine, const SpecText& spec,
                 const Without& without)
      : plan_(plan),
        async_(plan.form() == ASYNC),
        build_(plan, spec, without),
        walk_(machine) {}

  Compiled Run();

 private:
  struct PeerCall {
    std::string tag;
    uint32_t id;  // that a parent would give which counts upwards
  };
  struct Asked {  // of one command, whose requests have not been looked for
    std::string tag;
    uint32_t times;
  };

  static constexpr uint64_t kHeader = 8;  // octets
  // More octets block a parent whose child does not read.
  static constexpr uint64_t kBlocks = 600000;

  bool Sends() const { return !ended_ && !fault_; }
  // Whether any call is in flight for the parent.
  bool AnyInFlight() const {
    return !in_flight_.empty() || partial_call_.has_value() || !asked_.empty();
  }
  void Fault(const std::string& req) {
    fault_ = true;
    error_req_ = req;
  }

  // ---- What the plan says.
  void WarmUp();
  void Do(const Op& op);
  void DoRaw(const Op& op);

  // ---- The reader.
  void Stall(bool until_blocked);
  void AddResume(bool when_blocked);
  void Resume(bool when_blocked);
  void Pause();

  // ---- Calls, and what is owed.
  void DoCall(const Op::Call& call);
  // The requests of all calls come.
  void FlushRequests();
  void FlushReports(const std::string& req = "");
  void Flush();

  // ---- Responses and events.
  void DoAnswer(const Op& op);
  void AnswerOne(const Op& op, const Op::Answer& answer);
  void AnswerLast();
  void DoEvent(const Op& op);
  void SendFrame(const Op& op, Send::Item item, const ExpectReports::Item& owed,
                 const Parts& payload, uint32_t first, uint32_t id);
  void SendRest(const Op& op);
  // A frame has been sent whole.
  void Arrived(const ExpectReports::Item& owed, uint32_t id);

  // ---- Faults.
  void DoStray(const Op& op);
  void DoLongHeader(const Op& op, const Op::LongHeader& header);

  // ---- The end.
  void DoDrop();
  // The parent's half-close behind all its requests.
  void AwaitDrop();
  // What the end of the stream means to the parent now.
  void Ended(bool loss);
  void DoHalfClose();
  void DoClose();
  void Finish();
  void AwaitFailed();
  void FinishCleanly();
  void FinishClosed();

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
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_FUZZ_PARENT_COMPILER_H_
