// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What is not read and not written, and how that is said. The images are made
// by hand, or are those of Perl 5.36 where the comment shows a value.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/storable.h"
#include "forkrpc/serialiser/value.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using Values = std::vector<Value>;

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;
constexpr auto kUnimplemented = absl::StatusCode::kUnimplemented;
constexpr auto kExhausted = absl::StatusCode::kResourceExhausted;

// The first element of a list in network order.
constexpr size_t kFirst = 7;

std::string Image(absl::string_view hex) { return absl::HexStringToBytes(hex); }

std::string ListOf(int count, absl::string_view hex) {
  return Image(absl::StrCat("050b02", absl::Hex(count, absl::kZeroPad8), hex));
}

// Both results are left empty.
absl::Status DecodeError(absl::string_view image,
                         const ValueLimits& limits = {}) {
  Values items = {Value::Integer(1)};
  const absl::Status status = StorableSerialiser(limits).Decode(image, &items);
  EXPECT_TRUE(items.empty());
  Value value = Value::Integer(1);
  EXPECT_EQ(StorableSerialiser(limits).Decode(image, &value), status);
  EXPECT_TRUE(value.is_null());
  return status;
}

void ExpectError(const absl::Status& status, absl::StatusCode code,
                 absl::string_view what, size_t offset, size_t size) {
  EXPECT_EQ(status.code(), code) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), what))
      << status << "\nwanted: " << what;
  EXPECT_TRUE(absl::EndsWith(status.message(),
                             absl::StrCat(", at octet ", offset, " of ", size)))
      << status << "\nwanted: octet " << offset << " of " << size;
}

void ExpectDecodeError(const std::string& image, absl::StatusCode code,
                       absl::string_view what, size_t offset) {
  SCOPED_TRACE(absl::BytesToHexString(image));
  ExpectError(DecodeError(image), code, what, offset, image.size());
}

TEST(StorableRefusalTest, NamesWhatIsNoPlainValue) {
  struct Refusal {
    const char* hex;
    const char* what;
  };
  const std::vector<Refusal> refusals = {
      // bless {}, "Plain"
      {"041105506c61696e0300000000",
       "an object (opcode 11) of class \"Plain\" is not taken"},
      {"041200", "an object (opcode 12) is not taken"},
      // A class's name is quoted, and cut.
      {"0411022200"
       "0300000000",
       "of class \"\\\"\\x00\""},
      // JSON::PP::true
      {"1411114a534f4e3a3a50503a3a426f6f6c65616e0881",
       "an object with overloaded operators (opcode 14) of class "
       "\"JSON::PP::Boolean\" is not taken"},
      {"0413", "an object with a hook (opcode 13)"},
      {"0b041200", "a tied array (opcode 0b)"},
      {"0c041200", "a tied hash (opcode 0c)"},
      {"0d041104546965530200000000", "a tied scalar (opcode 0d)"},
      {"15", "an element of a tied hash (opcode 15)"},
      {"16", "an element of a tied array (opcode 16)"},
      {"041a0a0431", "code (opcode 1a)"},
      // A weak reference to [1].
      {"1b02000000010881", "a weak reference (opcode 1b)"},
      {"1c", "a weak reference to an object with overloaded operators"},
      {"2000017800", "a regular expression (opcode 20)"},
      {"21", "an object of 2^31 octets or elements, or more (opcode 21)"},
      // lock_keys %h
      {"0419010000000208810000000001610882000000000162", "a restricted hash"},
      {"060100000000000000",
       "a number in native order stands in an image in network order"},
      {"07000000000000f83f",
       "a number in native order stands in an image in network order"},
  };
  for (const Refusal& refusal : refusals) {
    // The opcode that is behind a reference is an object of its own, unless it
    // is a hash.
    const absl::string_view hex = refusal.hex;
    const bool behind =
        absl::StartsWith(hex, "04") && !absl::StartsWith(hex, "0419");
    ExpectDecodeError(ListOf(1, hex), kUnimplemented, refusal.what,
                      behind ? kFirst + 1 : kFirst);
  }
  const std::string name(100, 'x');
  const absl::Status status = DecodeError(
      ListOf(1, absl::StrCat("1164", absl::BytesToHexString(name))));
  EXPECT_TRUE(absl::StrContains(status.message(),
                                "\"" + std::string(40, 'x') + "\" and so on"))
      << status;
}

