// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The images below are those of Perl 5.36's freeze and nfreeze, unless a
// comment says otherwise.

#include "forkrpc/serialiser/storable.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/serialiser/diagnostic_notation.h"
#include "forkrpc/serialiser/serialiser.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using Values = std::vector<Value>;

constexpr char kNative[] = "040b08313233343536373804080808";
constexpr char kNetwork[] = "050b";
constexpr uint64_t kReference = 22098;

static_assert(CanEncode<StorableSerialiser, Values>::value, "a list");
static_assert(CanEncode<StorableSerialiser, Value>::value, "any value");
static_assert(CanDecode<NetworkStorableSerialiser, Values>::value, "a list");
static_assert(CanDecode<NetworkStorableSerialiser, Value>::value, "any value");

Value Ref(Value to) { return Value::Tagged(kReference, std::move(to)); }
Value Int(int64_t value) { return Value::Integer(value); }
Value Octets(absl::string_view octets) { return Value::Octets(octets); }
Value Text(absl::string_view text) { return Value::Text(text); }

std::string Image(absl::string_view hex) { return absl::HexStringToBytes(hex); }
// In network order, of a list of `count` elements.
std::string ListOf(int count, absl::string_view hex) {
  return Image(
      absl::StrCat(kNetwork, "02", absl::Hex(count, absl::kZeroPad8), hex));
}

template <typename Serialiser>
std::string Encoded(const Values& items) {
  std::string image;
  const absl::Status status = Serialiser().Encode(items, &image);
  EXPECT_TRUE(status.ok()) << status;
  return absl::BytesToHexString(image);
}

struct Pair {
  Value value;  // the only element of a list
  std::string native;
  std::string network;
};

std::vector<Pair> BothWays() {
  const Value shared = Value::Shared(Value::List({Int(1)}));
  return {
      {Value::Null(), "05", "05"},
      {Value::Boolean(true), "0f", "0f"},
      {Value::Boolean(false), "10", "10"},
      {Int(5), "0885", "0885"},
      {Int(-128), "0800", "0800"},
      {Int(127), "08ff", "08ff"},
      {Int(-129), "067fffffffffffffff", "09ffffff7f"},
      {Int(128), "068000000000000000", "0900000080"},
      {Int(2147483647), "06ffffff7f00000000", "097fffffff"},
      {Int(-2147483648), "0600000080ffffffff", "0980000000"},
      {Octets(""), "0a00", "0a00"},
      {Octets("a\xff"), "0a0261ff", "0a0261ff"},
      {Octets(std::string(255, 'x')),
       absl::StrCat("0aff", absl::BytesToHexString(std::string(255, 'x'))),
       absl::StrCat("0aff", absl::BytesToHexString(std::string(255, 'x')))},
      {Octets(std::string(256, 'x')),
       absl::StrCat("0100010000",
                    absl::BytesToHexString(std::string(256, 'x'))),
       absl::StrCat("0100000100",
                    absl::BytesToHexString(std::string(256, 'x')))},
      {Text("\xe2\x98\xba"), "1703e298ba", "1703e298ba"},
      {Text(std::string(256, 'x')),
       absl::StrCat("1800010000",
                    absl::BytesToHexString(std::string(256, 'x'))),
       absl::StrCat("1800000100",
                    absl::BytesToHexString(std::string(256, 'x')))},
      {Value::List({}), "040200000000", "040200000000"},
      {Value::List({Int(1), Value::List({Int(2)})}),
       "040202000000088104020100000008"
       "82",
       "040200000002088104020000000108"
       "82"},
      {Value::Map({}), "040300000000", "040300000000"},
      {Value::Map({{Octets("a"), Int(1)}}), "04030100000008810100000061",
       "04030000000108810000000161"},
      {Value::Map({{Octets(""), Value::Null()}}), "0403010000000500000000",
       "0403000000010500000000"},
      // Keys with the text flag: in Latin-1 where that is enough.
      {Value::Map({{Text("\xe2\x98\xba"), Int(2)},
                   {Octets("\xe9"), Int(3)},
                   {Text("\xc3\xa9"), Int(1)}}),
       "041900030000000882"
       "0103000000e298ba"
       "0883"
       "0001000000e9"
       "0881"
       "0201000000e9",
       "041900000000030882"
       "0100000003e298ba"
       "0883"
       "0000000001e9"
       "0881"
       "0200000001e9"},
      {Ref(Octets("x")), "040a0178", "040a0178"},
      {Ref(Ref(Int(5))), "04040885", "04040885"},
      {Ref(Value::List({})), "04040200000000", "04040200000000"},
      // [$r, $r]: the element refers to array 3 again, which is number 3 as the
      // elements before it are 1 and 2.
      {Value::List({shared, shared}),
       "040202000000"
       "0402010000000881"
       "040000000004",
       "040200000002"
       "0402000000010881"
       "040000000004"},
  };
}

