// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What the contract's functions answer: conformance/CONTRACT.md's table.
//
// H and R, which need to know what is held, are the caller's. Pure; any thread.
//
//   for (const Owed& owed : Execute("B", rest, 0, "c1", id)) Expect(owed);

#ifndef CONFORMANCE_FUZZ_CHILD_FUNCTIONS_H_
#define CONFORMANCE_FUZZ_CHILD_FUNCTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "conformance/runner/cases/payload.h"
#include "forkrpc/conformance_case.pb.h"

namespace forkrpc::conformance {

// A frame that is to come.
struct Owed {
  ExpectFrames::Item item;
  uint32_t id;  // of the response; 0 for an event
};

// The longest answer to Z that is asked for, in octets.
constexpr uint64_t kMostAnswer = uint64_t{16} << 20;

// Whether a function with that first octet fails; "" is the empty request.
bool FunctionFails(const std::string& function);

// Whether it raises an event of its payload.
bool RaisesEvent(const std::string& function);

// Octets of payload that come back, at most.
uint64_t AnswerSize(const std::string& function, const Parts& rest,
                    uint32_t answer_octets);

Owed EventOf(const Parts& payload);
Owed ResponseOf(const std::string& tag, uint32_t id, const Parts& payload);

// The frames that come of a request, in their order.
std::vector<Owed> Execute(const std::string& function, const Parts& rest,
                          uint32_t answer_octets, const std::string& tag,
                          uint32_t id);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_FUZZ_CHILD_FUNCTIONS_H_