TEST(StorableRefusalTest, NamesOtherVersionsOrdersAndSizes) {
  const std::string rest = "02010000000881";
  struct Header {
    const char* hex;
    const char* what;
    size_t offset;
  };
  for (const Header& header : std::vector<Header>{
           {"030b", "the major version is 1, but only version 2 is read", 0},
           {"070b", "the major version is 3", 0},
           {"70737430040b08", "a file of Storable, not an image", 0},
           {"040b083837363534333231"
            "04080808",
            "the byte order is \"87654321\", but only \"12345678\" is read", 2},
           {"040b0431323334"
            "04040408",
            "the byte order is \"1234\"", 2},
           {"040b0834333231", "the image ends inside the byte order", 3},
           {"040b0831323334353637380808"
            "0808",
            "the size of int is 8", 11},
           {"040b0831323334353637380404"
            "0408",
            "the size of long is 4", 12},
           {"040b0831323334353637380408"
            "0408",
            "the size of pointer is 4", 13},
           {"040b0831323334353637380408"
            "0810",
            "the size of double is 16", 14},
       }) {
    const bool cut = absl::StrContains(header.what, "ends inside");
    ExpectDecodeError(Image(header.hex + (cut ? "" : rest)),
                      cut ? kDataLoss : kUnimplemented, header.what,
                      header.offset);
  }
}

struct Malformed {
  int count;
  const char* hex;
  const char* what;
  size_t offset;
};

const Malformed kMalformed[] = {
    {1, "7f", "opcode 7f is not known", 7},
    {1, "24", "opcode 24 is not known", 7},
    {1, "28", "opcode 28 is not known", 7},
    {1,
     "02"
     "00000000",
     "an array or hash stands where a reference", 7},
    {1,
     "03"
     "00000000",
     "an array or hash stands where a reference", 7},
    {1,
     "04"
     "03"
     "00000001"
     "1f"
     "00000000",
     "an element of an array stands in a hash", 13},
    {1,
     "04"
     "19"
     "02"
     "00000000",
     "a hash with the flags 02", 7},
    {1,
     "04"
     "19"
     "00"
     "00000001"
     "05"
     "04"
     "00000000",
     "a key with the flags 04", 15},
    {1,
     "04"
     "19"
     "00"
     "00000001"
     "05"
     "01"
     "00000002"
     "61ff",
     "a key that is not UTF-8", 21},
    {1,
     "17"
     "03"
     "61ff62",
     "text that is not UTF-8", 10},
    // chr 0xD800
    {1,
     "17"
     "03"
     "eda080",
     "text that is not UTF-8", 9},
    {1,
     "1d"
     "01"
     "31"
     "0881",
     "a version string has no string", 10},
    {1,
     "1d"
     "01"
     "31"
     "1d"
     "01"
     "31"
     "0a"
     "00",
     "a version string has no string but opcode 1d", 10},
    {1,
     "00"
     "00000005",
     "object 5 is referred to where 1 came before", 7},
    {1,
     "00"
     "00000001",
     "object 1 is referred to where 1 came before", 7},
    {1,
     "00"
     "00000000",
     "a cycle: object 0 is referred to in itself", 7},
    // my $r = []; push @$r, $r
    {1,
     "04"
     "02"
     "00000001"
     "04"
     "00"
     "00000002",
     "a cycle: object 2 is referred to in itself", 13},
    // The same by the element.
    {1,
     "04"
     "02"
     "00000001"
     "00"
     "00000001",
     "a cycle: object 1 is referred to in itself", 13},
    // my $r; $r = \$r
    {1,
     "04"
     "00"
     "00000001",
     "a cycle: object 1 is referred to in itself", 8},
    {1,
     "04"
     "03"
     "00000001"
     "04"
     "04"
     "00"
     "00000002"
     "00000000",
     "a cycle: object 2 is referred to in itself", 14},
    {2,
     "04"
     "02"
     "00000000"
     "00"
     "00000002",
     "array or hash 2 is an element without a reference", 13},
    {1,
     "05"
     "05",
     "the image is followed by 1 octets", 8},
};

