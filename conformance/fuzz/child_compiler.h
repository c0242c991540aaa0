// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ChildCompiler: the case of a plan whose testee is the child.
//
// It goes through the operations once and models what a correct child has been
// sent, holds and owes. Part of Compile, which is what others call. Nothing
// fails: what is impossible where it stands is left out. The plan, the machine,
// the specification and `without` must outlive it. One thread; one Run.
//
//   const Compiled made = ChildCompiler(plan, machine, spec, without).Run();

#ifndef CONFORMANCE_FUZZ_CHILD_COMPILER_H_
#define CONFORMANCE_FUZZ_CHILD_COMPILER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "conformance/fuzz/case_builder.h"
#include "conformance/fuzz/child_functions.h"
#include "conformance/fuzz/compile.h"
#include "conformance/fuzz/walk.h"

namespace forkrpc::conformance {

// Invariants:
// 1. closed_ implies ended_.
// 2. partial_ is the last request that was sent, and no item stands behind it.
// 3. In the async form pending_ids_ are the ids of the responses in pending_;
//    none of them is the id of a call in held_.
// 4. In the sync form held_ and pending_ids_ are empty.
// 5. failed_id_ and refused_by_all_ imply fault_.
class ChildCompiler {
 public:
  ChildCompiler(const Plan& plan, const Machine& machine, const SpecText& spec,
                const Without& without)
      : plan_(plan),
        async_(plan.form() == ASYNC),
        header_(async_ ? 8 : 4),
        build_(plan, spec, without),
        walk_(machine) {}

  Compiled Run();

 private:
  using Call = Op::Call;
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

  // FR-LIM-006: no shorter length should be refused.
  static constexpr uint32_t kRefusable = 1 << 20;

  bool Sends() const { return !ended_ && !fault_.has_value(); }
  bool StrictIds() const {
    return plan_.strict_ids() && build_.Wants("FR-SID-005");
  }

  // ---- What the plan says.
  void WarmUp();
  void Do(const Op& op);
  void DoRaw(const Op& op);
  // False if the contract does not say what the function does.
  bool DoRawFrame(const Op& op, uint32_t id, absl::string_view payload);

  // ---- The reader, and what is owed.
  void Stall(bool until_blocked);
  void AddResume(bool when_blocked);
  void Resume(bool when_blocked);
  void Pause();
  // Everything owed comes.
  void Flush(const std::string& req = "");
  void AddPending(Sequence made);

  // ---- Ids and what is in flight.
  bool IsHeld(uint32_t id) const;
  bool AreFree(uint32_t id, uint32_t times) const;
  uint32_t ChooseId(uint32_t wanted, uint32_t times);

  // ---- Requests.
  void DoCall(const Op& op, Call call);
  // What the call really is, here.
  void Settle(Call* call) const;
  uint32_t TimesOf(const Call& call) const;
  // Before so much is sent and answered.
  void MakeRoom(const Call& call, uint32_t times);
  // Whether the copies' payloads have the number of the copy at their end.
  static bool IsIndexed(const Request& request);
  Parts RequestPayload(const Request& request) const;
  void Send(const Op& op, const Request& request);
  void SendRest(const Op& op);
  // The request has been sent whole.
  void Arrived(const Request& request);
  void DoRelease(const Op& op);
  void Release(const Op& op, const std::vector<uint32_t>& which);
  void ReleaseAll(const Op& op);

  // ---- Faults.
  // A request whose id is 0, or that of another.
  void SendRefused(const Op& op, Call call, bool zero);
  // What was made before an error should come (FR-ERR-019), but calls that are
  // not complete are abandoned.
  void BeforeFault(const Op& op);
  void SendBehind(const Op& op);
  void DoLongHeader(const Op& op, const Op::LongHeader& header);

  // ---- The end.
  void DoHalfClose(const Op& op);
  void DoClose();
  void Finish();
  void FinishClosed();
  void FinishFault();
  // Behind the half-close.
  void FinishEnded();

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

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_FUZZ_CHILD_COMPILER_H_
