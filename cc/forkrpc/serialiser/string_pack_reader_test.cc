// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/string_pack_reader.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "forkrpc/testing/allocation_counter.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// Everything a reader tells, as one line: "[hi][]|OK" or "[hi]|DATA_LOSS @3".
std::string Read(const std::string& hex, StringPackOptions options = {}) {
  const std::string payload = absl::HexStringToBytes(hex);
  StringPackReader reader(payload, options);
  std::string told;
  absl::string_view item;
  while (reader.Next(&item)) absl::StrAppend(&told, "[", item, "]");
  absl::StrAppend(&told, "|", absl::StatusCodeToString(reader.status().code()));
  if (!reader.status().ok()) absl::StrAppend(&told, " @", reader.offset());
  return told;
}

std::string ReadAsPerl(const std::string& hex) {
  StringPackOptions options;
  options.mode = StringPackMode::kPerl;
  return Read(hex, options);
}

std::string Message(const std::string& payload,
                    const StringPackOptions& options = {}) {
  StringPackReader reader(payload, options);
  absl::string_view item;
  while (reader.Next(&item)) {
  }
  return absl::StrCat(reader.status().message());
}

TEST(StringPackReaderTest, ReadsItems) {
  EXPECT_EQ(Read(""), "|OK");
  EXPECT_EQ(Read("00"), "[]|OK");
  EXPECT_EQ(Read("026869"), "[hi]|OK");
  EXPECT_EQ(Read("0268690001780000"), "[hi][][x][][]|OK");
}

TEST(StringPackReaderTest, TakesANullViewForAnEmptyList) {
  StringPackReader reader((absl::string_view()));
  absl::string_view item = "untouched";
  EXPECT_FALSE(reader.Next(&item));
  EXPECT_TRUE(reader.status().ok());
  EXPECT_EQ(item, "untouched");
  EXPECT_EQ(reader.count(), 0u);
}

TEST(StringPackReaderTest, ReportsAPayloadThatEndsInsideALength) {
  for (const char* hex : {"80", "81", "ff", "8080", "ffffffffffffffffffffff"}) {
    EXPECT_EQ(Read(hex), "|DATA_LOSS @0") << hex;
    EXPECT_EQ(ReadAsPerl(hex), "|DATA_LOSS @0") << hex;
  }
  EXPECT_EQ(Read("02686981"), "[hi]|DATA_LOSS @3");
  EXPECT_EQ(ReadAsPerl("02686981"), "[hi]|DATA_LOSS @3");
}

TEST(StringPackReaderTest, ReportsALengthBeyondTheEnd) {
  EXPECT_EQ(Read("05616263"), "|DATA_LOSS @0");
  EXPECT_EQ(Read("01"), "|DATA_LOSS @0");
  EXPECT_EQ(Read("0268697f"), "[hi]|DATA_LOSS @3");
  EXPECT_EQ(Read("810061"), "|DATA_LOSS @0");
  EXPECT_EQ(Read("9080808003616263"), "|DATA_LOSS @0") << "2^32 + 3";
  EXPECT_EQ(Read("ffffffffffffffff7f61"), "|DATA_LOSS @0") << "2^63 - 1";
}

TEST(StringPackReaderTest, PerlClampsALengthBeyondTheEnd) {
  EXPECT_EQ(ReadAsPerl("05616263"), "[abc]|OK");
  EXPECT_EQ(ReadAsPerl("05"), "[]|OK");
  EXPECT_EQ(ReadAsPerl("0268697f"), "[hi][]|OK");
  EXPECT_EQ(ReadAsPerl("9080808003616263"), "[abc]|OK") << "2^32 + 3";
  EXPECT_EQ(ReadAsPerl("ffffffffffffffff7f61"), "[a]|OK") << "2^63 - 1";
}

TEST(StringPackReaderTest, ReportsALengthThatIsNotTheShortest) {
  EXPECT_EQ(Read("800161"), "|DATA_LOSS @0");
  EXPECT_EQ(Read("8000"), "|DATA_LOSS @0");
  EXPECT_EQ(Read("00808080808080808080800161"), "[]|DATA_LOSS @1");
}

TEST(StringPackReaderTest, PerlAcceptsALengthThatIsNotTheShortest) {
  EXPECT_EQ(ReadAsPerl("8001610162"), "[a][b]|OK");
  EXPECT_EQ(ReadAsPerl("8000"), "[]|OK");
  EXPECT_EQ(ReadAsPerl("00808080808080808080800161"), "[][a]|OK");
  EXPECT_EQ(ReadAsPerl("808080808080808080808000"), "[]|OK");
}

