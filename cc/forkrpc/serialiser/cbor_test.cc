// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What is read and written, by octets. The payloads of Perl's are those that
// CBOR::XS 1.86 made; see cbor_perl_test.cc for the module itself.

#include "forkrpc/serialiser/cbor.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "forkrpc/serialiser/diagnostic_notation.h"
#include "forkrpc/serialiser/serialiser.h"
#include "forkrpc/serialiser/test_random_value.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

static_assert(CanEncode<CborSerialiser, std::vector<Value>>::value, "");
static_assert(CanDecode<CborSerialiser, std::vector<Value>>::value, "");
static_assert(CanEncode<CborSerialiser, std::vector<std::string>>::value, "");
static_assert(CanEncode<CborSerialiser, std::vector<absl::string_view>>::value,
              "");
static_assert(CanDecode<CborSerialiser, std::vector<std::string>>::value, "");

struct Case {
  const char* hex;
  const char* notation;
};

// The payload's value in diagnostic notation, or the error.
std::string Decoded(absl::string_view hex, const CborOptions& options = {}) {
  const absl::StatusOr<Value> value =
      DecodeCbor(absl::HexStringToBytes(hex), options);
  if (!value.ok()) return std::string(value.status().ToString());
  return DiagnosticNotation(*value);
}

std::string Encoded(const Value& value, const CborOptions& options = {}) {
  std::string payload = "before";
  const absl::Status status = EncodeCbor(value, &payload, options);
  EXPECT_EQ(payload.substr(0, 6), "before");
  if (!status.ok()) {
    EXPECT_EQ(payload, "before");
    return std::string(status.ToString());
  }
  return absl::BytesToHexString(payload.substr(6));
}

TEST(CborTest, WhatPerlSends) {
  const Case cases[] = {
      {"d81c80", "28([])"},
      {"d81c8105", "28([5])"},
      {"d81c814135", "28([h'35'])"},
      {"d81c8124", "28([-5])"},
      {"d81c81fac0a00000", "28([-5.0])"},
      {"d81c81fb3fb999999999999a", "28([0.1])"},
      {"d81c811b7fffffffffffffff", "28([9223372036854775807])"},
      {"d81c811bffffffffffffffff", "28([18446744073709551615])"},
      {"d81c81fa5f800000", "28([18446744073709551616.0])"},
      {"d81c813b7fffffffffffffff", "28([-9223372036854775808])"},
      {"d81c81fa7f800000", "28([Infinity])"},
      {"d81c81faff800000", "28([-Infinity])"},
      {"d81c81fbfff8000000000000", "28([NaN])"},
      {"d81c81f6", "28([null])"},
      {"d81c81f5", "28([true])"},
      {"d81c81f4", "28([false])"},
      {"d81c81f7", "28([undefined])"},
      {"d81c8162c3a9", "28([\"\xc3\xa9\"])"},
      {"d81c8141e9", "28([h'e9'])"},
      {"d81c8160", "28([\"\"])"},
      {"d81c8140", "28([h''])"},
      {"d81c818201d81c8102", "28([[1, 28([2])]])"},
      {"d81c81a1416101", "28([{h'61': 1}])"},
      {"d81c81a363e298ba0341e902413101",
       "28([{\"\xe2\x98\xba\": 3, h'e9': 2, h'31': 1}])"},
      {"d81c81d81cd9565201", "28([28(22098(1))])"},
      {"d81c81d81cd95652f6", "28([28(22098(null))])"},
      {"d81c81d81a834557697468464443424f5201",
       "28([26([h'5769746846', h'43424f52', 1])])"},
      {"d81c81c24a029d42b64e76714244cb", "28([2(h'029d42b64e76714244cb')])"},
      {"82d81c8101d81d00", "[28([1]), 29(0)]"},
      {"d81c82d81c8101d81d01", "28([28([1]), 29(1)])"},
      {"82d81cd81a834557697468464443424f5201d81d00",
       "[28(26([h'5769746846', h'43424f52', 1])), 29(0)]"},
  };
  for (const Case& c : cases) EXPECT_EQ(Decoded(c.hex), c.notation) << c.hex;
}

