// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Octet for octet and value for value against the machine's Storable.
//
// One Perl process answers all questions: they go into a file first, so that no
// pipe has to be read and written at once.

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/big_endian.h"
#include "forkrpc/serialiser/storable.h"
#include "forkrpc/serialiser/storable_model.h"
#include "forkrpc/serialiser/value.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr int kLists = 4000;

class Perl {
 public:
  void AskFreeze(const std::string& description) {
    questions_ += "F" + WithSize(description);
  }
  // The same, but what comes again is the same variable.
  void AskFreezeOfVariables(const std::string& description) {
    questions_ += "V" + WithSize(description);
  }
  void AskThaw(const std::string& image) {
    questions_ += "T" + WithSize(image);
  }

  void Run() {
    const std::string in = ::testing::TempDir() + "/storable.in";
    const std::string out = ::testing::TempDir() + "/storable.out";
    std::ofstream(in, std::ios::binary) << questions_;
    const std::string script = std::string(std::getenv("TEST_SRCDIR")) + "/" +
                               std::getenv("TEST_WORKSPACE") +
                               "/cc/forkrpc/serialiser/storable_perl_test.pl";
    const std::string command =
        "perl '" + script + "' < '" + in + "' > '" + out + "'";
    ASSERT_EQ(std::system(command.c_str()), 0)
        << "this test needs the program perl: " << command;
    std::ifstream stream(out, std::ios::binary);
    answers_.assign(std::istreambuf_iterator<char>(stream), {});
    left_ = answers_;
  }

  std::string TakeString() {
    const uint32_t size = LoadBigEndian32(Take(4).data());
    return Take(size);
  }

  std::string TakeThawed() {
    const std::string kind = Take(1);
    const std::string answer = TakeString();
    return kind == "A" ? answer : "error: " + answer;
  }

  bool AllTaken() const { return left_.empty(); }

 private:
  static std::string WithSize(const std::string& octets) {
    char size[4];
    StoreBigEndian32(static_cast<uint32_t>(octets.size()), size);
    return std::string(size, 4) + octets;
  }

  std::string Take(size_t n) {
    if (n > left_.size()) {
      ADD_FAILURE() << "perl's answers end too early";
      std::abort();
    }
    const std::string taken(left_.data(), n);
    left_.remove_prefix(n);
    return taken;
  }

  std::string questions_;
  std::string answers_;
  absl::string_view left_;
};

std::vector<Value> Lists(unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Value> lists;
  while (lists.size() < kLists) {
    lists.push_back(SomeValue([&random](size_t n) { return random() % n; }));
  }
  return lists;
}

template <StorableOrder kOrder>
std::string ImageOf(const Value& list) {
  std::string image;
  const absl::Status status =
      BasicStorableSerialiser<kOrder>().Encode(list.items(), &image);
  EXPECT_TRUE(status.ok()) << status;
  return image;
}

// Whether Perl has more than one way to write it: the order of a hash, and the
// second of two constants, which it refers back to.
bool HasOneImage(const Value& value, int* constants) {
  if (value.kind() == Value::Kind::kBoolean && ++*constants > 1) return false;
  if (value.entries().size() > 1) return false;
  for (const Value& item : value.items()) {
    if (!HasOneImage(item, constants)) return false;
  }
  for (const Value::Entry& entry : value.entries()) {
    if (!HasOneImage(entry.value, constants)) return false;
  }
  return &value.content() == &value || HasOneImage(value.content(), constants);
}

TEST(StorablePerlTest, WritesTheOctetsOfFreezeAndReadsThem) {
  const std::vector<Value> lists = Lists(1);
  Perl perl;
  for (const Value& list : lists) perl.AskFreeze(Describe(list));
  ASSERT_NO_FATAL_FAILURE(perl.Run());
  int compared = 0;
  for (const Value& list : lists) {
    SCOPED_TRACE(absl::CHexEscape(Describe(list)));
    const std::string native = perl.TakeString();
    const std::string network = perl.TakeString();
    int constants = 0;
    if (HasOneImage(list, &constants)) {
      ++compared;
      ASSERT_EQ(absl::BytesToHexString(ImageOf<StorableOrder::kNative>(list)),
                absl::BytesToHexString(native));
      ASSERT_EQ(absl::BytesToHexString(ImageOf<StorableOrder::kNetwork>(list)),
                absl::BytesToHexString(network));
    }
    for (const auto order : {StorableOrder::kNative, StorableOrder::kNetwork}) {
      std::vector<Value> decoded;
      const std::string& image =
          order == StorableOrder::kNative ? native : network;
      const absl::Status status = StorableSerialiser().Decode(image, &decoded);
      ASSERT_TRUE(status.ok()) << status;
      ASSERT_EQ(absl::CHexEscape(Describe(Value::List(decoded))),
                absl::CHexEscape(Describe(WhatRemains(list, order))))
          << absl::BytesToHexString(image);
    }
  }
  EXPECT_TRUE(perl.AllTaken());
  EXPECT_GT(compared, kLists / 3);
}

TEST(StorablePerlTest, ReadsVariablesThatComeAgain) {
  const std::vector<Value> lists = Lists(3);
  Perl perl;
  for (const Value& list : lists) perl.AskFreezeOfVariables(Describe(list));
  ASSERT_NO_FATAL_FAILURE(perl.Run());
  for (const Value& list : lists) {
    for (const auto order : {StorableOrder::kNative, StorableOrder::kNetwork}) {
      const std::string image = perl.TakeString();
      Value decoded;
      const absl::Status status = StorableSerialiser().Decode(image, &decoded);
      ASSERT_TRUE(status.ok()) << status;
      ASSERT_EQ(absl::CHexEscape(Describe(decoded)),
                absl::CHexEscape(Describe(WhatRemains(list, order))))
          << absl::BytesToHexString(image);
    }
  }
  EXPECT_TRUE(perl.AllTaken());
}

// Perl forgets the text flag of a string without characters.
void ForgetEmptyText(std::string* description) {
  for (size_t at = 0; (at = description->find("X0:", at)) != std::string::npos;
       at += 3) {
    (*description)[at] = 'O';
  }
}

TEST(StorablePerlTest, ThawReadsWhatIsWritten) {
  const std::vector<Value> lists = Lists(2);
  Perl perl;
  for (const Value& list : lists) {
    perl.AskThaw(ImageOf<StorableOrder::kNative>(list));
    perl.AskThaw(ImageOf<StorableOrder::kNetwork>(list));
  }
  ASSERT_NO_FATAL_FAILURE(perl.Run());
  for (const Value& list : lists) {
    for (const auto order : {StorableOrder::kNative, StorableOrder::kNetwork}) {
      std::string wanted = Describe(WhatRemains(list, order));
      ForgetEmptyText(&wanted);
      ASSERT_EQ(absl::CHexEscape(perl.TakeThawed()), absl::CHexEscape(wanted));
    }
  }
  EXPECT_TRUE(perl.AllTaken());
}

}  // namespace
}  // namespace forkrpc
