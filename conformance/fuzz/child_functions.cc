// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/child_functions.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "conformance/fuzz/case_builder.h"

namespace forkrpc::conformance {

bool FunctionFails(const std::string& function) {
  return !function.empty() && !absl::StrContains("EVBALZHR", function);
}

bool RaisesEvent(const std::string& function) {
  return !function.empty() && absl::StrContains("VBA", function);
}

uint64_t AnswerSize(const std::string& function, const Parts& rest,
                    uint32_t answer_octets) {
  if (function == "Z") return std::min<uint64_t>(answer_octets, kMostAnswer);
  // L answers with a number, however short the rest is.
  return std::max<uint64_t>(4, 2 * PayloadSize(rest));
}

Owed EventOf(const Parts& payload) {
  Owed owed = {{}, 0};
  *owed.item.mutable_event()->mutable_payload() = payload;
  return owed;
}

Owed ResponseOf(const std::string& tag, uint32_t id, const Parts& payload) {
  Owed owed = {{}, id};
  owed.item.mutable_response()->set_to(tag);
  *owed.item.mutable_response()->mutable_payload() = payload;
  return owed;
}

std::vector<Owed> Execute(const std::string& function, const Parts& rest,
                          uint32_t answer_octets, const std::string& tag,
                          uint32_t id) {
  std::vector<Owed> made;
  if (function == "V" || function == "B") made.push_back(EventOf(rest));
  Parts answer;
  if (function == "E" || function == "B" || function == "A") answer = rest;
  if (function == "L") {
    *answer.Add() = NumberPart(static_cast<uint32_t>(PayloadSize(rest)));
  } else if (function == "Z") {
    const uint64_t count = AnswerSize(function, rest, answer_octets);
    if (count > 0) *answer.Add() = PatternPart(count);
  }
  made.push_back(ResponseOf(tag, id, answer));
  if (function == "A") made.push_back(EventOf(rest));
  return made;
}

}  // namespace forkrpc::conformance