TEST(CborTest, WhatOthersMaySend) {
  const Case cases[] = {
      {"81f93e00", "[1.5]"},
      {"81f90001", "[5.960464477539063e-08]"},
      {"81f97e00", "[NaN]"},
      {"81f98000", "[-0.0]"},
      {"9f01ff", "[1]"},
      {"9fff", "[]"},
      {"bfff", "{}"},
      {"81bf616101ff", "[{\"a\": 1}]"},
      {"817f61616162ff", "[\"ab\"]"},
      {"815f41614162ff", "[h'6162']"},
      {"817fff", "[\"\"]"},
      // A character in two parts, which Perl takes too.
      {"817f61c361a9ff", "[\"\xc3\xa9\"]"},
      {"811805", "[5]"},
      {"815803616263", "[h'616263']"},
      {"980101", "[1]"},
      {"81b90001616101", "[{\"a\": 1}]"},
      {"d9d9f78101", "[1]"},
      {"d90102820102", "258([1, 2])"},
      {"81a1800a", "[{[]: 10}]"},
      {"a2616101616102", "{\"a\": 1, \"a\": 2}"},
      {"05", "5"},
      {"c601", "6(1)"},
      {"d4c001", "20(0(1))"},
      {"82d81c6161d81d00", "[28(\"a\"), 29(0)]"},
      {"83d81cd81c8101d81d00d81d01", "[28([1]), 29(0), 29(0)]"},
  };
  for (const Case& c : cases) EXPECT_EQ(Decoded(c.hex), c.notation) << c.hex;
}

TEST(CborTest, StringsThatAreReferredTo) {
  const Case cases[] = {
      {"d90100824568656c6c6fd81900", "[h'68656c6c6f', h'68656c6c6f']"},
      // Of two octets, a string has no number.
      {"d901008442616143616263d81900d81900",
       "[h'6161', h'616263', h'616263', h'616263']"},
      // As a key, and as text.
      {"d9010082a163616263f6d81900", "[{\"abc\": null}, \"abc\"]"},
      // A space in a space has its own numbers, and ends with its value.
      {"d901008343616263d901008243646566d81900d81900",
       "[h'616263', [h'646566', h'646566'], h'616263']"},
      // A string in parts has no number.
      {"d9010083"
       "5f43616161ff"
       "43616263"
       "d81900",
       "[h'616161', h'616263', h'616263']"},
      {"d9010082d81a834557697468464443424f5201d81a83d81900d8190101",
       "[26([h'5769746846', h'43424f52', 1]), "
       "26([h'5769746846', h'43424f52', 1])]"},
  };
  for (const Case& c : cases) EXPECT_EQ(Decoded(c.hex), c.notation) << c.hex;
  const std::string octets =
      absl::HexStringToBytes("d90100824568656c6c6fd81900");
  const absl::StatusOr<Value> value = DecodeCbor(octets);
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(value->items()[0].string().data(),
            value->items()[1].string().data())
      << "the octets were copied";
}

// The shortest string with a number is longer after 24 and 256 of them.
TEST(CborTest, WhichStringsHaveNumbers) {
  for (const auto& step : {std::pair<int, size_t>{24, 4}, {256, 5}}) {
    std::string payload = absl::HexStringToBytes("d901009f");
    for (int i = 0; i < step.first; ++i) {
      const size_t size = i < 24 ? 3 : 4;
      payload += static_cast<char>(0x40 + size);
      payload += std::string(size, static_cast<char>('a' + i % 26));
    }
    payload += static_cast<char>(0x40 + step.second - 1);
    payload += std::string(step.second - 1, '-');
    payload += static_cast<char>(0x40 + step.second);
    payload += std::string(step.second, '+');
    payload += absl::HexStringToBytes(step.first == 24 ? "d8191818ff"
                                                       : "d819190100ff");
    const absl::StatusOr<Value> value = DecodeCbor(payload);
    ASSERT_TRUE(value.ok()) << value.status();
    EXPECT_EQ(value->items().back().string(), std::string(step.second, '+'));
  }
}

