// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/stderr_capture.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/transport/stream_pair.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

class StderrCaptureTest : public testing::Test {
 protected:
  StderrCaptureTest() {
    PipePair pipe = *MakePipe();
    read_end_ = std::move(pipe.read_end);
    worker_ = std::move(pipe.write_end);
  }

  void Print(absl::string_view octets) {
    ASSERT_EQ(write(worker_.get(), octets.data(), octets.size()),
              static_cast<ssize_t>(octets.size()));
  }

  OwnedFd read_end_;
  OwnedFd worker_;
};

TEST_F(StderrCaptureTest, DrainsWhatIsThereAndNeverWaits) {
  StderrCapture capture(std::move(read_end_), -1);
  capture.Drain();  // nothing yet
  EXPECT_EQ(capture.tail(), "");
  Print("one ");
  capture.Drain();
  Print("two\n");
  capture.Drain();
  EXPECT_EQ(capture.tail(), "one two\n");
  EXPECT_GE(capture.fd(), 0);
  Print("three");
  worker_.Reset();
  capture.Drain();
  EXPECT_EQ(capture.tail(), "one two\nthree");
  EXPECT_EQ(capture.fd(), -1);  // so that nobody polls an ended stream
  capture.Drain();
}

TEST_F(StderrCaptureTest, ALaggingReaderDoesNotStopTheWorkerAtOnce) {
  StderrCapture capture(std::move(read_end_), -1);
  // The default, 64 KiB, is enlarged.
  Print(std::string(kStderrPipeOctets, 'x'));
  capture.Drain();
  EXPECT_EQ(capture.tail().size(), StderrCapture::kTailOctets);
}

// The tail is the end of all that was written, however it was cut in pieces.
TEST_F(StderrCaptureTest, KeepsTheLastOctetsWhateverThePieces) {
  const size_t limit = StderrCapture::kTailOctets;
  for (const size_t piece : {size_t{1}, size_t{7}, size_t{1000}, limit - 1,
                             limit, limit + 1, 3 * limit, 5 * limit + 3}) {
    PipePair pipe = *MakePipe();
    worker_ = std::move(pipe.write_end);
    StderrCapture capture(std::move(pipe.read_end), -1);
    std::string all;
    while (all.size() < 3 * limit) {
      std::string octets;
      while (octets.size() < piece) {
        octets += static_cast<char>('a' + (all.size() + octets.size()) % 23);
      }
      Print(octets);
      capture.Drain();
      all += octets;
      ASSERT_EQ(capture.tail(),
                all.substr(all.size() - std::min(all.size(), limit)))
          << "pieces of " << piece;
    }
    EXPECT_EQ(capture.PrintableTail().substr(0, 3), "...");
  }
}

TEST_F(StderrCaptureTest, OneDrainOfAFloodEnds) {
  // A file that never ends stands for a worker that writes faster than we read.
  StderrCapture capture(OwnedFd(open("/dev/zero", O_RDONLY | O_CLOEXEC)), -1);
  capture.Drain();
  EXPECT_EQ(capture.tail().size(), StderrCapture::kTailOctets);
  EXPECT_GE(capture.fd(), 0);
}

TEST_F(StderrCaptureTest, ForwardsEveryOctet) {
  PipePair ours = *MakePipe();
  StderrCapture capture(std::move(read_end_), ours.write_end.get());
  const std::string printed(10000, 'p');
  Print(printed);
  capture.Drain();
  std::string got(20000, '\0');
  const ssize_t n = read(ours.read_end.get(), &got[0], got.size());
  EXPECT_EQ(got.substr(0, n < 0 ? 0 : n), printed);
}

TEST_F(StderrCaptureTest, OurOwnStderrMayBeGone) {
  struct sigaction by_default = {};
  by_default.sa_handler = SIG_DFL;
  struct sigaction before;
  sigaction(SIGPIPE, &by_default, &before);
  PipePair ours = *MakePipe();
  ours.read_end.Reset();
  StderrCapture capture(std::move(read_end_), ours.write_end.get());
  Print("last words");
  capture.Drain();
  EXPECT_EQ(capture.tail(), "last words");
  sigaction(SIGPIPE, &before, nullptr);
}

TEST(PrintableStderrTest, IsOneLineWithoutControlOctets) {
  EXPECT_EQ(PrintableStderr("no such table\n"), "no such table");
  EXPECT_EQ(PrintableStderr("one\ntwo\n\n"), "one | two");
  EXPECT_EQ(PrintableStderr("\x1b[31mred\x07\r\n\t"),
            "\\x1b[31mred\\x07\\x0d | \\x09");
  EXPECT_EQ(PrintableStderr("caf\xc3\xa9 \x9b"), "caf\\xc3\\xa9 \\x9b");
  EXPECT_EQ(PrintableStderr(""), "");
  std::string all;
  for (int octet = 0; octet < 256; ++octet) all += static_cast<char>(octet);
  for (const char c : PrintableStderr(all)) {
    EXPECT_TRUE(c >= 0x20 && c < 0x7f) << static_cast<int>(c);
  }
}

}  // namespace
}  // namespace forkrpc
