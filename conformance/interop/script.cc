// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/interop/script.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "conformance/runner/wire/frame_scanner.h"

namespace forkrpc::conformance {
namespace {

// Beyond what 16 bits can say, and more than a pipe holds.
constexpr uint32_t kLarge = 200000;
constexpr int kAtOnce = 64;
// The pattern that the contract's function Z makes.
constexpr uint32_t kPatternPeriod = 251;

std::string Pattern(uint32_t count) {
  std::string octets(count, '\0');
  for (uint32_t i = 0; i < count; ++i) {
    octets[i] = static_cast<char>(i % kPatternPeriod);
  }
  return octets;
}

std::string Number(uint32_t value) {
  std::string octets;
  AppendU32(value, &octets);
  return octets;
}

InteropCall Echo(const std::string& tag, const std::string& octets) {
  return {tag, absl::StrCat("E", octets), octets};
}

InteropStage ManyAtOnce() {
  InteropStage many = {"many calls at once", {}, {}, false};
  for (int i = 0; i < kAtOnce; ++i) {
    const std::string tag = absl::StrCat("many", i);
    many.calls.push_back(Echo(tag, absl::StrCat("number ", i)));
  }
  return many;
}

// Calls that the child holds back and answers in another order.
InteropStage OutOfOrder() {
  return {"answers in another order",
          {{"held0", "Hzero", "zero"},
           {"held1", "Hone", "one"},
           {"held2", "Htwo", "two"},
           {"release", std::string("R\2\0\1", 4), ""}},
          {},
          false};
}

}  // namespace

std::vector<InteropStage> InteropScript(Form form, uint64_t max_frame) {
  const uint32_t large = static_cast<uint32_t>(
      max_frame == 0 ? kLarge : std::min<uint64_t>(kLarge, max_frame - 1));
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  std::vector<InteropStage> script = {
      {"a call", {Echo("first", "hello")}, {}, false},
      {"an empty call", {{"empty", "", ""}}, {}, false},
      {"every octet", {Echo("octets", all)}, {}, false},
      {"an event", {{"event", "Vnews", ""}}, {"news"}, false},
      {"an event beside a response",
       {{"both", "Btwice", "twice"}},
       {"twice"},
       false},
      {"a large request",
       {{"long", absl::StrCat("L", Pattern(large)), Number(large)}},
       {},
       false},
      {"a large response",
       {{"pattern", absl::StrCat("Z", Number(large)), Pattern(large)}},
       {},
       false},
      ManyAtOnce()};
  if (form == ASYNC) {
    script.push_back(OutOfOrder());
    script.push_back({"an event behind a response",
                      {{"after", "Alater", "later"}},
                      {"later"},
                      false});
  }
  script.push_back({"half-close with calls in flight",
                    {Echo("last0", "one more"),
                     {"last1", "Bevent", "event"},
                     Echo("last2", "the last")},
                    {"event"},
                    true});
  return script;
}

}  // namespace forkrpc::conformance