TEST(StringPackReaderTest, ReportsLengthsThatPerlTakesForNegative) {
  for (const char* hex : {
           "8180808080808080800061",      // 2^63
           "81ffffffffffffffff7f61",      // 2^64 - 1
           "828080808080808080036161",    // 2^64 + 3
           "81808080808080808080006161",  // 2^70
       }) {
    EXPECT_EQ(Read(hex), "|DATA_LOSS @0") << hex;
    EXPECT_EQ(ReadAsPerl(hex), "|DATA_LOSS @0") << hex;
  }
}

TEST(StringPackReaderTest, LimitsTheNumberOfItems) {
  StringPackOptions options;
  options.max_items = 2;
  EXPECT_EQ(Read("0161016201", options), "[a][b]|RESOURCE_EXHAUSTED @4");
  EXPECT_EQ(Read("01610162", options), "[a][b]|OK");
  options.max_items = 0;
  EXPECT_EQ(Read("00", options), "|RESOURCE_EXHAUSTED @0");
  EXPECT_EQ(Read("", options), "|OK");
}

TEST(StringPackReaderTest, LimitHoldsForLongItemsToo) {
  StringPackOptions options;
  options.max_items = 1;
  const std::string item =
      "8100" + absl::BytesToHexString(std::string(128, 'x'));
  EXPECT_EQ(Read(item + item, options),
            "[" + std::string(128, 'x') + "]|RESOURCE_EXHAUSTED @130");
}

TEST(StringPackReaderTest, DefaultLimitIsTheDocumentedOne) {
  const std::string payload(kDefaultMaxStringPackItems, '\0');
  EXPECT_EQ(Message(payload), "");
  EXPECT_EQ(Message(payload + std::string(1, '\0')),
            "string-pack: item 1048577 at octet 1048576 of 1048577 is beyond "
            "the limit of 1048576");
}

TEST(StringPackReaderTest, ErrorsSayWhatWhereAndTheLimit) {
  EXPECT_EQ(Message("\x02hi\x81\x82"),
            "string-pack: the payload ends inside the length at octet 3 of 5: "
            "found 2 octets, none of them the last");
  EXPECT_EQ(Message("\x02hi\x80\x80\x01x"),
            "string-pack: the length at octet 3 of 7 is not in its shortest "
            "form: it starts with 0x80 and has 3 octets");
  EXPECT_EQ(Message("\x02hi\x82\x2cxyz"),
            "string-pack: the length at octet 3 of 8 is 300, but 3 octets are "
            "left");
  StringPackOptions perl;
  perl.mode = StringPackMode::kPerl;
  EXPECT_EQ(
      Message(std::string("\x81\x80\x80\x80\x80\x80\x80\x80\x80\0x", 11), perl),
      "string-pack: the length at octet 0 of 11 is 2^63 or more, but 1 "
      "octets are left");
}

TEST(StringPackReaderTest, FirstErrorIsFinal) {
  StringPackReader reader(
      "\x01"
      "a"
      "\x80\x01"
      "b"
      "\x01"
      "c");
  absl::string_view item;
  ASSERT_TRUE(reader.Next(&item));
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(reader.Next(&item));
    EXPECT_EQ(reader.status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(reader.offset(), 2u);
    EXPECT_EQ(item, "a") << "an error must not touch the item";
  }
}

TEST(StringPackReaderTest, ItemsAreViewsAndNothingIsAllocated) {
  std::string payload;
  for (int i = 0; i < 1000; ++i) {
    payload +=
        "\x03"
        "abc";
    payload += "\x81\x01" + std::string(129, 'x');
  }
  AllocationCounter counter;
  StringPackReader reader(payload);
  absl::string_view item;
  size_t inside = 0;
  while (reader.Next(&item)) {
    inside += item.data() > payload.data() &&
              item.data() + item.size() <= payload.data() + payload.size();
  }
  const bool ok = reader.status().ok();
  EXPECT_EQ(counter.allocations(), 0);
  EXPECT_TRUE(ok);
  EXPECT_EQ(inside, 2000u);
  EXPECT_EQ(reader.count(), 2000u);
  EXPECT_EQ(reader.offset(), payload.size());
}

}  // namespace
}  // namespace forkrpc
