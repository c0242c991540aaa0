// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/dump_command.h"

#include <sys/mman.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/wire/frame_encoder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

Outcome Dump(const std::vector<std::string>& arguments,
             const std::string& input) {
  const OwnedFd file(memfd_create("input", MFD_CLOEXEC));
  EXPECT_EQ(write(file.get(), input.data(), input.size()),
            static_cast<ssize_t>(input.size()));
  EXPECT_EQ(lseek(file.get(), 0, SEEK_SET), 0);
  std::ostringstream out;
  std::ostringstream err;
  const int code = RunDump(arguments, {file.get(), &out, &err});
  return {code, out.str(), err.str()};
}

std::string Frame(uint32_t id, absl::string_view payload) {
  std::string frame;
  EXPECT_TRUE(AppendFrame(FrameLayout::kIdAndLength, id, payload, &frame).ok());
  return frame;
}

// The example of the specification, as it stands there.
TEST(DumpCommandTest, ThePastedExampleWorks) {
  std::ifstream spec("spec/wire.md");
  std::string line;
  std::string example;
  bool inside = false;
  while (std::getline(spec, line)) {
    if (inside && line != "```") absl::StrAppend(&example, line, "\n");
    inside =
        line == "```hex vector=session-sync-echo" || (inside && line != "```");
  }
  ASSERT_THAT(example, HasSubstr("45 68 69"));
  const Outcome outcome = Dump({"--hex", "--form=sync"}, example);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out,
            ">          0  request, 3 octets\n"
            "    45 68 69                                         |Ehi|\n"
            "<          0  response with id 1, 2 octets\n"
            "    68 69                                            |hi|\n");
  EXPECT_EQ(outcome.err, "");
}

TEST(DumpCommandTest, RawOctetsOfEitherDirection) {
  EXPECT_EQ(Dump({"--direction=down", "--form=sync"},
                 std::string("\0\0\0\0\0\0\0\1x", 9))
                .out,
            ">          0  request, 0 octets\n"
            ">          4  request, 1 octet\n"
            "    78                                               |x|\n");
  const std::string octets = Frame(0, "") + Frame(3, "");
  EXPECT_EQ(Dump({}, octets).out,
            "<          0  event, 0 octets\n"
            "<          8  response to id 3, 0 octets\n");
  EXPECT_EQ(Dump({"--direction=down"}, Frame(3, "")).out,
            ">          0  request with id 3, 0 octets\n");
}

TEST(DumpCommandTest, NothingIsFine) {
  EXPECT_EQ(Dump({}, "").code, 0);
  EXPECT_EQ(Dump({"--hex"}, "# nothing\n").code, 0);
}

TEST(DumpCommandTest, ATruncatedFrameIsNamedWithItsOffset) {
  const std::string octets = Frame(1, "") + Frame(1, "hi");
  for (const bool hex : {false, true}) {
    for (size_t cut = 9; cut < octets.size(); ++cut) {
      std::string input = octets.substr(0, cut);
      if (hex) {
        std::string text;
        for (const char c : input) {
          absl::StrAppend(
              &text, absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2),
              " ");
        }
        input = text;
      }
      const Outcome outcome = Dump(
          hex ? std::vector<std::string>{"--hex"} : std::vector<std::string>{},
          input);
      EXPECT_EQ(outcome.code, 1) << cut;
      EXPECT_EQ(outcome.out, "<          0  response to id 1, 0 octets\n");
      const std::string place =
          cut < 16
              ? absl::StrCat("header at offset 8 has ", cut - 8, " of 8")
              : absl::StrCat("payload at offset 16 has ", cut - 16, " of 2");
      EXPECT_EQ(outcome.err,
                absl::StrCat("forkrpc: standard input: child to parent: stream "
                             "ends inside a frame: ",
                             place, " octets\n"));
    }
  }
}

TEST(DumpCommandTest, ALengthBeyondTheLimitEndsIt) {
  const std::string octets =
      Frame(1, "12") + std::string("\0\0\0\1\0\0\0\3", 8) + "123";
  const Outcome outcome = Dump({"--max-length=2"}, octets);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.out, EndsWith("|12|\n"));
  EXPECT_EQ(outcome.err,
            "forkrpc: standard input: child to parent: frame at offset 10: "
            "length 3 exceeds the limit of 2 octets\n");
  EXPECT_EQ(Dump({"--max-length=3"}, octets).code, 0);
}

TEST(DumpCommandTest, SaysWhatElseTheInputMayBe) {
  EXPECT_THAT(Dump({}, "> 00 00 00 03 45 68 69\n").err,
              HasSubstr("hex text needs --hex"));
  EXPECT_THAT(Dump({}, std::string("\0\0\0\1\xff\0\0\0", 8)).err,
              HasSubstr("is it --direction=up?"));
  EXPECT_THAT(Dump({"--direction=down"}, "\xff\xff\xff\xff").err,
              HasSubstr("is it --direction=down --form=async?"));
  EXPECT_THAT(Dump({"--direction=down", "--form=sync"}, "\xff\xff\xff\xff").err,
              HasSubstr("is it --direction=down --form=sync?"));
  // Requests of the sync form that begin as some of the async form do.
  const std::string requests("\0\0\0\4\0\0\0\0\0\0\0\4echo", 16);
  EXPECT_EQ(Dump({"--direction=down", "--form=sync"}, requests).err, "");
  const Outcome wrong = Dump({"--direction=down"}, requests);
  EXPECT_THAT(wrong.out, HasSubstr("request with id 4, 0 octets"));
  EXPECT_THAT(wrong.err, HasSubstr("is it --direction=down --form=async?"));
}

TEST(DumpCommandTest, BadHexIsNamedWithItsPlace) {
  const Outcome outcome = Dump({"--hex"}, "00 00 00 01 00 00 00 00\nxyz\n");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.out, "<          0  response to id 1, 0 octets\n");
  EXPECT_EQ(outcome.err,
            "forkrpc: standard input: line 2, column 1: 'x' is no hex digit\n");
}

TEST(DumpCommandTest, FramesTheWireForbidsAreCounted) {
  const Outcome outcome =
      Dump({"--direction=down"}, Frame(0, "") + Frame(0, ""));
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.err, "forkrpc: 2 bad frames, marked !\n");
}

TEST(DumpCommandTest, AFileThatIsMissingDoesNotStopTheOthers) {
  const Outcome outcome = Dump({"/no/such/file", "-"}, Frame(1, ""));
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.out, "== -\n<          0  response to id 1, 0 octets\n");
  EXPECT_EQ(outcome.err,
            "forkrpc: cannot open '/no/such/file': No such file or "
            "directory\n");
}

TEST(DumpCommandTest, AnErrorOfAFileIsOneLine) {
  EXPECT_EQ(Dump({"/no\n\x1b[2J"}, "").err,
            "forkrpc: cannot open '/no\\n\\x1b[2J': No such file or "
            "directory\n");
}

TEST(DumpCommandTest, AWrongOptionIsOneLine) {
  const Outcome outcome = Dump({"--timeout=5s"}, "");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_EQ(outcome.err,
            "forkrpc: unknown option --timeout=5s; see `forkrpc help dump`\n");
}

}  // namespace
}  // namespace forkrpc::cli