TEST(StorableTest, WritesAndReadsWhatPerlDoes) {
  for (const Pair& pair : BothWays()) {
    const Values items = {pair.value};
    SCOPED_TRACE(DiagnosticNotation(pair.value));
    const std::string native = absl::StrCat(kNative, "0201000000", pair.native);
    const std::string network =
        absl::StrCat(kNetwork, "0200000001", pair.network);
    EXPECT_EQ(Encoded<StorableSerialiser>(items), native);
    EXPECT_EQ(Encoded<NetworkStorableSerialiser>(items), network);
    for (const std::string& hex : {native, network}) {
      Values decoded;
      const absl::Status status =
          StorableSerialiser().Decode(Image(hex), &decoded);
      EXPECT_TRUE(status.ok()) << status;
      EXPECT_TRUE(decoded == items) << hex << ": " << Value::List(decoded);
    }
  }
}

// What freeze and nfreeze make of numbers that they do not have.
TEST(StorableTest, WritesNumbersAsPerlDoes) {
  struct Number {
    Value value;
    std::string native;
    std::string network;  // in hex, or the text that is sent
  };
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<Number> numbers = {
      {Value::Double(5), "0885", "0885"},
      {Value::Double(-0.0), "0880", "0880"},
      {Value::Double(100000), "06a086010000000000", "09000186a0"},
      {Value::Double(2147483648.0), "060000008000000000", "\"2147483648"},
      {Value::Double(9007199254740991.0), "06ffffffffffff1f00",
       "\"9007199254740991"},
      {Value::Double(-9007199254740991.0), "06010000000000e0ff",
       "\"-9007199254740991"},
      {Value::Double(9007199254740992.0), "070000000000004043",
       "\"9.00719925474099e+15"},
      {Value::Double(1e16), "070080e03779c34143", "\"1e+16"},
      {Value::Double(0.1), "079a9999999999b93f", "\"0.1"},
      {Value::Double(1.0 / 3), "07555555555555d53f", "\"0.333333333333333"},
      {Value::Double(5e-324), "070100000000000000", "\"4.94065645841247e-324"},
      {Value::Double(1e-7), "0748afbc9af2d77a3e", "\"1e-07"},
      {Value::Double(inf), "07000000000000f07f", "\"Inf"},
      {Value::Double(-inf), "07000000000000f0ff", "\"-Inf"},
      {Value::Double(std::nan("")), "07000000000000f87f", "\"NaN"},
      {Int(2147483648), "060000008000000000", "\"2147483648"},
      {Int(-2147483649), "06ffffff7fffffffff", "\"-2147483649"},
      {Int(INT64_MAX), "06ffffffffffffff7f", "\"9223372036854775807"},
      {Int(INT64_MIN), "060000000000000080", "\"-9223372036854775808"},
      {Value::Unsigned(UINT64_MAX),
       "0a143138343436373434303733373039353531363135",
       "\"18446744073709551615"},
  };
  for (const Number& number : numbers) {
    SCOPED_TRACE(DiagnosticNotation(number.value));
    EXPECT_EQ(Encoded<StorableSerialiser>({number.value}),
              absl::StrCat(kNative, "0201000000", number.native));
    std::string network = number.network;
    if (network[0] == '"') {
      const std::string text = network.substr(1);
      network = absl::StrCat("0a", absl::Hex(text.size(), absl::kZeroPad2),
                             absl::BytesToHexString(text));
    }
    EXPECT_EQ(Encoded<NetworkStorableSerialiser>({number.value}),
              absl::StrCat(kNetwork, "0200000001", network));
  }
  EXPECT_EQ(Encoded<StorableSerialiser>({Value::Undefined()}),
            absl::StrCat(kNative, "020100000005"));
}

