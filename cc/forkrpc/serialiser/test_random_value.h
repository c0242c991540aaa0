// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// RandomValue: values of every kind from a seed; for tests only.
//
// The same seed gives the same values on every machine.

#ifndef FORKRPC_SERIALISER_TEST_RANDOM_VALUE_H_
#define FORKRPC_SERIALISER_TEST_RANDOM_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "forkrpc/serialiser/value.h"

namespace forkrpc {

class RandomValue {
 public:
  enum class Kinds {
    kAll,
    kJson,  // those that come back from JSON as they were
  };

  RandomValue(Kinds kinds, unsigned seed) : kinds_(kinds), engine_(seed) {}

  // Of at most `depth` lists and maps in one another; what is shared is shared
  // within one value.
  Value Make(int depth);

  // 0 to limit - 1.
  size_t Below(size_t limit) { return engine_() % limit; }
  uint64_t Bits() { return uint64_t{engine_()} << 32 | engine_(); }

 private:
  Value Part(int depth);
  Value Scalar();
  Value Number();
  std::string String();
  std::string Utf8();

  const Kinds kinds_;
  std::mt19937 engine_;
  std::vector<Value> shared_;
};

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_TEST_RANDOM_VALUE_H_
