// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Octet for octet and error for error against the machine's pack and unpack.
//
// One Perl process answers all questions: they go into a file first, so that no
// pipe has to be read and written at once.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/big_endian.h"
#include "forkrpc/serialiser/random_list.h"
#include "forkrpc/serialiser/string_pack.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using Strings = std::vector<std::string>;

std::string N(size_t value) {
  char octets[4];
  StoreBigEndian32(static_cast<uint32_t>(value), octets);
  return std::string(octets, 4);
}

// Asks many questions of one Perl process, then gives the answers in order.
class Perl {
 public:
  void AskPack(const Strings& items) {
    questions_ += "P" + N(items.size());
    for (const std::string& item : items) questions_ += N(item.size()) + item;
  }

  void AskUnpack(const std::string& payload) {
    questions_ += "U" + N(payload.size()) + payload;
  }

  void Run() {
    const std::string in = ::testing::TempDir() + "/perl.in";
    const std::string out = ::testing::TempDir() + "/perl.out";
    std::ofstream(in, std::ios::binary) << questions_;
    const std::string script =
        std::string(std::getenv("TEST_SRCDIR")) + "/" +
        std::getenv("TEST_WORKSPACE") +
        "/cc/forkrpc/serialiser/string_pack_perl_test.pl";
    const std::string command =
        "perl '" + script + "' < '" + in + "' > '" + out + "'";
    ASSERT_EQ(std::system(command.c_str()), 0)
        << "this test needs the program perl: " << command;
    std::ifstream stream(out, std::ios::binary);
    answers_.assign(std::istreambuf_iterator<char>(stream), {});
    left_ = answers_;
  }

  std::string Packed() { return TakeString(); }

  // Whether it was accepted; the items or the message.
  std::pair<bool, Strings> Unpacked() {
    const std::string kind = Take(1);
    if (kind == "E") return {false, {TakeString()}};
    EXPECT_EQ(kind, "A");
    Strings items(TakeN());
    for (std::string& item : items) item = TakeString();
    return {true, items};
  }

  bool AllTaken() const { return left_.empty(); }

 private:
  std::string Take(size_t n) {
    if (n > left_.size()) {
      ADD_FAILURE() << "perl's answers end too early";
      std::abort();
    }
    const std::string taken(left_.data(), n);
    left_.remove_prefix(n);
    return taken;
  }
  uint32_t TakeN() { return LoadBigEndian32(Take(4).data()); }
  std::string TakeString() { return Take(TakeN()); }

  std::string questions_;
  std::string answers_;
  absl::string_view left_;
};

TEST(StringPackPerlTest, PacksTheSameOctets) {
  std::vector<Strings> lists;
  for (const size_t size : {0, 1, 126, 127, 128, 129, 16382, 16383, 16384,
                            16385, 2097151, 2097152}) {
    lists.push_back({std::string(size, '\xff')});
    lists.push_back({"a", std::string(size, '\0'), "b"});
  }
  RandomList random(5);
  while (lists.size() < 4000) lists.push_back(random.List());

  Perl perl;
  for (const Strings& list : lists) perl.AskPack(list);
  ASSERT_NO_FATAL_FAILURE(perl.Run());
  for (const Strings& list : lists) {
    std::string payload;
    ASSERT_TRUE(EncodeStringPack(list, &payload).ok());
    ASSERT_TRUE(payload == perl.Packed()) << list.size() << " items";
  }
  EXPECT_TRUE(perl.AllTaken());
}

// Payloads that no encoder makes: all of at most two octets, random ones, and
// every way to write a length about 2^63.
std::vector<std::string> OddPayloads() {
  std::vector<std::string> payloads = {""};
  for (int first = 0; first < 256; ++first) {
    payloads.emplace_back(1, static_cast<char>(first));
    for (int second = 0; second < 256; ++second) {
      payloads.push_back(payloads.back().substr(0, 1) +
                         static_cast<char>(second));
    }
  }
  for (const char* hex :
       {"ffffffffffffffff7f", "81808080808080808000", "81ffffffffffffffff7f",
        "82808080808080808003", "8180808080808080808000", "bfffffffffffffff7f",
        "ffffffffffffff7f", "818080808080808000", "9080808003",
        "ffffffffffffffffff7f"}) {
    for (const size_t zeros : {0, 1, 2, 8, 9, 20}) {
      const std::string length =
          std::string(zeros, '\x80') + absl::HexStringToBytes(hex);
      payloads.push_back(length);
      payloads.push_back(length + "abc");
      payloads.push_back("\x01x" + length + "abc");
      payloads.push_back(length.substr(0, length.size() - 1));
    }
  }
  RandomList random(6);
  for (int i = 0; i < 20000; ++i) payloads.push_back(random.Octets());
  return payloads;
}

TEST(StringPackPerlTest, UnpacksTheSameItemsAndErrors) {
  std::vector<std::string> payloads = OddPayloads();
  RandomList random(7);
  for (int i = 0; i < 2000; ++i) {
    payloads.emplace_back();
    ASSERT_TRUE(EncodeStringPack(random.List(), &payloads.back()).ok());
  }
  Perl perl;
  for (const std::string& payload : payloads) perl.AskUnpack(payload);
  ASSERT_NO_FATAL_FAILURE(perl.Run());

  StringPackOptions options;
  options.mode = StringPackMode::kPerl;
  int accepted = 0, unterminated = 0, negative = 0;
  for (const std::string& payload : payloads) {
    const std::string hex = absl::BytesToHexString(payload);
    Strings ours;
    const absl::Status status = DecodeStringPack(payload, &ours, options);
    const auto [ok, theirs] = perl.Unpacked();
    if (ok) {
      ++accepted;
      ASSERT_TRUE(status.ok()) << hex << ": " << status;
      ASSERT_EQ(ours, theirs) << hex;
      continue;
    }
    ASSERT_EQ(status.code(), absl::StatusCode::kDataLoss) << hex;
    const bool ends_early = absl::StartsWith(theirs[0], "Unterminated");
    const bool too_large = absl::StartsWith(theirs[0], "Negative");
    ASSERT_TRUE(ends_early || too_large) << theirs[0];
    ASSERT_EQ(ends_early, absl::StrContains(status.message(), "ends inside"))
        << hex << ": " << status << ", perl: " << theirs[0];
    ASSERT_EQ(too_large, absl::StrContains(status.message(), "2^63 or more"))
        << hex << ": " << status << ", perl: " << theirs[0];
    ++(ends_early ? unterminated : negative);
  }
  EXPECT_TRUE(perl.AllTaken());
  // All three outcomes were really compared.
  EXPECT_GT(accepted, 20000);
  EXPECT_GT(unterminated, 1000);
  EXPECT_GT(negative, 100);
}

}  // namespace
}  // namespace forkrpc
