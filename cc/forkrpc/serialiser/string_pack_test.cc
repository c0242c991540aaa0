// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/string_pack.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "forkrpc/testing/allocation_counter.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Strings = std::vector<std::string>;
using Views = std::vector<absl::string_view>;

std::string Encoded(const Strings& items) {
  std::string payload;
  EXPECT_TRUE(EncodeStringPack(items, &payload).ok());
  return payload;
}

TEST(StringPackTest, ReadmeExample) {
  std::string payload;
  ASSERT_TRUE(EncodeStringPack({"rename", "from", ""}, &payload).ok());
  EXPECT_EQ(payload, absl::string_view("\6rename\4from\0", 13));
  Views items;
  ASSERT_TRUE(DecodeStringPack(payload, &items).ok());
  EXPECT_THAT(items, ElementsAre("rename", "from", ""));
}

TEST(StringPackTest, EmptyListIsAnEmptyPayload) {
  std::string payload;
  ASSERT_TRUE(EncodeStringPack({}, &payload).ok());
  ASSERT_TRUE(EncodeStringPack(Views(), &payload).ok());
  ASSERT_TRUE(EncodeStringPack(Strings(), &payload).ok());
  EXPECT_EQ(payload, "");
  Views items = {"old"};
  ASSERT_TRUE(DecodeStringPack(payload, &items).ok());
  EXPECT_THAT(items, IsEmpty());
  Strings strings = {"old"};
  EXPECT_EQ(DecodeStringPack("\1a\2b", &strings).code(),
            absl::StatusCode::kDataLoss);
  EXPECT_THAT(strings, IsEmpty());
}

TEST(StringPackTest, BoundaryLengths) {
  const struct {
    size_t size;
    const char* length;
  } kCases[] = {
      {0, "00"},
      {127, "7f"},
      {128, "8100"},
      {16383, "ff7f"},
      {16384, "818000"},
      {2097151, "ffff7f"},
      {2097152, "81808000"},
  };
  for (const auto& known : kCases) {
    const std::string item(known.size, 'x');
    // In the middle of a list, so that the place of the next item is seen.
    const std::string expected =
        "\1a" + absl::HexStringToBytes(known.length) + item + "\1b";
    EXPECT_TRUE(Encoded({"a", item, "b"}) == expected) << known.size;

    std::string payload;
    const Views views = {"a", item, "b"};
    ASSERT_TRUE(EncodeStringPack(views, &payload).ok());
    EXPECT_TRUE(payload == expected) << known.size;

    const absl::StatusOr<size_t> size = StringPackSize(views);
    ASSERT_TRUE(size.ok());
    EXPECT_EQ(*size, expected.size());
    std::string written(expected.size() + 1, '!');
    EXPECT_EQ(WriteStringPack(views, &written[0]), &written[expected.size()]);
    EXPECT_TRUE(written == expected + "!") << known.size;

    Views decoded;
    ASSERT_TRUE(DecodeStringPack(expected, &decoded).ok());
    EXPECT_TRUE(decoded == views) << known.size;
  }
}

TEST(StringPackTest, KeepsEveryOctet) {
  Strings items;
  for (int octet = 0; octet < 256; ++octet) {
    items.push_back(std::string(1 + octet, static_cast<char>(octet)));
  }
  Strings decoded;
  ASSERT_TRUE(DecodeStringPack(Encoded(items), &decoded).ok());
  EXPECT_EQ(decoded, items);
}

TEST(StringPackTest, AppendsToThePayload) {
  for (const size_t size : {size_t{3}, size_t{100000}}) {
    const std::string item(size, 'x');
    std::string payload = "before";
    ASSERT_TRUE(EncodeStringPack({item, "y"}, &payload).ok());
    EXPECT_TRUE(payload == "before" + Encoded({item, "y"})) << size;
  }
}

TEST(StringPackTest, EncodesNullViews) {
  std::string payload;
  ASSERT_TRUE(
      EncodeStringPack({absl::string_view(), absl::string_view()}, &payload)
          .ok());
  EXPECT_EQ(payload, std::string(2, '\0'));
}

