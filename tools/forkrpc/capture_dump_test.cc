// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// `forkrpc dump` of captures and of wire records, as its user runs it.

#include "tools/forkrpc/capture_dump.h"

#include <sys/mman.h>
#include <unistd.h>

#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/owned_fd.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/capture/capture_format.h"
#include "tools/capture/pcapng_writer.h"
#include "tools/capture/stream_writer.h"
#include "tools/forkrpc/dump_command.h"

namespace forkrpc::cli {
namespace {

using capture::PcapngWriter;
using capture::Sender;
using capture::StreamOptions;
using capture::StreamWriter;
using ::testing::HasSubstr;

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

Outcome DumpFd(const std::vector<std::string>& arguments, int fd) {
  std::ostringstream out, err;
  const int code = RunDump(arguments, {fd, &out, &err});
  return {code, out.str(), err.str()};
}

Outcome Dump(const std::vector<std::string>& arguments,
             absl::string_view input) {
  const OwnedFd file(memfd_create("input", MFD_CLOEXEC));
  EXPECT_EQ(write(file.get(), input.data(), input.size()),
            static_cast<ssize_t>(input.size()));
  EXPECT_EQ(lseek(file.get(), 0, SEEK_SET), 0);
  return DumpFd(arguments, file.get());
}

Outcome DumpPipe(const std::vector<std::string>& arguments,
                 const std::string& input) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const OwnedFd reading(ends[0]);
  std::thread writer([&] {
    const OwnedFd writing(ends[1]);
    // One that is no longer read is no error here.
    for (const char octet : input) {
      if (write(writing.get(), &octet, 1) != 1) break;
    }
  });
  Outcome outcome = DumpFd(arguments, reading.get());
  writer.join();
  return outcome;
}

std::string Hex(absl::string_view digits) {
  return absl::HexStringToBytes(digits);
}

class CaptureDumpTest : public ::testing::Test {
 protected:
  explicit CaptureDumpTest(capture::PcapngOptions options = {})
      : file_(
            [this](absl::string_view block) {
              blocks_.emplace_back(block);
              return absl::OkStatus();
            },
            std::move(options)) {}

  // An echo of "hi" in the form of the port.
  void WriteEcho(uint32_t number, uint16_t port, absl::string_view request) {
    StreamOptions options;
    options.number = number;
    options.port = port;
    StreamWriter stream(&file_, options);
    ASSERT_TRUE(stream.Open(now_).ok());
    ASSERT_TRUE(stream.Write(Sender::kParent, request, now_).ok());
    ASSERT_TRUE(stream.HalfClose(Sender::kParent, now_).ok());
    ASSERT_TRUE(
        stream.Write(Sender::kChild, Hex("00000001000000026869"), now_).ok());
    ASSERT_TRUE(stream.HalfClose(Sender::kChild, now_).ok());
  }

  std::string Octets() const {
    std::string all;
    for (const std::string& block : blocks_) all += block;
    return all;
  }

  const absl::Time now_ = absl::FromUnixSeconds(1);
  std::vector<std::string> blocks_;
  PcapngWriter file_;
};

constexpr char kAsyncEcho[] =
    ">          0  request with id 1, 3 octets\n"
    "    45 68 69                                         |Ehi|\n"
    ">         11  end\n"
    "<          0  response to id 1, 2 octets\n"
    "    68 69                                            |hi|\n"
    "<         10  end\n";
constexpr char kSyncEcho[] =
    ">          0  request, 3 octets\n"
    "    45 68 69                                         |Ehi|\n"
    ">          7  end\n"
    "<          0  response with id 1, 2 octets\n"
    "    68 69                                            |hi|\n"
    "<         10  end\n";

TEST_F(CaptureDumpTest, TheOnlyStreamOfAFileOrAPipe) {
  WriteEcho(0, capture::kAsyncPort, Hex("0000000100000003456869"));
  EXPECT_EQ(Dump({}, Octets()).out, kAsyncEcho);
  const Outcome outcome = DumpPipe({}, Octets());
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, kAsyncEcho);
}

TEST_F(CaptureDumpTest, TheFormIsThatOfThePortOrTheOption) {
  WriteEcho(0, capture::kSyncPort, Hex("00000003456869"));
  EXPECT_EQ(Dump({}, Octets()).out, kSyncEcho);
  const Outcome wrong = Dump({"--form=async"}, Octets());
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.err, HasSubstr("; is it --form=async?"));
  blocks_.resize(2);
  WriteEcho(0, 4000, Hex("00000003456869"));
  EXPECT_EQ(Dump({"--form=sync"}, Octets()).out, kSyncEcho);
}

