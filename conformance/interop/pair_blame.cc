// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/interop/pair_blame.h"

#include <cstdint>
#include <map>

#include "absl/strings/str_cat.h"
#include "conformance/runner/wire/octets_text.h"

namespace forkrpc::conformance {
namespace {

void Add(Role end, const std::vector<std::string>& reqs,
         const std::string& what, InteropPair* pair) {
  InteropBlame* const blame = pair->add_blames();
  blame->set_end(end);
  for (const std::string& req : reqs) blame->add_reqs(req);
  blame->set_what(what);
}

// What the machine of that end has found.
void AddBreach(const WireJudge& judge, End end, InteropPair* pair) {
  const std::optional<Breach>& breach = judge.breach(end);
  if (!breach.has_value()) return;
  Add(end == End::kParent ? PARENT : CHILD, breach->reqs,
      absl::StrCat("at octet ", breach->offset, " of what it sent, ",
                   breach->what, " in the state ", breach->state),
      pair);
}

// Requests in another order than that of the calls. No machine knows the calls,
// and the child fails of it: it is told to answer what it does not have yet.
//= spec/wire.md#FR-ORD-007
void AddWrongOrder(const PairEvidence& evidence, InteropPair* pair) {
  std::vector<const InteropCall*> calls;
  for (size_t i = 0; i < evidence.stages; ++i) {
    for (const InteropCall& call : (*evidence.script)[i].calls) {
      calls.push_back(&call);
    }
  }
  const std::vector<WireFrame>& requests = evidence.frames->requests();
  for (size_t i = 0; i < requests.size() && i < calls.size(); ++i) {
    if (requests[i].payload == calls[i]->payload) continue;
    for (size_t j = i + 1; j < calls.size(); ++j) {
      if (requests[i].payload != calls[j]->payload) continue;
      return Add(PARENT, {"FR-ORD-007"},
                 absl::StrCat("sends the request of the call ", calls[j]->tag,
                              " before that of ", calls[i]->tag,
                              ", which was made before"),
                 pair);
    }
    return;  // another fault
  }
}

// The responses that the requests so far must bring, by their payloads.
std::map<std::string, std::string> Wanted(const PairEvidence& evidence) {
  std::map<std::string, std::string> wanted;
  for (size_t i = 0; i < evidence.stages; ++i) {
    for (const InteropCall& call : (*evidence.script)[i].calls) {
      wanted.emplace(call.payload, call.response);
    }
  }
  return wanted;
}

// Requests of which nobody has asked for the payload.
bool AddStrangeRequests(const PairEvidence& evidence,
                        const std::map<std::string, std::string>& wanted,
                        InteropPair* pair) {
  for (const WireFrame& request : evidence.frames->requests()) {
    if (wanted.count(request.payload) > 0) continue;
    Add(PARENT, {},
        absl::StrCat("sends a request that it was not told to make: ",
                     DescribeOctets(request.payload)),
        pair);
    return true;
  }
  return false;
}

// Answers that are not what the function gives.
bool AddWrongAnswers(const PairEvidence& evidence,
                     const std::map<std::string, std::string>& wanted,
                     InteropPair* pair) {
  // The requests that a response with that id may be to, oldest first.
  std::map<uint32_t, std::vector<const WireFrame*>> by_id;
  for (const WireFrame& request : evidence.frames->requests()) {
    by_id[evidence.form == ASYNC ? request.id : 0].push_back(&request);
  }
  std::vector<std::string> events;
  for (const InteropStage& stage : *evidence.script) {
    events.insert(events.end(), stage.events.begin(), stage.events.end());
  }
  std::map<uint32_t, size_t> answered;
  size_t raised = 0;
  for (const WireFrame& answer : evidence.frames->answers()) {
    if (answer.id == 0) {
      if (raised < events.size() && answer.payload == events[raised++]) {
        continue;
      }
      Add(CHILD, {},
          absl::StrCat("raises the event ", DescribeOctets(answer.payload),
                       ", which no function was asked for"),
          pair);
      return true;
    }
    const uint32_t id = evidence.form == ASYNC ? answer.id : 0;
    const std::vector<const WireFrame*>& requests = by_id[id];
    const size_t at = answered[id]++;
    if (at >= requests.size()) continue;  // the machine has seen it
    const std::string& right = wanted.at(requests[at]->payload);
    if (answer.payload == right) continue;
    Add(CHILD, {},
        absl::StrCat("answers ", DescribeOctets(requests[at]->payload),
                     " with ", DescribeOctets(answer.payload), ", not with ",
                     DescribeOctets(right)),
        pair);
    return true;
  }
  return false;
}

// Whose turn it is when nothing comes.
void AddSilent(const PairEvidence& evidence, InteropPair* pair) {
  size_t calls = 0;
  for (size_t i = 0; i < evidence.stages; ++i) {
    calls += (*evidence.script)[i].calls.size();
  }
  const bool dropped =
      evidence.stages > 0 && (*evidence.script)[evidence.stages - 1].drop;
  size_t responses = 0;
  for (const WireFrame& answer : evidence.frames->answers()) {
    if (answer.id != 0) ++responses;
  }
  const size_t requests = evidence.frames->requests().size();
  if (!evidence.child_reads) {
    return Add(CHILD, {}, "does not read what was sent to it", pair);
  }
  if (requests < calls) {
    return Add(PARENT, {},
               absl::StrCat("has sent ", requests, " of ", calls,
                            " requests and sends no more"),
               pair);
  }
  if (responses < calls || (dropped && evidence.frames->parent_ended() &&
                            !evidence.frames->child_ended())) {
    const Breach owed = evidence.judge->Owes(End::kChild);
    return Add(CHILD, owed.reqs,
               absl::StrCat("does nothing more in the state ", owed.state, ": ",
                            owed.what),
               pair);
  }
  if (dropped && !evidence.frames->parent_ended()) {
    return Add(PARENT, {"FR-CLS-001"}, "does not half-close", pair);
  }
  const std::string missing = evidence.reports->Missing();
  if (!missing.empty()) {
    return Add(PARENT, {}, absl::StrCat("does not report ", missing), pair);
  }
  const Breach owed = evidence.judge->Owes(End::kChild);
  Add(CHILD, owed.reqs, absl::StrCat("does not end: ", owed.what), pair);
}

}  // namespace

void AddBlames(const PairEvidence& evidence, InteropPair* pair) {
  AddBreach(*evidence.judge, End::kParent, pair);
  if (pair->blames_size() == 0) AddWrongOrder(evidence, pair);
  AddBreach(*evidence.judge, End::kChild, pair);
  if (pair->blames_size() > 0) return;
  const std::map<std::string, std::string> wanted = Wanted(evidence);
  if (AddStrangeRequests(evidence, wanted, pair)) return;
  if (AddWrongAnswers(evidence, wanted, pair)) return;
  const ParentReports& reports = *evidence.reports;
  if (!reports.wrong().empty()) return Add(PARENT, {}, reports.wrong(), pair);
  if (!reports.error().empty()) {
    return Add(PARENT, {},
               absl::StrCat("reports the error ", reports.error(),
                            ", although the child has broken nothing"),
               pair);
  }
  if (!evidence.how_parent_ended.empty()) {
    return Add(
        PARENT, {},
        absl::StrCat("has ended too early, with ", evidence.how_parent_ended),
        pair);
  }
  if (evidence.silence) AddSilent(evidence, pair);
}

}  // namespace forkrpc::conformance