TEST(CborTest, IntegersBelowTheLeastAreBignums) {
  EXPECT_EQ(Decoded("3b7fffffffffffffff"), "-9223372036854775808");
  EXPECT_EQ(Decoded("3b8000000000000000"), "3(h'8000000000000000')");
  EXPECT_EQ(Decoded("3bffffffffffffffff"), "3(h'ffffffffffffffff')");
  EXPECT_EQ(Decoded("c34100"), "3(h'00')");
  EXPECT_EQ(Encoded(Value::Tagged(3, Value::Octets("\x80"))), "c34180");
}

TEST(CborTest, TextThatIsNotUtf8) {
  CborOptions octets;
  octets.bad_text = CborBadText::kOctets;
  EXPECT_EQ(Decoded("8163eda080"),
            "DATA_LOSS: cbor: text that is not UTF-8 from its octet 0 of 3 on, "
            "at octet 1 of 5");
  EXPECT_EQ(Decoded("8163eda080", octets), "[h'eda080']");
  EXPECT_EQ(Decoded("817f616161ffff", octets), "[h'61ff']");
  EXPECT_EQ(Decoded("8162c3a9", octets), "[\"\xc3\xa9\"]");
  EXPECT_EQ(Encoded(Value::Text("\xff")),
            "INVALID_ARGUMENT: cbor: text that is not UTF-8, at octet 0 of the "
            "payload");
}

TEST(CborTest, WhatIsMalformedIsNamedWithItsOctet) {
  const Case cases[] = {
      {"", "there is no value, at octet 0 of 0"},
      {"8201",
       "a list of 2 items with 2 octets from here to the end, at "
       "octet 0 of 2"},
      {"818201",
       "a list of 2 items with 2 octets from here to the end, at "
       "octet 1 of 3"},
      {"9f01", "the end inside a value, at octet 2 of 2"},
      {"81436162",
       "the payload ends inside an item of which 3 octets are "
       "there, at octet 1 of 4"},
      {"810100", "octets behind the value, at octet 2 of 3"},
      {"811c", "an item that CBOR has not, 0x1c, at octet 1 of 2"},
      {"81ff", "the end of a list or map that nothing began, at octet 1 of 2"},
      {"81f820", "a simple value that Perl has not, 0xf8, at octet 1 of 3"},
      {"81e0", "a simple value that Perl has not, 0xe0, at octet 1 of 2"},
      {"9affffffff",
       "a list of 4294967295 items with 5 octets from here to "
       "the end, at octet 0 of 5"},
      {"9b8000000000000000", "a list of 9223372036854775808 items"},
      {"bb800000000000000001", "a map of 9223372036854775808 pairs"},
      {"a101", "a map of 1 pairs with 2 octets from here to the end"},
      {"5bffffffffffffffff61", "the payload ends inside an item"},
      {"7bffffffffffffffff61", "the payload ends inside an item"},
      {"81d81d05", "a reference to shared value 5 where 0 came before"},
      {"82d81d00d81c8101", "a reference to shared value 0 where 0 came before"},
      {"d81c81d81d00",
       "a cycle: shared value 0 is referred to in itself, at "
       "octet 5 of 6"},
      {"d81cd81d00", "a cycle: shared value 0"},
      {"81d81c81d81c81d81d00", "a cycle: shared value 0"},
      {"81d81900", "a reference to a string (tag 25) outside of any space"},
      {"82d9010080d81900", "a reference to a string (tag 25) outside of any"},
      {"d9010081d81905", "a reference to string 5 where 0 came before"},
      {"81d81df6", "a tag 29 before something that is no number"},
      {"81d81d20", "a tag 29 before something that is no number"},
      {"82d81c01d81dd81d00", "a tag 29 before something that is no number"},
      {"d9010081d8194161", "a tag 25 before something that is no number"},
      {"81d81d", "the end inside a value"},
      {"81c1", "the end inside a value"},
      {"9fc1ff", "the end of a list or map that nothing began"},
      {"bf6161ff", "a map ends after a key that has no value"},
      {"7f4161ff", "something that is no part of the string that is open"},
      {"5f6161ff", "something that is no part of the string that is open"},
      {"5f01ff", "something that is no part of the string that is open"},
      {"5f5fffff", "something that is no part of the string that is open"},
      {"7f80ff", "something that is no part of the string that is open"},
      {"5f4161", "the end inside a string in parts"},
      {"9f5f4161", "the end inside a string in parts"},
      {"9f", "the end inside a value"},
  };
  for (const Case& c : cases) {
    const std::string error = Decoded(c.hex);
    EXPECT_TRUE(absl::StartsWith(error, "DATA_LOSS: cbor: ")) << c.hex << error;
    EXPECT_TRUE(absl::StrContains(error, c.notation)) << c.hex << ": " << error;
    EXPECT_TRUE(absl::StrContains(error, ", at octet ")) << error;
  }
}

