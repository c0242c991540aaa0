// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Random lists and random octets for the tests of string-pack.
//
// The same seed gives the same values everywhere. Lengths keep to where a BER
// length gets another octet, and octets to those that mean something in one,
// because uniform values would hardly ever hit either.
//
//   RandomList random(1);
//   std::vector<std::string> list = random.List();

#ifndef FORKRPC_SERIALISER_RANDOM_LIST_H_
#define FORKRPC_SERIALISER_RANDOM_LIST_H_

#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace forkrpc {

class RandomList {
 public:
  explicit RandomList(unsigned seed) : engine_(seed) {}

  // 0 to 7 items, mostly below 200 octets, some about 16,384.
  std::vector<std::string> List();

  // 0 to 24 octets that look like lengths: malformed more often than not.
  std::string Octets();

  // 0 to limit - 1.
  size_t Below(size_t limit) { return engine_() % limit; }

 private:
  std::string Item();

  std::mt19937 engine_;
};

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_RANDOM_LIST_H_
