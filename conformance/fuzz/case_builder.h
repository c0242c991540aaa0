// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CaseBuilder: the steps of a case that is made from a plan, and what it cites.
//
// Clauses that are not wanted are neither asked for nor cited. One thread.
//
//   CaseBuilder builder(plan, spec, without);
//   builder.Add("FR-CLS-005")->mutable_clean_end();
//   Case made = builder.Finish({"FR-ORD-005"});

#ifndef CONFORMANCE_FUZZ_CASE_BUILDER_H_
#define CONFORMANCE_FUZZ_CASE_BUILDER_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "conformance/runner/cases/payload.h"
#include "conformance/runner/cases/spec_text.h"
#include "forkrpc/conformance_case.pb.h"
#include "forkrpc/fuzz_plan.pb.h"

namespace forkrpc::conformance {

// Clauses that a plan does not ask for: a testee is known to break them.
using Without = std::set<std::string>;

// Invariant: group_ is null or the send of the case's last step.
class CaseBuilder {
 public:
  CaseBuilder(const Plan& plan, const SpecText& spec, const Without& without)
      : plan_(plan), spec_(spec), without_(without) {}

  bool Wants(const std::string& req) const { return without_.count(req) == 0; }

  // A new step that is about the clause; "": about none in particular.
  Step* Add(const std::string& req = "");
  // The exit status, or any if the clause is not wanted.
  void AddExit(ExpectExit::Status status, const std::string& req);
  // An item to send: in the group of the last one if the operation says so. The
  // item has that many octets.
  Send::Item* Item(const Op& op, uint64_t octets);
  // Whether an item of this operation would come behind another in its group.
  bool Joins(const Op& op) const { return op.joined() && group_ != nullptr; }
  void CloseGroup() { group_ = nullptr; }

  // What goes over the wire in both directions, for the memory's limit.
  void CountOctets(uint64_t octets) { octets_ += octets; }
  uint64_t octets() const { return octets_; }

  // Of Plan::watch: behind the first exchange, and when enough was seen.
  void MarkWatch();
  void CheckWatch();

  // The case; `base` are the clauses that every case of its kind is about.
  Case Finish(const std::vector<std::string>& base);

 private:
  const Plan& plan_;
  const SpecText& spec_;
  const Without& without_;
  Case case_;
  std::vector<std::string> cited_;
  Send* group_ = nullptr;
  uint64_t group_octets_ = 0;
  uint64_t octets_ = 0;
};

// `octets` as one part; four octets of a number.
Part OctetsPart(absl::string_view octets);
Part NumberPart(uint32_t number);
Part PatternPart(uint64_t count);

// The parts with one more, that of the copy's number.
Parts WithPart(const Parts& parts, const Part& last);

// A short text that differs for different payloads.
std::string PayloadKey(const Parts& parts);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_FUZZ_CASE_BUILDER_H_