TEST(CborTest, EncodesShortest) {
  const double kInfinity = std::numeric_limits<double>::infinity();
  const std::pair<Value, const char*> cases[] = {
      {Value::Null(), "f6"},
      {Value::Undefined(), "f7"},
      {Value::Boolean(true), "f5"},
      {Value::Boolean(false), "f4"},
      {Value::Integer(0), "00"},
      {Value::Integer(23), "17"},
      {Value::Integer(24), "1818"},
      {Value::Integer(255), "18ff"},
      {Value::Integer(256), "190100"},
      {Value::Integer(65535), "19ffff"},
      {Value::Integer(65536), "1a00010000"},
      {Value::Integer(4294967295), "1affffffff"},
      {Value::Integer(4294967296), "1b0000000100000000"},
      {Value::Unsigned(UINT64_MAX), "1bffffffffffffffff"},
      {Value::Integer(-1), "20"},
      {Value::Integer(INT64_MIN), "3b7fffffffffffffff"},
      {Value::Double(1.5), "fa3fc00000"},
      {Value::Double(5), "fa40a00000"},
      {Value::Double(-0.0), "fa80000000"},
      {Value::Double(0.1), "fb3fb999999999999a"},
      {Value::Double(1e300), "fb7e37e43c8800759c"},
      {Value::Double(5e-324), "fb0000000000000001"},
      {Value::Double(kInfinity), "fa7f800000"},
      {Value::Double(-kInfinity), "faff800000"},
      {Value::Double(std::nan("")), "fa7fc00000"},
      {Value::Octets("a"), "4161"},
      {Value::Text("a"), "6161"},
      {Value::List({}), "80"},
      {Value::Map({}), "a0"},
      {Value::Map({{Value::Octets("a"), Value::Integer(1)}}), "a1416101"},
      {Value::Tagged(22098, Value::Integer(1)), "d9565201"},
  };
  for (const auto& c : cases) EXPECT_EQ(Encoded(c.first), c.second);
}

TEST(CborTest, EncodesWhatIsSharedOnce) {
  const Value one = Value::Shared(Value::List({Value::Integer(1)}));
  EXPECT_EQ(Encoded(Value::List({one, one})), "82d81c8101d81d00");
  EXPECT_EQ(Encoded(Value::Shared(Value::List({one, one}))),
            "d81c82d81c8101d81d01");
  const CborSerialiser serialiser;
  std::string payload;
  ASSERT_TRUE(serialiser.Encode(std::vector<Value>{one, one}, &payload).ok());
  EXPECT_EQ(absl::BytesToHexString(payload), "d81c82d81c8101d81d01");
}