// The other spellings of what an image can hold.
std::vector<std::pair<std::string, Values>> OtherSpellings() {
  const Value five = Value::Shared(Int(5));
  const Value list = Value::Shared(Value::List({Int(1)}));
  const Value hello = Value::Shared(Octets("hello"));
  const Value ref = Value::Shared(Ref(Octets("x")));
  const Value a = Value::Shared(Octets("a"));
  const Value null = Value::Shared(Value::Null());
  return {
      // undef as a variable, as a constant and as an element never set.
      {ListOf(3, "051f0e"), {Value::Null(), Value::Null(), Value::Null()}},
      // my ($t, $f) = (!!1, !!0); f($t, $f, $t), in Perl 5.42
      {ListOf(3, "22230000000001"),
       {Value::Boolean(true), Value::Boolean(false), Value::Boolean(true)}},
      // f(undef, undef, !!1, !!0, !!1): constants are not shared.
      {ListOf(5, "1f1f0f100000000003"),
       {Value::Null(), Value::Null(), Value::Boolean(true),
        Value::Boolean(false), Value::Boolean(true)}},
      // f($u, $u), f($hello, $hello)
      {ListOf(2, "050000000001"), {null, null}},
      {ListOf(2, "0a0568656c6c6f0000000001"), {hello, hello}},
      // f($x, \$x)
      {ListOf(2, "0885040000000001"), {five, Ref(five)}},
      // [\$x, \$x]: two references to one scalar, which is number 2
      {ListOf(2, "040885040000000002"), {Ref(five), Ref(five)}},
      // f($l, $l): the element is number 1, the list 2
      {ListOf(2,
              "040200000001"
              "08810000000001"),
       {list, list}},
      // The element that refers to a list again is number 4.
      {ListOf(3,
              "0402000000010881"
              "040000000002"
              "0000000004"),
       {list, list, list}},
      {ListOf(2,
              "040a0178"
              "0000000001"),
       {ref, ref}},
      // v1.22.333, and "a" behind it, which is number 2.
      {ListOf(3,
              "1d0976312e32322e33333317040116c58d"
              "0a0161"
              "0000000002"),
       {Text("\x01\x16\xc5\x8d"), a, a}},
      // By hand: a minor version of tomorrow, all of whose opcodes are known;
      // 32-bit integers in native order.
      {Image("05ff02000000010885"), {Int(5)}},
      {Image(absl::StrCat(kNative, "020100000009000003e8")), {Int(1000)}},
      // By hand: the long form of what is short.
      {ListOf(2,
              "010000000161"
              "180000000161"),
       {Octets("a"), Text("a")}},
      {ListOf(1,
              "1e000000027631"
              "0a0101"),
       {Octets("\x01")}},
      // By hand, and as Perl reads it: a flag hash without flags.
      {ListOf(1,
              "0419"
              "00"
              "00000001"
              "0881"
              "00"
              "0000000161"),
       {Value::Map({{Octets("a"), Int(1)}})}},
  };
}

TEST(StorableTest, ReadsWhatItDoesNotWrite) {
  for (const auto& [image, wanted] : OtherSpellings()) {
    SCOPED_TRACE(absl::BytesToHexString(image));
    Values decoded;
    const absl::Status status =
        NetworkStorableSerialiser().Decode(image, &decoded);
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_TRUE(Value::List(decoded) == Value::List(wanted))
        << Value::List(decoded) << "\nwanted: " << Value::List(wanted);
  }
}

