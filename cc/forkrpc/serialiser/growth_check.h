// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CheckMemory, CheckTime: what decoding costs as a payload grows; for tests.
//
// Links the allocation counter, so only tests of their own may use it.

#ifndef FORKRPC_SERIALISER_GROWTH_CHECK_H_
#define FORKRPC_SERIALISER_GROWTH_CHECK_H_

#include <functional>
#include <string>
#include <vector>

namespace forkrpc {

struct GrowingPayload {
  const char* name;
  std::string before;
  std::string repeated;
  std::string behind;
};

using DecodePayload = std::function<void(const std::string&)>;

// That decoding allocates at most 64 times the octets and 64 KiB at once.
void CheckMemory(const std::vector<GrowingPayload>& payloads,
                 const DecodePayload& decode);

// That eight times the octets take no more than 24 times as long; quadratic
// work would take 64 times. Of this thread's time, the best of several.
void CheckTime(const std::vector<GrowingPayload>& payloads,
               const DecodePayload& decode);

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_GROWTH_CHECK_H_