TEST(CborTest, TagsThatAreTheSerialisersOwn) {
  for (const int tag : {25, 28, 29, 256}) {
    EXPECT_TRUE(absl::StrContains(
        Encoded(Value::Tagged(static_cast<uint64_t>(tag), Value::Null())),
        absl::StrCat("INVALID_ARGUMENT: cbor: tag ", tag, " is the")));
  }
}

TEST(CborTest, LimitsHoldInBothDirections) {
  CborOptions options;
  options.limits.max_depth = 2;
  options.limits.max_values = 4;
  options.limits.max_octets = 8;
  EXPECT_EQ(Decoded("818101", options), "[[1]]");
  EXPECT_EQ(Decoded("81818101", options),
            "RESOURCE_EXHAUSTED: cbor: more lists and maps in one another than "
            "the limit of 2, at octet 2 of 4");
  EXPECT_EQ(Decoded("8401020304", options),
            "RESOURCE_EXHAUSTED: cbor: more values than the limit of 4, at "
            "octet 4 of 5");
  EXPECT_EQ(Decoded("48ffffffffffffffff", options),
            "RESOURCE_EXHAUSTED: cbor: the limit is 8 octets, at octet 0 of 9");
  const Value one = Value::List({Value::Integer(1)});
  EXPECT_EQ(Encoded(Value::List({one}), options), "818101");
  EXPECT_EQ(Encoded(Value::List({Value::List({one})}), options),
            "RESOURCE_EXHAUSTED: cbor: more lists and maps in one another than "
            "the limit of 2, at octet 3 of the payload");
  EXPECT_TRUE(absl::StrContains(Encoded(Value::List({one, one}), options),
                                "more values than the limit of 4"));
  EXPECT_TRUE(absl::StrContains(Encoded(Value::Octets("12345678"), options),
                                "more than the limit of 8 octets"));
  EXPECT_EQ(Encoded(Value::Octets("1234567"), options), "4731323334353637");
}

// The deepest that Perl sends: a list in 511 others, each with its tag 28.
TEST(CborTest, DepthIsPerls) {
  for (const int depth : {511, 512, 513}) {
    std::string hex;
    for (int i = 1; i < depth; ++i) hex += "d81c81";
    hex += "d81c80";
    EXPECT_EQ(absl::StartsWith(Decoded(hex), "28([28"), depth <= 512);
    Value value = Value::Shared(Value::List({}));
    for (int i = 1; i < depth; ++i) value = Value::Shared(Value::List({value}));
    EXPECT_EQ(Encoded(value) == hex, depth <= 512);
  }
}

TEST(CborTest, ManyTagsInOneAnotherAreRefusedInBothDirections) {
  std::string hex;
  for (int i = 0; i < 2049; ++i) hex += "c1";
  EXPECT_TRUE(absl::StrContains(Decoded(hex + "00"),
                                "more tags in one another "
                                "than the limit of 2048"));
  Value value;
  for (int i = 0; i < 100000; ++i) value = Value::Tagged(1, std::move(value));
  EXPECT_TRUE(absl::StrContains(Encoded(value), "more tags in one another"));
}

TEST(CborTest, ListsOfStrings) {
  const CborSerialiser serialiser;
  std::string payload;
  ASSERT_TRUE(serialiser.Encode({"ab", ""}, &payload).ok());
  EXPECT_EQ(absl::BytesToHexString(payload), "d81c8242616240");
  std::vector<std::string> strings = {"what was there"};
  ASSERT_TRUE(serialiser.Decode(payload, &strings).ok());
  EXPECT_EQ(strings, (std::vector<std::string>{"ab", ""}));

  std::string again;
  ASSERT_TRUE(serialiser.Encode(strings, &again).ok());
  EXPECT_EQ(again, payload);

  const std::string numbers = absl::HexStringToBytes("8305fa3fc00000f5");
  ASSERT_TRUE(serialiser.Decode(numbers, &strings).ok());
  EXPECT_EQ(strings, (std::vector<std::string>{"5", "1.5", "1"}));
  EXPECT_EQ(serialiser.Decode(absl::HexStringToBytes("8205f6"), &strings),
            absl::InvalidArgumentError("cbor: item 1 of the list: the value is "
                                       "null: it is no string"));
  EXPECT_TRUE(strings.empty());
}

