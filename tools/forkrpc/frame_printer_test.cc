// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/frame_printer.h"

#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr Direction kDown = Direction::kDown;
constexpr Direction kUp = Direction::kUp;

class FramePrinterTest : public ::testing::Test {
 protected:
  // Tests of the async form ask for it.
  FramePrinterTest() { options_.form = Form::kSync; }

  std::string Print(Direction direction, uint64_t offset,
                    const FrameView& frame) {
    std::ostringstream out;
    FramePrinter printer(options_, &out);
    printer.Print(direction, offset, frame);
    bad_frames_ = printer.bad_frames();
    return out.str();
  }
  std::string Title(Direction direction, uint32_t id) {
    const std::string text = Print(direction, 0, {id, ""});
    return text.substr(0, text.find('\n'));
  }

  DumpOptions options_;
  int64_t bad_frames_ = 0;
};

TEST_F(FramePrinterTest, AFrameInText) {
  EXPECT_EQ(Print(kUp, 4294967296, {1, "hi"}),
            "< 4294967296  response with id 1, 2 octets\n"
            "    68 69                                            |hi|\n");
  EXPECT_EQ(bad_frames_, 0);
}

TEST_F(FramePrinterTest, EachKind) {
  EXPECT_EQ(Title(kDown, 0), ">          0  request, 0 octets");
  EXPECT_EQ(Title(kUp, 0), "<          0  event, 0 octets");
  options_.form = Form::kAsync;
  EXPECT_EQ(Title(kDown, 7), ">          0  request with id 7, 0 octets");
  EXPECT_EQ(Title(kUp, 0xFFFFFFFF),
            "<          0  response to id 4294967295, 0 octets");
  EXPECT_EQ(Title(kUp, 0), "<          0  event, 0 octets");
}

TEST_F(FramePrinterTest, LongPayloadsAreCut) {
  options_.max_payload = 2;
  EXPECT_THAT(Print(kUp, 0, {1, "abcde"}),
              HasSubstr("    61 62                                         "
                        "   |ab|\n    ... 3 more\n"));
  options_.max_payload = 5;
  EXPECT_EQ(Print(kUp, 0, {1, "abcde"}).find("more"), std::string::npos);
}

TEST_F(FramePrinterTest, ARequestWithIdZeroIsMarked) {
  options_.form = Form::kAsync;
  EXPECT_THAT(Print(kDown, 0, {0, ""}),
              HasSubstr("\n    ! no request may have id 0 (FR-SID-001)\n"));
  EXPECT_EQ(bad_frames_, 1);
}

TEST_F(FramePrinterTest, StringPackShowsTheStrings) {
  options_.serialiser = Serialiser::kStringPack;
  EXPECT_THAT(Print(kDown, 0,
                    {0,
                     "\x03"
                     "add"
                     "\x02"
                     "\"\n"}),
              HasSubstr("\n    = \"add\" \"\\\"\\n\"\n    03 61"));
  EXPECT_THAT(
      Print(kDown, 0,
            {0,
             "\x03"
             "ad"}),
      HasSubstr("\n    ! string-pack: the length at octet 0 of 3 is 3"));
  EXPECT_EQ(bad_frames_, 1);
}

TEST_F(FramePrinterTest, ManyStringsAreCutToo) {
  options_.serialiser = Serialiser::kStringPack;
  options_.max_payload = 6;
  // Six octets for "add", "4" and their lengths.
  EXPECT_THAT(Print(kDown, 0,
                    {0,
                     "\x03"
                     "add"
                     "\x01"
                     "4"
                     "\x01"
                     "5"}),
              HasSubstr("\n    = \"add\" \"4\" ...\n"));
  EXPECT_THAT(Print(kDown, 0,
                    {0,
                     "\x08"
                     "abcdefgh"}),
              HasSubstr("\n    = \"abcde\" ...\n"));
}