TEST_F(CaptureDumpTest, SeveralStreamsAreListed) {
  WriteEcho(0, capture::kAsyncPort, Hex("0000000100000003456869"));
  WriteEcho(1, capture::kSyncPort, Hex("00000003456869"));
  const Outcome outcome = Dump({}, Octets());
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err,
            "forkrpc: standard input: several streams, choose one by "
            "--stream=N:\n"
            "  0  127.0.0.1:49152 to 127.0.0.1:26226  11 and 10 octets\n"
            "  1  127.0.0.1:49153 to 127.0.0.1:26227  7 and 10 octets\n");
  EXPECT_EQ(Dump({"--stream=0"}, Octets()).out, kAsyncEcho);
  EXPECT_EQ(Dump({"--stream=1"}, Octets()).out, kSyncEcho);
  EXPECT_EQ(Dump({"--child-port=26227"}, Octets()).out, kSyncEcho);
  EXPECT_EQ(Dump({"--stream=2"}, Octets()).err,
            "forkrpc: standard input: there is no stream 2\n");
  EXPECT_EQ(Dump({"--child-port=1"}, Octets()).err,
            "forkrpc: standard input: no stream has these ports\n");
}

TEST_F(CaptureDumpTest, TheSecondStreamOfAPipeIsAnError) {
  WriteEcho(0, capture::kAsyncPort, Hex("0000000100000003456869"));
  WriteEcho(1, capture::kSyncPort, Hex("00000003456869"));
  const Outcome outcome = DumpPipe({}, Octets());
  EXPECT_EQ(outcome.out, kAsyncEcho);
  EXPECT_EQ(outcome.err,
            "forkrpc: standard input: several streams, choose one by "
            "--stream=N; 1 is 127.0.0.1:49153 to 127.0.0.1:26227\n");
  EXPECT_EQ(DumpPipe({"--stream=1"}, Octets()).out, kSyncEcho);
}

TEST_F(CaptureDumpTest, AListHasALimit) {
  for (uint32_t i = 0; i < 25; ++i) WriteEcho(i, capture::kAsyncPort, "");
  const std::string err = Dump({}, Octets()).err;
  EXPECT_THAT(err, HasSubstr("\n  19  "));
  EXPECT_THAT(err, HasSubstr("octets\n  and 5 more\n"));
}

TEST_F(CaptureDumpTest, AChildThatConnectsToItsParent) {
  StreamWriter stream(&file_);
  ASSERT_TRUE(stream.Open(now_).ok());
  ASSERT_TRUE(
      stream.Write(Sender::kParent, Hex("00000001000000026869"), now_).ok());
  EXPECT_EQ(Dump({"--parent-port=26226"}, Octets()).out,
            "<          0  response to id 1, 2 octets\n"
            "    68 69                                            |hi|\n");
}

TEST_F(CaptureDumpTest, WithoutItsOpening) {
  WriteEcho(0, capture::kAsyncPort, Hex("0000000100000003456869"));
  blocks_.erase(blocks_.begin() + 2, blocks_.begin() + 5);
  const Outcome outcome = Dump({}, Octets());
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.err,
            "forkrpc: standard input: stream 0 lacks its opening, so which end "
            "is the parent is not known: say --child-port=26226 or 49152\n");
  EXPECT_EQ(Dump({"--child-port=26226"}, Octets()).out, kAsyncEcho);
}

TEST_F(CaptureDumpTest, OctetsThatAreMissing) {
  StreamWriter stream(&file_);
  ASSERT_TRUE(stream.Open(now_).ok());
  for (const char* part : {"0000000100000003456869", "00000002", "00000000"}) {
    ASSERT_TRUE(stream.Write(Sender::kParent, Hex(part), now_).ok());
  }
  blocks_.erase(blocks_.end() - 2);
  const Outcome outcome = Dump({}, Octets());
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("request with id 1"));
  EXPECT_EQ(outcome.err,
            "forkrpc: standard input: parent to child: 4 octets at offset 11 "
            "are not in the capture; what follows cannot be read\n");
}