TEST(CborTest, APayloadThatIsNoList) {
  const CborSerialiser serialiser;
  std::vector<Value> items = {Value::Null()};
  std::vector<std::string> strings = {"a"};
  for (const char* hex : {"05", "a0", "d90102820102", "f6", "4161", ""}) {
    const std::string payload = absl::HexStringToBytes(hex);
    EXPECT_TRUE(absl::IsDataLoss(serialiser.Decode(payload, &items))) << hex;
    EXPECT_TRUE(absl::IsDataLoss(serialiser.Decode(payload, &strings))) << hex;
    EXPECT_TRUE(items.empty() && strings.empty());
  }
  EXPECT_EQ(serialiser.Decode(absl::HexStringToBytes("a0"), &items),
            absl::DataLossError("cbor: the payload is a map and not the list "
                                "that it has to be, at octet 0"));
}

TEST(CborTest, TheRootMayBePlain) {
  CborOptions options;
  options.root = CborRoot::kPlain;
  std::string payload;
  ASSERT_TRUE(CborSerialiser(options).Encode({"a"}, &payload).ok());
  EXPECT_EQ(absl::BytesToHexString(payload), "814161");
}

TEST(CborPropertyTest, DecodingIsTheInverseOfEncoding) {
  RandomValue random(RandomValue::Kinds::kAll, 14);
  for (int i = 0; i < 3000; ++i) {
    const Value value = random.Make(static_cast<int>(random.Below(6)));
    std::string payload;
    ASSERT_TRUE(EncodeCbor(value, &payload).ok()) << value;
    const absl::StatusOr<Value> again = DecodeCbor(payload);
    ASSERT_TRUE(again.ok()) << again.status() << " of " << value;
    ASSERT_EQ(*again, value);
  }
}

// Each payload cut short, and with each octet changed.
TEST(CborPropertyTest, DamageIsAnErrorOrAnotherValue) {
  RandomValue random(RandomValue::Kinds::kAll, 15);
  for (int i = 0; i < 60; ++i) {
    std::string payload;
    ASSERT_TRUE(EncodeCbor(random.Make(3), &payload).ok());
    for (size_t at = 0; at < payload.size(); ++at) {
      ASSERT_TRUE(absl::IsDataLoss(
          DecodeCbor(absl::string_view(payload).substr(0, at)).status()));
      std::string damaged = payload;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << random.Below(8)));
      const absl::StatusOr<Value> value = DecodeCbor(damaged);
      if (value.ok()) continue;
      ASSERT_TRUE(absl::IsDataLoss(value.status()) ||
                  absl::IsResourceExhausted(value.status()));
      ASSERT_TRUE(absl::StrContains(value.status().message(), " at octet "));
    }
  }
}

// Behind 65,536 strings with a number a string has one from 7 octets on.
TEST(CborTest, ShortStringsHaveNoNumberBehindManyOthers) {
  const auto big = [](uint32_t n) {
    return std::string{static_cast<char>(n >> 24), static_cast<char>(n >> 16),
                       static_cast<char>(n >> 8), static_cast<char>(n)};
  };
  for (const size_t size : {6, 7}) {
    std::string payload = "\xd9\x01" + std::string(1, '\0') + "\x9a";
    payload += big(0x10000 + 2);
    for (uint32_t i = 0; i < 0x10000; ++i) payload += "\x45s" + big(i);
    payload += static_cast<char>(0x40 + size);
    payload.append(size, 'x');
    payload += "\xd8\x19\x1a" + big(0x10000);
    EXPECT_EQ(DecodeCbor(payload).ok(), size == 7);
  }
  EXPECT_EQ(CborSerialiser::name(), "cbor");
}

}  // namespace
}  // namespace forkrpc