TEST_F(FramePrinterTest, ValuesAreShownInTheirNotation) {
  options_.serialiser = Serialiser::kJson;
  EXPECT_THAT(Print(kDown, 0, {0, "[1,\"a\"]"}),
              HasSubstr("\n    = [1, \"a\"]\n    5b 31"));
  EXPECT_EQ(bad_frames_, 0);
  // What is no such payload is shown as octets, the error beside it.
  const std::string text = Print(kDown, 0, {0, "[1"});
  EXPECT_THAT(text, HasSubstr("\n    ! json: "));
  EXPECT_THAT(text, HasSubstr("\n    5b 31  "));
  EXPECT_EQ(bad_frames_, 1);
  options_.max_payload = 5;
  EXPECT_THAT(Print(kDown, 0, {0, "[1,\"\xc3\xa9\"]"}),
              HasSubstr("\n    = [1, \" ...\n"));
  options_.max_payload = 6;
  EXPECT_THAT(Print(kDown, 0, {0, "[1,\"\xc3\xa9\"]"}),
              HasSubstr("\n    = [1, \" ...\n"));
}

TEST_F(FramePrinterTest, ValuesInJson) {
  options_.format = DumpFormat::kJson;
  options_.serialiser = Serialiser::kStorable;
  EXPECT_THAT(Print(kUp, 0, {1, "x"}), HasSubstr("\"problem\":\"storable: "));
  options_.serialiser = Serialiser::kJson;
  EXPECT_THAT(Print(kUp, 0, {1, "[1, 2]"}),
              HasSubstr("\"payload\":\"[1, 2]\",\"values\":\"[1, 2]\"}"));
  options_.serialiser = Serialiser::kProtobuf;
  EXPECT_THAT(Print(kUp, 0, {1, "\x0a\x01z"}),
              HasSubstr(",\"strings\":[\"z\"]}"));
}

TEST_F(FramePrinterTest, AFrameInJson) {
  options_.format = DumpFormat::kJson;
  EXPECT_EQ(Print(kDown, 9, {0, "hi"}),
            "{\"direction\":\"down\",\"offset\":9,\"kind\":\"request\","
            "\"length\":2,\"payload\":\"hi\"}\n");
  options_.serialiser = Serialiser::kStringPack;
  options_.max_payload = 2;
  EXPECT_EQ(Print(kUp, 0, {1, "\x02\xff\n"}),
            "{\"direction\":\"up\",\"offset\":0,\"kind\":\"response\",\"id\":1,"
            "\"length\":3,\"payload\":{\"hex\":\"02ff\"},"
            "\"strings\":[{\"hex\":\"ff\"}],\"truncated\":true}\n");
  EXPECT_THAT(Print(kUp, 0, {0, "\x80"}),
              StartsWith("{\"direction\":\"up\",\"offset\":0,\"kind\":"
                         "\"event\",\"id\":0,\"length\":1,\"payload\":{"
                         "\"hex\":\"80\"},\"problem\":\"string-pack: "));
}

TEST_F(FramePrinterTest, EndsAndAFormThatIsFoundLate) {
  std::ostringstream out;
  FramePrinter printer(options_, &out);
  printer.SetForm(Form::kAsync);
  printer.Print(kDown, 0, {7, ""});
  printer.PrintEnd(kDown, 8, StreamEnd::kHalfClose);
  printer.PrintEnd(kUp, 0, StreamEnd::kReset);
  options_.format = DumpFormat::kJson;
  printer.PrintEnd(kDown, 8, StreamEnd::kHalfClose);
  EXPECT_EQ(out.str(),
            ">          0  request with id 7, 0 octets\n"
            ">          8  end\n"
            "<          0  reset\n"
            "{\"direction\":\"down\",\"offset\":8,\"kind\":\"end\"}\n");
}

TEST_F(FramePrinterTest, FilesAreNamedIfThereAreSeveral) {
  for (const DumpFormat format : {DumpFormat::kText, DumpFormat::kJson}) {
    options_.format = format;
    for (const bool several : {false, true}) {
      options_.files = {"a"};
      if (several) options_.files.emplace_back("b");
      std::ostringstream out;
      FramePrinter printer(options_, &out);
      printer.BeginFile("a");
      printer.Print(kUp, 0, {1, ""});
      const std::string named =
          format == DumpFormat::kText ? "== a\n< " : "{\"file\":\"a\",";
      if (several) {
        EXPECT_THAT(out.str(), StartsWith(named));
      } else {
        EXPECT_THAT(out.str(), Not(HasSubstr("a\"")));
        EXPECT_THAT(out.str(), Not(HasSubstr("==")));
      }
    }
  }
}

}  // namespace
}  // namespace forkrpc::cli