TEST(StorableRefusalTest, SaysWhatIsMalformed) {
  for (const Malformed& malformed : kMalformed) {
    ExpectDecodeError(ListOf(malformed.count, malformed.hex), kDataLoss,
                      malformed.what, malformed.offset);
  }
  ExpectDecodeError("", kDataLoss, "the image ends inside the header", 0);
  // Two images.
  ExpectDecodeError(Image("050b0200000000"
                          "050b0200000000"),
                    kDataLoss, "the image is followed by 7 octets", 7);
}

// Perl's thaw gives undef for most of these, without an error.
TEST(StorableRefusalTest, ACutImageIsDataLossWhereverItIsCut) {
  const std::string image = Image(
      absl::StrCat("040b08313233343536373804080808", "0208000000", "0885",
                   "07000000000000f83f", "0100010000",
                   absl::BytesToHexString(std::string(256, 'x')),
                   "0402010000000f", "0000000001", "04190001000000", "170161",
                   "01", "03000000", "e298ba", "1d027631170161", "040a0178"));
  Values items;
  const absl::Status status = StorableSerialiser().Decode(image, &items);
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_EQ(items.size(), 8u);
  for (size_t size = 0; size < image.size(); ++size) {
    const std::string cut = image.substr(0, size);
    const absl::Status found = DecodeError(cut);
    ASSERT_EQ(found.code(), kDataLoss) << size << ": " << found;
    ASSERT_TRUE(absl::EndsWith(found.message(), absl::StrCat(" of ", size)))
        << found;
  }
}

TEST(StorableRefusalTest, ACountThatLiesIsFoundWhereItStands) {
  for (const char* count :
       {"00000003", "00001000", "7fffffff", "80000000", "ffffffff"}) {
    for (const char* opcode : {"02", "03"}) {
      ExpectDecodeError(ListOf(1, absl::StrCat("04", opcode, count, "0505")),
                        kDataLoss, "a count of ", kFirst);
    }
    ExpectDecodeError(ListOf(1, absl::StrCat("0419", "00", count, "0505")),
                      kDataLoss, "a count of ", kFirst);
  }
  // Two octets are there, but one of them is the second element's.
  ExpectDecodeError(ListOf(2,
                           "04"
                           "02"
                           "00000002"
                           "0505"),
                    kDataLoss,
                    "a count of 2, which takes 2 octets or more, where 1 are",
                    kFirst);
  for (const char* opcode : {"01", "18"}) {
    for (const char* size : {"00000003", "80000000", "ffffffff"}) {
      ExpectDecodeError(ListOf(1, absl::StrCat(opcode, size, "6161")),
                        kDataLoss, "the image ends inside a string",
                        kFirst + 5);
    }
  }
}

TEST(StorableRefusalTest, LimitsHoldWhenReading) {
  ValueLimits limits;
  limits.max_depth = 3;
  limits.max_values = 9;
  limits.max_octets = 40;
  const StorableSerialiser serialiser(limits);
  Values items;
  const auto expect_limit = [&](const std::string& image,
                                absl::string_view what, size_t offset) {
    SCOPED_TRACE(absl::BytesToHexString(image));
    ExpectError(DecodeError(image, limits), kExhausted, what, offset,
                image.size());
  };
  EXPECT_TRUE(serialiser.Decode(ListOf(1, "040405"), &items).ok());
  expect_limit(ListOf(1, "04040405"), "the limit of 3", 9);
  expect_limit(ListOf(1,
                      "0402000000010402000000010402000000"
                      "00"),
               "the limit of 3", 19);
  EXPECT_TRUE(serialiser.Decode(ListOf(8, "0505050505050505"), &items).ok());
  expect_limit(ListOf(9, "050505050505050505"), "the limit of 9", 2);
  // A map's keys count as well.
  EXPECT_TRUE(serialiser
                  .Decode(ListOf(6,
                                 "0505050505"
                                 "040300000001"
                                 "0500000000"),
                          &items)
                  .ok());
  expect_limit(ListOf(7,
                      "050505050505"
                      "040300000001"
                      "0500000000"),
               "the limit of 9", 13);
  EXPECT_TRUE(
      serialiser.Decode(ListOf(1, "0a1f" + std::string(62, '6')), &items).ok());
  expect_limit(ListOf(1, "0a20" + std::string(64, '6')),
               "the limit is 40 octets", 0);
}