TEST_F(CaptureDumpTest, AnEndInsideAFrame) {
  for (const bool reset : {false, true}) {
    blocks_.resize(std::min<size_t>(blocks_.size(), 2));
    StreamWriter stream(&file_);
    ASSERT_TRUE(stream.Open(now_).ok());
    ASSERT_TRUE(stream.Write(Sender::kChild, Hex("000000010000"), now_).ok());
    ASSERT_TRUE((reset ? stream.Reset(Sender::kChild, now_)
                       : stream.HalfClose(Sender::kChild, now_))
                    .ok());
    EXPECT_EQ(Dump({}, Octets()).err,
              "forkrpc: standard input: child to parent: stream ends inside a "
              "frame: header at offset 0 has 6 of 8 octets\n");
  }
}

TEST_F(CaptureDumpTest, AReset) {
  StreamWriter stream(&file_);
  ASSERT_TRUE(stream.Open(now_).ok());
  ASSERT_TRUE(stream.Reset(Sender::kChild, now_).ok());
  EXPECT_EQ(Dump({}, Octets()).out, "<          0  reset\n");
  EXPECT_EQ(Dump({"--format=json"}, Octets()).out,
            "{\"direction\":\"up\",\"offset\":0,\"kind\":\"reset\"}\n");
}

TEST_F(CaptureDumpTest, AFileThatIsCutOffIsDumpedAsFarAsItGoes) {
  WriteEcho(0, capture::kAsyncPort, Hex("0000000100000003456869"));
  const Outcome outcome = Dump({}, Octets().substr(0, Octets().size() - 1));
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.out, kAsyncEcho);
  EXPECT_THAT(outcome.err, HasSubstr("the file ends inside the block at "));
}

TEST_F(CaptureDumpTest, WithoutAStream) {
  ASSERT_TRUE(file_.Begin().ok());
  EXPECT_EQ(Dump({}, Octets()).err,
            "forkrpc: standard input: no TCP stream in 0 packets\n");
  ASSERT_TRUE(file_.WritePacket(now_, "E", "").ok());
  ASSERT_TRUE(file_.WritePacket(now_, "?", "").ok());
  EXPECT_EQ(Dump({}, Octets()).err,
            "forkrpc: standard input: no TCP stream in 2 packets, 1 of other "
            "protocols, 1 cut or malformed\n");
  std::string other = Octets();
  other[52] = 1;
  other[53] = 1;  // the link type
  EXPECT_THAT(Dump({}, other).err,
              HasSubstr("2 of link type 257, which is not known"));
  EXPECT_THAT(Dump({"--input=capture"}, "GET /").err,
              HasSubstr("this is no capture, neither pcapng nor pcap"));
}

class SnapDumpTest : public CaptureDumpTest {
 protected:
  SnapDumpTest() : CaptureDumpTest({/*snap=*/9}) {}
};

TEST_F(SnapDumpTest, OctetsThatWereCut) {
  WriteEcho(0, capture::kAsyncPort, Hex("0000000100000003456869"));
  EXPECT_EQ(Dump({}, Octets()).err,
            "forkrpc: standard input: parent to child: 2 octets at offset 9 "
            "are not in the capture, which cuts packets: capture with a larger "
            "snap length\n");
}

constexpr char kRecord[] =
    "forkrpc-wire 1\nrun child/echo:sync\nclass child sync\nverdict PASS\n"
    "oracle \n0.001 > 00000003456869\n0.001 >end\n"
    "0.002 < 00000001000000026869\n0.002 <end\n0.003 =exit 0\n";

TEST(RecordDumpTest, ARecordSaysItsForm) {
  EXPECT_EQ(Dump({}, kRecord).out, kSyncEcho);
  EXPECT_EQ(Dump({}, kRecord).err, "");
  EXPECT_EQ(DumpPipe({"--form=sync"}, kRecord).out, kSyncEcho);
  EXPECT_EQ(Dump({"--form=async"}, kRecord).err,
            "forkrpc: standard input: the record is of the sync form: leave "
            "--form out\n");
  EXPECT_THAT(Dump({"--input=raw"}, kRecord).err, HasSubstr("looks like text"));
  EXPECT_EQ(Dump({}, "forkrpc-wire 1\nran\n").err,
            "forkrpc: standard input: line 2: does not begin with \"run \"\n");
}

}  // namespace
}  // namespace forkrpc::cli
