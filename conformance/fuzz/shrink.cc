// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/shrink.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/time/clock.h"

namespace forkrpc::conformance {
namespace {

constexpr int kMostTries = 400;
constexpr absl::Duration kMostTime = absl::Minutes(1);

using Shows = absl::FunctionRef<bool(const Plan&)>;

// Replaces *plan by `candidate` if that still shows it.
bool Improve(Plan candidate, Shows shows, Plan* plan) {
  if (candidate.SerializeAsString() == plan->SerializeAsString()) return false;
  candidate.clear_seed();
  candidate.clear_number();
  if (!shows(candidate)) return false;
  *plan = std::move(candidate);
  return true;
}

Plan LeaveOut(const Plan& plan, int from, int count) {
  Plan candidate = plan;
  candidate.mutable_op()->DeleteSubrange(from, count);
  return candidate;
}

void DropOperations(Shows shows, Plan* plan) {
  for (int size = std::max(1, plan->op_size() / 2); size > 0; size /= 2) {
    for (int from = plan->op_size() - size; from >= 0; from -= size) {
      from = std::min(from, plan->op_size() - size);
      if (from < 0) break;
      Improve(LeaveOut(*plan, from, size), shows, plan);
    }
  }
}

// Each way in which one operation can be plainer, the plainest first.
std::vector<Op> Plainer(const Op& op) {
  std::vector<Op> all;
  const auto add = [&](Op one) { all.push_back(std::move(one)); };
  Op one = op;
  one.clear_cut();
  one.clear_chunking();
  add(one);
  one = op;
  one.clear_joined();
  add(one);
  if (op.has_raw()) {
    const std::string& octets = op.raw().octets();
    for (const size_t size : {octets.size() / 2, octets.size() - 1}) {
      one = op;
      one.mutable_raw()->set_octets(octets.substr(0, size));
      if (!octets.empty()) add(one);
    }
  }
  const google::protobuf::OneofDescriptor* const kind =
      Op::descriptor()->FindOneofByName("kind");
  const auto* const field =
      op.GetReflection()->GetOneofFieldDescriptor(op, kind);
  if (field == nullptr) return all;
  const auto& message = op.GetReflection()->GetMessage(op, field);
  std::vector<const google::protobuf::FieldDescriptor*> set;
  message.GetReflection()->ListFields(message, &set);
  for (const auto* each : set) {
    if (each->name() == "function" || each->name() == "length") continue;
    one = op;
    google::protobuf::Message* const changed =
        one.GetReflection()->MutableMessage(&one, field);
    changed->GetReflection()->ClearField(changed, each);
    add(one);
  }
  if (op.call().times() > 2) {
    for (const uint32_t times :
         {op.call().times() / 2, op.call().times() - 1}) {
      one = op;
      one.mutable_call()->set_times(times);
      add(one);
    }
  }
  return all;
}

std::vector<Part> Shorter(const Part& part) {
  std::vector<Part> all;
  Part one = part;
  if (part.pattern().count() > 1) {
    for (const uint64_t count :
         {part.pattern().count() / 2, part.pattern().count() - 1}) {
      one.mutable_pattern()->set_count(count);
      all.push_back(one);
    }
  } else if (part.octets().size() > 1) {
    const std::string& octets = part.octets();
    for (const std::string& shorter :
         {std::string("a"), octets.substr(0, octets.size() / 2),
          octets.substr(octets.size() / 2), octets.substr(1)}) {
      one.set_octets(shorter);
      all.push_back(one);
    }
  }
  return all;
}

Parts* PayloadOf(Op* op) {
  if (op->has_call()) return op->mutable_call()->mutable_payload();
  if (op->has_answer()) return op->mutable_answer()->mutable_payload();
  if (op->has_event()) return op->mutable_event()->mutable_payload();
  return nullptr;
}

bool ShortenPayload(int number, Shows shows, Plan* plan) {
  const Parts* const parts = PayloadOf(plan->mutable_op(number));
  if (parts == nullptr) return false;
  for (int i = 0; i < parts->size(); ++i) {
    for (const Part& part : Shorter(parts->Get(i))) {
      Plan candidate = *plan;
      *PayloadOf(candidate.mutable_op(number))->Mutable(i) = part;
      if (Improve(std::move(candidate), shows, plan)) return true;
    }
  }
  return false;
}

// Makes operations plainer until none can be.
void Simplify(Shows shows, Plan* plan) {
  Plan candidate = *plan;
  candidate.set_transport(SOCKETPAIR);
  Improve(candidate, shows, plan);
  candidate = *plan;
  candidate.clear_watch();
  Improve(candidate, shows, plan);
  candidate = *plan;
  candidate.clear_strict_ids();
  Improve(candidate, shows, plan);
  for (int i = 0; i < plan->op_size(); ++i) {
    bool plainer = true;
    while (plainer) {
      plainer = false;
      for (Op& op : Plainer(plan->op(i))) {
        candidate = *plan;
        *candidate.mutable_op(i) = std::move(op);
        plainer |= Improve(candidate, shows, plan);
        if (plainer) break;
      }
      plainer = plainer || ShortenPayload(i, shows, plan);
    }
  }
}

}  // namespace

Plan ShrinkBy(const Plan& plan, Shows shows) {
  Plan small = plan;
  DropOperations(shows, &small);
  Simplify(shows, &small);
  DropOperations(shows, &small);
  return small;
}

Plan Shrink(const Plan& plan, const Trouble& trouble, const Machine& machine,
            const Without& without, const Bench& bench, int tries) {
  int left = kMostTries;
  const absl::Time until = absl::Now() + kMostTime;
  return ShrinkBy(plan, [&](const Plan& candidate) {
    for (int i = 0; i < tries; ++i) {
      if (--left < 0 || absl::Now() > until) return false;
      const Tried tried = TryPlan(candidate, machine, without, bench);
      if (tried.trouble.has_value() && tried.harness.empty() &&
          tried.trouble->Signature() == trouble.Signature()) {
        return true;
      }
    }
    return false;
  });
}

}  // namespace forkrpc::conformance
