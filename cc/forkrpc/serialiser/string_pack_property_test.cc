// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What holds for all lists and all payloads, tried on many.

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/random_list.h"
#include "forkrpc/serialiser/string_pack.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using Strings = std::vector<std::string>;

StringPackOptions Perl() {
  StringPackOptions options;
  options.mode = StringPackMode::kPerl;
  return options;
}

std::string Encoded(const Strings& items) {
  std::string payload;
  EXPECT_TRUE(EncodeStringPack(items, &payload).ok());
  return payload;
}

// How often each outcome came about, so that no property holds for want of
// tries.
struct Outcomes {
  int both_accept = 0;
  int only_perl_accepts = 0;
  int both_refuse = 0;
};

// The properties of any payload. It is copied to a block of its own size, so
// that AddressSanitizer sees a read behind its end.
void CheckPayload(const std::string& octets, Outcomes* outcomes) {
  const std::vector<char> exact(octets.begin(), octets.end());
  const absl::string_view payload(exact.data(), exact.size());
  Strings strict;
  Strings perl;
  const absl::Status strict_status = DecodeStringPack(payload, &strict);
  const absl::Status perl_status = DecodeStringPack(payload, &perl, Perl());
  const std::string hex = absl::BytesToHexString(payload);

  if (strict_status.ok()) {
    ASSERT_TRUE(perl_status.ok()) << hex << ": " << perl_status;
    ASSERT_EQ(strict, perl) << hex;
    // Strict decoding is one to one.
    ASSERT_EQ(Encoded(strict), payload) << hex;
    ++outcomes->both_accept;
  } else if (perl_status.ok()) {
    ASSERT_EQ(strict_status.code(), absl::StatusCode::kDataLoss) << hex;
    ASSERT_NE(Encoded(perl), payload) << hex;
    Strings again;
    ASSERT_TRUE(DecodeStringPack(Encoded(perl), &again).ok()) << hex;
    ASSERT_EQ(again, perl) << hex;
    ++outcomes->only_perl_accepts;
  } else {
    ASSERT_EQ(perl_status.code(), absl::StatusCode::kDataLoss) << hex;
    ++outcomes->both_refuse;
  }
  ASSERT_EQ(CountStringPack(payload).ok(), strict_status.ok()) << hex;
  if (strict_status.ok()) {
    ASSERT_EQ(*CountStringPack(payload), strict.size()) << hex;
  }
}

TEST(StringPackPropertyTest, DecodeUndoesEncode) {
  RandomList random(1);
  for (int i = 0; i < 20000; ++i) {
    const Strings items = random.List();
    const std::string payload = Encoded(items);
    for (const StringPackOptions& options : {StringPackOptions(), Perl()}) {
      Strings decoded;
      const absl::Status status = DecodeStringPack(payload, &decoded, options);
      ASSERT_TRUE(status.ok()) << status;
      ASSERT_TRUE(decoded == items) << absl::BytesToHexString(payload);
    }
    ASSERT_EQ(*CountStringPack(payload), items.size());
  }
}

// A cut at an item's end gives the items before it; any other cut is an error.
TEST(StringPackPropertyTest, EveryPrefix) {
  RandomList random(2);
  for (int i = 0; i < 300; ++i) {
    Strings items = random.List();
    for (std::string& item : items) item.resize(item.size() % 300);
    const std::string payload = Encoded(items);
    Strings whole;  // the items before the cut
    size_t whole_size = 0;
    for (size_t cut = 0; cut < payload.size(); ++cut) {
      while (whole_size < cut) {
        whole.push_back(items[whole.size()]);
        whole_size = Encoded(whole).size();
      }
      Outcomes outcomes;
      ASSERT_NO_FATAL_FAILURE(CheckPayload(payload.substr(0, cut), &outcomes));
      ASSERT_EQ(outcomes.both_accept == 1, cut == whole_size);
      if (cut != whole_size) continue;
      Strings decoded;
      ASSERT_TRUE(DecodeStringPack(payload.substr(0, cut), &decoded).ok());
      ASSERT_EQ(decoded, whole);
      ASSERT_LT(decoded.size(), items.size());
    }
  }
}

// All payloads of at most six octets from those that matter.
TEST(StringPackPropertyTest, EverySmallPayload) {
  static constexpr char kOctets[] = {'\x00', '\x01', '\x02', '\x7f',
                                     '\x80', '\x81', '\xff'};
  Outcomes outcomes;
  std::vector<std::string> layer = {""};
  for (int size = 0; size <= 6; ++size) {
    std::vector<std::string> next;
    for (const std::string& payload : layer) {
      ASSERT_NO_FATAL_FAILURE(CheckPayload(payload, &outcomes));
      if (size == 6) continue;
      for (const char octet : kOctets) next.push_back(payload + octet);
    }
    layer.swap(next);
  }
  EXPECT_EQ(
      outcomes.both_accept + outcomes.only_perl_accepts + outcomes.both_refuse,
      (7 * 7 * 7 * 7 * 7 * 7 * 7 - 1) / 6);
  EXPECT_GT(outcomes.both_accept, 1000);
  EXPECT_GT(outcomes.only_perl_accepts, 1000);
  EXPECT_GT(outcomes.both_refuse, 1000);
}

TEST(StringPackPropertyTest, RandomPayloads) {
  RandomList random(3);
  Outcomes outcomes;
  for (int i = 0; i < 50000; ++i) {
    ASSERT_NO_FATAL_FAILURE(CheckPayload(random.Octets(), &outcomes));
  }
  EXPECT_GT(outcomes.both_accept, 1000);
  EXPECT_GT(outcomes.only_perl_accepts, 1000);
  EXPECT_GT(outcomes.both_refuse, 1000);
}

// Valid payloads with one octet changed, taken out or put in.
TEST(StringPackPropertyTest, MutatedPayloads) {
  RandomList random(4);
  Outcomes outcomes;
  for (int i = 0; i < 20000; ++i) {
    std::string payload = Encoded(random.List());
    if (payload.empty()) continue;
    const size_t at = random.Below(payload.size());
    const char octet = static_cast<char>(random.Below(256));
    switch (random.Below(3)) {
      case 0:
        payload[at] = octet;
        break;
      case 1:
        payload.erase(at, 1);
        break;
      default:
        payload.insert(at, 1, octet);
    }
    ASSERT_NO_FATAL_FAILURE(CheckPayload(payload, &outcomes));
  }
  EXPECT_GT(outcomes.both_accept, 1000);
  EXPECT_GT(outcomes.only_perl_accepts, 1000);
  EXPECT_GT(outcomes.both_refuse, 100);
}

}  // namespace
}  // namespace forkrpc