TEST(StringPackTest, RefusesWhatNoHeaderCanAnnounce) {
  // Not read: the sizes are enough to refuse.
  static const char kOctet = 'x';
  const absl::string_view gib(&kOctet, size_t{1} << 30);
  const absl::string_view most(&kOctet, kMaxStringPackSize - 5);
  const absl::string_view huge(&kOctet, PTRDIFF_MAX);

  const absl::StatusOr<size_t> size = StringPackSize({most});
  ASSERT_TRUE(size.ok()) << size.status();
  EXPECT_EQ(*size, kMaxStringPackSize);

  const Views kTooLong[] = {
      {most, ""},  // one octet more
      {gib, gib, gib, gib},
      {huge},
      {huge, huge, huge},  // the sum wraps to less than the limit
      Views(4, absl::string_view(&kOctet, size_t{1} << 62)),
  };
  for (const Views& items : kTooLong) {
    EXPECT_EQ(StringPackSize(items).status().code(),
              absl::StatusCode::kResourceExhausted);
    std::string payload = "before";
    EXPECT_EQ(EncodeStringPack(items, &payload).code(),
              absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(payload, "before");
  }
  EXPECT_EQ(StringPackSize(kTooLong[0]).status().message(),
            "string-pack: 2 items take more than the limit of 4294967295 "
            "octets that a header can announce");
}

TEST(StringPackTest, DecodesIntoEveryContainer) {
  const std::string payload = Encoded({"a", "bc"});

  absl::InlinedVector<absl::string_view, 4> inlined = {"old"};
  ASSERT_TRUE(DecodeStringPack(payload, &inlined).ok());
  EXPECT_THAT(inlined, ElementsAre("a", "bc"));
  EXPECT_EQ(inlined[0].data(), payload.data() + 1) << "must be a view";

  Strings strings = {"old", "old", "old"};
  ASSERT_TRUE(DecodeStringPack(payload, &strings).ok());
  EXPECT_THAT(strings, ElementsAre("a", "bc"));
}

TEST(StringPackTest, LeavesNothingOnError) {
  Views items = {"old"};
  EXPECT_EQ(DecodeStringPack("\1a\2b", &items).code(),
            absl::StatusCode::kDataLoss);
  EXPECT_THAT(items, IsEmpty());
}

TEST(StringPackTest, OptionsReachTheReader) {
  StringPackOptions options;
  options.mode = StringPackMode::kPerl;
  Views items;
  EXPECT_TRUE(DecodeStringPack("\1a\2b", &items, options).ok());
  EXPECT_THAT(items, ElementsAre("a", "b"));
  EXPECT_EQ(*CountStringPack("\1a\2b", options), 2u);
  const StringPackSerialiser perl(options);
  EXPECT_TRUE(perl.Decode("\1a\2b", &items).ok());

  options.max_items = 1;
  EXPECT_EQ(DecodeStringPack("\1a\1b", &items, options).code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(CountStringPack("\1a\1b", options).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(StringPackTest, Counts) {
  EXPECT_EQ(*CountStringPack(""), 0u);
  EXPECT_EQ(*CountStringPack(Encoded({"a", "", std::string(300, 'x')})), 3u);
  EXPECT_EQ(CountStringPack("\1a\2b").status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(StringPackTest, SerialiserTakesWhatTheFunctionsTake) {
  const StringPackSerialiser serialiser;
  std::string payload;
  ASSERT_TRUE(serialiser.Encode({"a", "bc"}, &payload).ok());
  ASSERT_TRUE(serialiser.Encode(Strings{"d"}, &payload).ok());
  ASSERT_TRUE(serialiser.Encode(Views{"e"}, &payload).ok());
  EXPECT_EQ(payload, "\1a\2bc\1d\1e");
}

// Both sides of the switch between the encoder's two ways.
TEST(StringPackAllocationTest, EncodingAllocatesOnceAtMost) {
  for (const size_t size : {50, 5000}) {
    const Strings strings(40, std::string(size, 'x'));
    const Views items(strings.begin(), strings.end());
    std::string payload;
    {
      AllocationCounter counter;
      const bool ok = EncodeStringPack(items, &payload).ok();
      EXPECT_EQ(counter.allocations(), 1) << size;
      EXPECT_TRUE(ok);
    }
    payload.clear();
    AllocationCounter counter;
    const bool ok = EncodeStringPack(items, &payload).ok() &&
                    EncodeStringPack({}, &payload).ok();
    EXPECT_EQ(counter.allocations(), 0) << size;
    EXPECT_TRUE(ok);
  }
}

TEST(StringPackAllocationTest, DecodingIntoReusedViewsAllocatesNothing) {
  const std::string payload =
      Encoded({"a", std::string(200, 'x'), "", std::string(20000, 'y')});
  Views reused;
  ASSERT_TRUE(DecodeStringPack(payload, &reused).ok());
  absl::InlinedVector<absl::string_view, 4> inlined;

  AllocationCounter counter;
  bool ok = true;
  for (int i = 0; i < 100; ++i) {
    ok &= DecodeStringPack(payload, &reused).ok();
    ok &= DecodeStringPack(payload, &inlined).ok();
    ok &= CountStringPack(payload).ok();
  }
  EXPECT_EQ(counter.allocations(), 0);
  EXPECT_TRUE(ok);
}

TEST(StringPackAllocationTest, MemoryFollowsItemsNotLengths) {
  const std::string hostile = absl::HexStringToBytes("ffffffffffffffff7f61");
  StringPackOptions perl;
  perl.mode = StringPackMode::kPerl;
  for (const StringPackOptions& options : {StringPackOptions(), perl}) {
    Strings items;
    AllocationCounter counter;
    const bool ok = DecodeStringPack(hostile, &items, options).ok();
    EXPECT_LT(counter.peak_octets(), 1024);
    EXPECT_EQ(ok, options.mode == StringPackMode::kPerl);
  }
}

TEST(StringPackTest, LongItemsNeedNoReserveWhereThereIsRoom) {
  const std::vector<std::string> items(2, std::string(100000, 'x'));
  std::string payload, again;
  ASSERT_TRUE(EncodeStringPack(items, &payload).ok());
  again.reserve(payload.size());
  const char* const room = again.data();
  ASSERT_TRUE(EncodeStringPack(items, &again).ok());
  EXPECT_EQ(again, payload);
  EXPECT_EQ(again.data(), room);
}

}  // namespace
}  // namespace forkrpc
