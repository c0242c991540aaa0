// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/case_builder.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "conformance/runner/cases/case_run.h"
#include "conformance/runner/wire/frame_scanner.h"

namespace forkrpc::conformance {
namespace {

// So many octets one by one take about as long as a run without.
constexpr uint64_t kMostOneByOne = 2000;
// What a testee may use beside what it keeps of the wire: four times that of a
// limit of 16 MiB.
constexpr uint64_t kFreeMemory = uint64_t{64} << 20;
constexpr uint64_t kMemoryPerOctet = 16;
// Files that a program opens when it first needs them.
constexpr uint32_t kFreeDescriptors = 4;
constexpr uint64_t kShortKey = 4096;

}  // namespace

Step* CaseBuilder::Add(const std::string& req) {
  CloseGroup();
  Step* const step = case_.add_steps();
  if (!req.empty() && Wants(req)) {
    step->set_req(req);
    cited_.push_back(req);
  }
  return step;
}

void CaseBuilder::AddExit(ExpectExit::Status status, const std::string& req) {
  const bool wants = Wants(req);
  Add(req)->mutable_expect_exit()->set_status(wants ? status : ExpectExit::ANY);
}

Send::Item* CaseBuilder::Item(const Op& op, uint64_t octets) {
  if (!Joins(op)) {
    Send* const send = Add()->mutable_send();
    send->set_chunking(op.chunking());
    uint32_t last = 0;
    for (const uint32_t cut : op.cut()) {
      if (cut <= last) continue;
      send->add_cut(cut);
      last = cut;
    }
    group_ = send;
    group_octets_ = 0;
  }
  group_octets_ += octets;
  octets_ += octets;
  if (group_->chunking() == EVERY_OCTET && group_octets_ > kMostOneByOne) {
    group_->set_chunking(COALESCED);
  }
  return group_->add_item();
}

void CaseBuilder::MarkWatch() {
  Add()->mutable_mark_memory();
  Add()->mutable_mark_descriptors();
}

void CaseBuilder::CheckWatch() {
  if (!plan_.watch()) return;
  Add("FR-LIM-001")
      ->mutable_expect_memory()
      ->set_max_growth(kFreeMemory + kMemoryPerOctet * octets_);
  Add()->mutable_expect_descriptors()->set_max_growth(kFreeDescriptors);
}

Case CaseBuilder::Finish(const std::vector<std::string>& base) {
  case_.set_role(plan_.role());
  case_.add_forms(plan_.form());
  case_.mutable_axes()->add_transport(plan_.transport());
  std::vector<std::string> reqs = base;
  reqs.insert(reqs.end(), cited_.begin(), cited_.end());
  Level strongest = MAY;
  for (const std::string& req : reqs) {
    const auto& all = case_.reqs();
    if (!Wants(req) || std::count(all.begin(), all.end(), req) > 0) continue;
    case_.add_reqs(req);
    const Requirement* const known = spec_.Find(req);
    if (known != nullptr) strongest = std::min(strongest, known->level);
  }
  case_.set_level(strongest);
  case_.set_id(absl::StrCat("fuzz/", Name(plan_.role()), "-",
                            Name(plan_.form()), "-", plan_.number()));
  case_.set_title(absl::StrCat("plan ", plan_.number(), " of seed ",
                               plan_.seed(), " of the fuzzer"));
  case_.set_why("Made by the fuzzer from a plan.");
  return case_;
}

Part OctetsPart(absl::string_view octets) {
  Part part;
  part.set_octets(std::string(octets));
  return part;
}

Part NumberPart(uint32_t number) {
  std::string octets;
  AppendU32(number, &octets);
  return OctetsPart(octets);
}

Part PatternPart(uint64_t count) {
  Part part;
  part.mutable_pattern()->set_count(count);
  return part;
}

Parts WithPart(const Parts& parts, const Part& last) {
  Parts all = parts;
  *all.Add() = last;
  return all;
}

std::string PayloadKey(const Parts& parts) {
  if (PayloadSize(parts) <= kShortKey) return MakePayload(parts, 0);
  std::string key;
  for (const Part& part : parts)
    absl::StrAppend(&key, part.SerializeAsString());
  return key;
}

}  // namespace forkrpc::conformance
