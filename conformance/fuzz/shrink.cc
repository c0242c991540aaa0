// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/shrink.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"

namespace forkrpc::conformance {
namespace {

constexpr int kMostTries = 600;
// A hang takes seconds, and on a busy machine many: it is their number that is
// bounded, so that the result does not depend on the machine.
constexpr int kMostHangs = 50;
constexpr absl::Duration kMostTime = absl::Minutes(5);
// A plan with more is tried once more, each candidate several times: what
// depends on time may only have failed to show.
constexpr int kFewOperations = 5;
constexpr int kPatientTries = 3;
// A border beyond what 16 bits count is a buffer's, and not looked for to the
// octet.
constexpr uint64_t kExact = 70000;
constexpr int kMostForPairs = 12;

using Shows = absl::FunctionRef<bool(const Plan&)>;

// Less than that, the least first: half, three quarters, seven eighths, ...
std::vector<uint64_t> Fewer(uint64_t count) {
  std::vector<uint64_t> all;
  const uint64_t least = std::max<uint64_t>(1, count > kExact ? count / 32 : 0);
  for (uint64_t off = count / 2; off >= least; off /= 2) {
    all.push_back(count - off);
  }
  return all;
}

uint32_t TimesOf(const Op& op) {
  return std::max({op.call().times(), op.answer().times(), op.event().times()});
}

void SetTimes(uint32_t times, Op* op) {
  if (op->has_call()) op->mutable_call()->set_times(times);
  if (op->has_answer()) op->mutable_answer()->set_times(times);
  if (op->has_event()) op->mutable_event()->set_times(times);
}

Parts* PayloadOf(Op* op) {
  if (op->has_call()) return op->mutable_call()->mutable_payload();
  if (op->has_answer()) return op->mutable_answer()->mutable_payload();
  if (op->has_event()) return op->mutable_event()->mutable_payload();
  return nullptr;
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
  for (const uint64_t times : Fewer(TimesOf(op))) {
    one = op;
    SetTimes(static_cast<uint32_t>(times), &one);
    add(one);
  }
  return all;
}

std::vector<Part> Shorter(const Part& part) {
  std::vector<Part> all;
  Part one = part;
  if (part.pattern().count() > 1) {
    for (const uint64_t count : Fewer(part.pattern().count())) {
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

// One operation that does what both do, or nearly: so often, or with so much.
std::vector<Op> Merged(Op first, Op second) {
  std::vector<Op> all;
  if (first.kind_case() != second.kind_case() || !PayloadOf(&first)) return all;
  const uint32_t times = std::max(1U, TimesOf(first));
  const uint32_t others = std::max(1U, TimesOf(second));
  for (Op* const one : {&first, &second}) {
    Op merged = *one;
    SetTimes(times + others, &merged);
    all.push_back(merged);
  }
  const uint64_t octets = times * PayloadSize(*PayloadOf(&first)) +
                          others * PayloadSize(*PayloadOf(&second));
  Op merged = first;
  SetTimes(0, &merged);
  PayloadOf(&merged)->Clear();
  PayloadOf(&merged)->Add()->mutable_pattern()->set_count(octets);
  all.push_back(merged);
  return all;
}

// Makes one plan smaller, step by step.
//
// Invariant: plan_ shows it, or is the plan that was given.
class Shrinker {
 public:
  Shrinker(const Plan& plan, Shows shows) : plan_(plan), shows_(shows) {}

  Plan Run() {
    std::string before;
    while (before != plan_.SerializeAsString()) {
      before = plan_.SerializeAsString();
      DropOperations();
      Merge();
      WaitInstead();
      DropPairs();
      Simplify();
    }
    return plan_;
  }

 private:
  // Takes the candidate if it still shows it. None is tried twice.
  bool Improve(Plan candidate) {
    candidate.clear_seed();
    candidate.clear_number();
    std::string text = candidate.SerializeAsString();
    if (text == plan_.SerializeAsString() ||
        !tried_.insert(std::move(text)).second || !shows_(candidate)) {
      return false;
    }
    plan_ = std::move(candidate);
    return true;
  }

  bool LeaveOut(int from, int count) {
    Plan candidate = plan_;
    candidate.mutable_op()->DeleteSubrange(from, count);
    return Improve(std::move(candidate));
  }

  void DropOperations() {
    for (int size = std::max(1, plan_.op_size() / 2); size > 0; size /= 2) {
      for (int from = plan_.op_size() - size; from >= 0; from -= size) {
        from = std::min(from, plan_.op_size() - size);
        if (from < 0) break;
        LeaveOut(from, size);
      }
    }
  }

  // Two that need each other, such as a stall and what goes on behind it.
  void DropPairs() {
    if (plan_.op_size() > kMostForPairs) return;
    for (int first = plan_.op_size() - 2; first >= 0; --first) {
      for (int second = plan_.op_size() - 1; second > first + 1; --second) {
        Plan candidate = plan_;
        candidate.mutable_op()->DeleteSubrange(second, 1);
        candidate.mutable_op()->DeleteSubrange(first, 1);
        if (Improve(std::move(candidate))) break;
      }
    }
  }

  void Merge() {
    for (int first = 0; first < plan_.op_size(); ++first) {
      for (int second = first + 1; second < plan_.op_size(); ++second) {
        if (MergeTwo(first, second)) --second;
      }
    }
  }

  bool MergeTwo(int first, int second) {
    for (const Op& merged : Merged(plan_.op(first), plan_.op(second))) {
      // Where either of them was.
      for (const int place : {first, second}) {
        Plan candidate = plan_;
        *candidate.mutable_op(place) = merged;
        candidate.mutable_op()->DeleteSubrange(first + second - place, 1);
        if (Improve(std::move(candidate))) return true;
      }
    }
    return false;
  }

  // What an operation is needed for may be the time that it takes.
  void WaitInstead() {
    for (int i = 0; i < plan_.op_size(); ++i) {
      if (plan_.op(i).has_expect()) continue;
      Plan candidate = plan_;
      candidate.mutable_op(i)->Clear();
      candidate.mutable_op(i)->mutable_expect();
      Improve(std::move(candidate));
    }
  }

  bool ShortenPayload(int number) {
    const Parts* const parts = PayloadOf(plan_.mutable_op(number));
    if (parts == nullptr) return false;
    for (int i = 0; i < parts->size(); ++i) {
      for (const Part& part : Shorter(parts->Get(i))) {
        Plan candidate = plan_;
        *PayloadOf(candidate.mutable_op(number))->Mutable(i) = part;
        if (Improve(std::move(candidate))) return true;
      }
    }
    return false;
  }

  bool SimplifyOne(int number) {
    for (Op& op : Plainer(plan_.op(number))) {
      Plan candidate = plan_;
      *candidate.mutable_op(number) = std::move(op);
      if (Improve(std::move(candidate))) return true;
    }
    return ShortenPayload(number);
  }

  // Makes operations plainer until none can be.
  void Simplify() {
    Plan candidate = plan_;
    candidate.set_transport(SOCKETPAIR);
    Improve(candidate);
    candidate = plan_;
    candidate.clear_watch();
    Improve(candidate);
    candidate = plan_;
    candidate.clear_strict_ids();
    Improve(candidate);
    for (int i = 0; i < plan_.op_size(); ++i) {
      while (SimplifyOne(i)) continue;
    }
  }

  Plan plan_;
  const Shows shows_;
  std::set<std::string> tried_;
};

}  // namespace

Plan ShrinkBy(const Plan& plan, Shows shows) {
  return Shrinker(plan, shows).Run();
}

Plan Shrink(const Plan& plan, const Trouble& trouble, const Machine& machine,
            const Without& without, const Bench& bench, int tries) {
  int left = kMostTries;
  int hangs = 0;
  const absl::Time until = absl::Now() + kMostTime;
  const auto shows = [&](const Plan& candidate) {
    for (int i = 0; i < tries; ++i) {
      if (--left < 0 || hangs >= kMostHangs || absl::Now() > until) {
        return false;
      }
      const Tried tried = TryPlan(candidate, machine, without, bench);
      hangs += tried.outcome.result.verdict() == HANG ? 1 : 0;
      if (tried.trouble.has_value() && tried.harness.empty() &&
          tried.trouble->Signature() == trouble.Signature()) {
        return true;
      }
    }
    return false;
  };
  const Plan small = ShrinkBy(plan, shows);
  if (small.op_size() <= kFewOperations || tries >= kPatientTries) return small;
  tries = kPatientTries;
  return ShrinkBy(small, shows);
}

}  // namespace forkrpc::conformance
