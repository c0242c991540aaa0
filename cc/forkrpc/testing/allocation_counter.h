// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// AllocationCounter: what operator new did while it lived.
//
// Linking this library replaces the global operator new and delete of the
// program, so only tests and benchmarks may. It counts all threads together;
// counters must not be nested across threads.
//
//   AllocationCounter counter;
//   Decode(payload);
//   EXPECT_EQ(counter.allocations(), 0);

#ifndef FORKRPC_TESTING_ALLOCATION_COUNTER_H_
#define FORKRPC_TESTING_ALLOCATION_COUNTER_H_

#include <cstddef>
#include <cstdint>

namespace forkrpc {

class AllocationCounter {
 public:
  AllocationCounter();

  // Calls of operator new since construction.
  int64_t allocations() const;
  // The largest sum of octets alive at once, beyond those alive at
  // construction. Sizes are those the allocator really gave, rounding included.
  int64_t peak_octets() const;
  // Octets alive now beyond those alive at construction; may be negative.
  int64_t live_octets() const;

 private:
  const int64_t allocations_before_;
  const int64_t live_before_;
};

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_ALLOCATION_COUNTER_H_
