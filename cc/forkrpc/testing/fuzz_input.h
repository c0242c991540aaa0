// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// FuzzInput, Require, HasNumber: how a fuzz target reads its input and says
// what is wrong.
//
// A target takes numbers and octets from the front of its input until nothing
// is left. An input that is too short is as good as one with zeros behind it,
// so no input is refused and shorter ones mean something too. Allocates
// nothing; views are into the input.
//
//   extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
//     FuzzInput input(data, size);
//     const Form form = input.TakeOctet() % 2 == 0 ? Form::kSync :
//     Form::kAsync; while (!input.empty()) Step(input.TakeOctet(), &input);
//     Require(Sum() == 0, "nothing is lost");
//     return 0;
//   }

#ifndef FORKRPC_TESTING_FUZZ_INPUT_H_
#define FORKRPC_TESTING_FUZZ_INPUT_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/string_view.h"

namespace forkrpc {

class FuzzInput {
 public:
  FuzzInput(const uint8_t* data, size_t size)
      : rest_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return rest_.empty(); }

  // 0 if nothing is left.
  uint8_t TakeOctet() {
    if (rest_.empty()) return 0;
    const auto octet = static_cast<uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
    return octet;
  }

  // Four octets, big-endian: what a dictionary of the wire's numbers puts in.
  uint32_t TakeNumber() {
    uint32_t number = 0;
    for (int i = 0; i < 4; ++i) number = number << 8 | TakeOctet();
    return number;
  }

  // `n` octets, or those that are left.
  absl::string_view Take(size_t n) {
    const absl::string_view taken = rest_.substr(0, n);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  absl::string_view TakeRest() { return Take(rest_.size()); }

 private:
  absl::string_view rest_;
};

// Ends the process, with `what` on stderr, unless it holds. Not an assert: it
// is there in every build.
inline void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

// Whether `text` has `word` and behind it just this number: "offset 12" is not
// found in "offset 123".
inline bool HasNumber(absl::string_view text, absl::string_view word,
                      uint64_t number) {
  const size_t at = text.find(word);
  if (at == absl::string_view::npos) return false;
  uint64_t found = 0;
  size_t i = at + word.size();
  const size_t first = i;
  for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
    found = found * 10 + static_cast<uint64_t>(text[i] - '0');
  }
  return i > first && found == number;
}

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_FUZZ_INPUT_H_