TEST(StorableTest, TheOutermostIsAnArrayForAListAndAnythingForAValue) {
  const std::vector<std::pair<std::string, Value>> images = {
      {"0200000000", Value::List({})},
      {"0300000000", Value::Map({})},
      {"0885", Int(5)},
      {"05", Value::Null()},
      {"040885", Ref(Int(5))},
      {"04040200000000", Ref(Value::List({}))},
  };
  for (const auto& [hex, value] : images) {
    SCOPED_TRACE(hex);
    std::string image;
    ASSERT_TRUE(NetworkStorableSerialiser().Encode(value, &image).ok());
    EXPECT_EQ(absl::BytesToHexString(image), absl::StrCat(kNetwork, hex));
    Value decoded = Int(7);
    const absl::Status status = StorableSerialiser().Decode(image, &decoded);
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_TRUE(decoded == value) << decoded;
    Values items = {Int(1)};
    const absl::Status of_list = StorableSerialiser().Decode(image, &items);
    const bool list = value.kind() == Value::Kind::kList;
    EXPECT_EQ(of_list.code(),
              list ? absl::StatusCode::kOk : absl::StatusCode::kDataLoss);
    EXPECT_TRUE(items.empty());
  }
  // What thaw gives for this is a reference to a reference: no list of
  // arguments.
  const std::string image = Image(absl::StrCat(kNetwork, "040200000000"));
  Value value;
  EXPECT_TRUE(StorableSerialiser().Decode(image, &value).ok());
  EXPECT_TRUE(value == Value::List({})) << value;
  Values items;
  EXPECT_EQ(StorableSerialiser().Decode(image, &items).code(),
            absl::StatusCode::kDataLoss);
}

TEST(StorableTest, AppendsToThePayload) {
  std::string payload = "before";
  ASSERT_TRUE(NetworkStorableSerialiser().Encode(Values{}, &payload).ok());
  EXPECT_EQ(payload, "before" + Image("050b0200000000"));
}

// Found by the fuzz target: written as a second reference, they were read as
// two.
TEST(StorableTest, TrueAndFalseAreNotShared) {
  const Value shared = Value::Shared(Value::Boolean(true));
  EXPECT_EQ(Encoded<NetworkStorableSerialiser>({shared, shared}),
            absl::StrCat(kNetwork, "02000000020f0f"));
}

TEST(StorableTest, NumbersGoBeyondSixteenBits) {
  const Value list = Value::Shared(Value::List({Int(1)}));
  Values items(70000);
  items.push_back(list);
  items.push_back(list);
  // 70,000 elements, the one that refers to the list, the list.
  const std::string hex = Encoded<NetworkStorableSerialiser>(items);
  EXPECT_EQ(hex.substr(hex.size() - 12), "040000011172");
  Values decoded;
  ASSERT_TRUE(StorableSerialiser().Decode(Image(hex), &decoded).ok());
  EXPECT_TRUE(decoded == items);
}

TEST(StorableTest, StringsAreOctets) {
  const std::vector<std::string> strings = {"ab", ""};
  for (int i = 0; i < 3; ++i) {
    std::string payload;
    const NetworkStorableSerialiser serialiser;
    const absl::Status status =
        i == 0 ? serialiser.Encode({"ab", ""}, &payload)
        : i == 1
            ? serialiser.Encode(strings, &payload)
            : serialiser.Encode(Values{Octets("ab"), Octets("")}, &payload);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(absl::BytesToHexString(payload),
              absl::StrCat(kNetwork, "0200000002", "0a026162", "0a00"));
  }
  std::vector<std::string> decoded;
  ASSERT_TRUE(StorableSerialiser()
                  .Decode(ListOf(4,
                                 "0885"
                                 "0a0161"
                                 "1703e298ba"
                                 "0f"),
                          &decoded)
                  .ok());
  EXPECT_EQ(decoded, (std::vector<std::string>{"5", "a", "\xe2\x98\xba", "1"}));
  EXPECT_EQ(StorableSerialiser().Decode(ListOf(1, "05"), &decoded).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(decoded.empty());
}

TEST(StorableTest, KnowsItsNames) {
  EXPECT_EQ(SerialiserName<StorableSerialiser>(), "storable");
  EXPECT_EQ(SerialiserName<NetworkStorableSerialiser>(), "nstorable");
}

}  // namespace
}  // namespace forkrpc
