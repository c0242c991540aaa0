// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Payloads of a simulation: they say whose they are, and cannot be mistaken.
//
// Each is the call's number and what it is of that call, then octets without a
// pattern that depend on both. One that is shifted, cut or mixed with another
// is none.
//
//   std::string payload;
//   MakePayload(7, kRequestPayload, 100, &payload);
//   int call, what;
//   ReadPayload(payload, &call, &what);  // true; 7, kRequestPayload

#ifndef FORKRPC_TESTING_SIMULATION_PAYLOAD_H_
#define FORKRPC_TESTING_SIMULATION_PAYLOAD_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace forkrpc {

// What a payload may be; an event is its number, 0 and up.
inline constexpr int kRequestPayload = -1;
inline constexpr int kResponsePayload = -2;

// The payload that is `what` of `call`. `size` is brought into the range of
// kSmallestPayload to 64 KiB.
void MakePayload(int call, int what, size_t size, std::string* payload);

// False if it is not one of MakePayload().
bool ReadPayload(absl::string_view payload, int* call, int* what);

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_SIMULATION_PAYLOAD_H_