absl::Status EncodeError(const Value& value, const ValueLimits& limits = {}) {
  std::string payload = "before";
  const absl::Status status =
      NetworkStorableSerialiser(limits).Encode(Values{value}, &payload);
  EXPECT_EQ(payload, "before");
  return status;
}

TEST(StorableRefusalTest, WhatPerlDoesNotHaveIsNotWritten) {
  const Value integer = Value::Integer(1);
  struct Unwritten {
    Value value;
    const char* what;
  };
  for (const Unwritten& unwritten : std::vector<Unwritten>{
           {Value::Map({{integer, integer}}),
            "a key is an integer, not octets or text"},
           {Value::Map({{Value::List({}), integer}}),
            "a key is a list, not octets or text"},
           {Value::Tagged(26, integer), "a value with tag 26"},
           {Value::Text("\xff"), "text that is not UTF-8"},
           {Value::Map({{Value::Text("\xff"), integer}}),
            "a key that is not UTF-8"},
       }) {
    const absl::Status status = EncodeError(unwritten.value);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), unwritten.what)) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), ", at octet ")) << status;
  }
}

Value Nested(int depth) {
  Value value = Value::Null();
  for (int i = 0; i < depth; ++i) value = Value::List({value});
  return value;
}

TEST(StorableRefusalTest, LimitsHoldWhenWriting) {
  ValueLimits limits;
  limits.max_depth = 3;
  limits.max_values = 9;
  limits.max_octets = 40;
  const NetworkStorableSerialiser serialiser(limits);
  std::string payload;
  EXPECT_TRUE(serialiser.Encode(Values{Nested(2)}, &payload).ok());
  EXPECT_EQ(EncodeError(Nested(4), limits).code(), kExhausted);
  payload.clear();
  EXPECT_TRUE(serialiser.Encode(Values(8), &payload).ok());
  EXPECT_EQ(serialiser.Encode(Values(9), &payload).code(), kExhausted);
  payload.clear();
  const std::string long_string(31, 'x');
  EXPECT_TRUE(
      serialiser.Encode(Values{Value::Octets(long_string)}, &payload).ok());
  EXPECT_EQ(EncodeError(Value::Octets(long_string + "xxx"), limits).code(),
            kExhausted);
  // A list that stands twice without being shared is written twice, and so on:
  // 2^40 nulls end at the limit on values.
  limits = ValueLimits();
  limits.max_values = 20000;
  Value many = Value::Null();
  for (int i = 0; i < 40; ++i) many = Value::List({many, many});
  EXPECT_EQ(EncodeError(many, limits).code(), kExhausted);
}

// As deep as Perl's own modules, and no deeper.
TEST(StorableRefusalTest, TheDefaultDepthIsPerls) {
  std::string payload;
  Values items;
  ASSERT_TRUE(
      NetworkStorableSerialiser().Encode(Values{Nested(511)}, &payload).ok());
  ASSERT_TRUE(StorableSerialiser().Decode(payload, &items).ok());
  EXPECT_TRUE(items[0] == Nested(511));
  EXPECT_EQ(EncodeError(Nested(513)).code(), kExhausted);
  ValueLimits deeper;
  deeper.max_depth = 100000;
  payload.clear();
  ASSERT_TRUE(NetworkStorableSerialiser(deeper)
                  .Encode(Values{Nested(512)}, &payload)
                  .ok());
  EXPECT_EQ(DecodeError(payload).code(), kExhausted);
  // Nothing recurses.
  payload.clear();
  ASSERT_TRUE(NetworkStorableSerialiser(deeper)
                  .Encode(Values{Nested(19999)}, &payload)
                  .ok());
  ASSERT_TRUE(StorableSerialiser(deeper).Decode(payload, &items).ok());
}

// A version string of which the length is cut.
TEST(StorableRefusalTest, ALongVersionStringMayBeCut) {
  using namespace std::string_literals;
  EXPECT_EQ(DecodeError("\x05\x0b\x02\x00\x00\x00\x01\x1e\x00"s).code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace forkrpc
