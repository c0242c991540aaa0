// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/stderr_capture.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

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

  static void Drain(StderrCapture& capture) {
    capture.Drain([](absl::string_view) {});
  }

  OwnedFd read_end_;
  OwnedFd worker_;
};

TEST_F(StderrCaptureTest, DrainsWhatIsThereAndNeverWaits) {
  StderrCapture capture(std::move(read_end_));
  Drain(capture);  // nothing yet
  EXPECT_EQ(capture.tail(), "");
  Print("one ");
  Drain(capture);
  Print("two\n");
  Drain(capture);
  EXPECT_EQ(capture.tail(), "one two\n");
  EXPECT_GE(capture.fd(), 0);
  Print("three");
  worker_.Reset();
  Drain(capture);
  EXPECT_EQ(capture.tail(), "one two\nthree");
  EXPECT_EQ(capture.fd(), -1);  // so that nobody polls an ended stream
  Drain(capture);
}

TEST_F(StderrCaptureTest, ALaggingReaderDoesNotStopTheWorkerAtOnce) {
  StderrCapture capture(std::move(read_end_));
  // The default, 64 KiB, is enlarged.
  Print(std::string(kStderrPipeOctets, 'x'));
  Drain(capture);
  EXPECT_EQ(capture.tail().size(), StderrCapture::kTailOctets);
}

// The tail is the end of all that was written, however it was cut in pieces.
TEST_F(StderrCaptureTest, KeepsTheLastOctetsWhateverThePieces) {
  const size_t limit = StderrCapture::kTailOctets;
  for (const size_t piece : {size_t{1}, size_t{7}, size_t{1000}, limit - 1,
                             limit, limit + 1, 3 * limit, 5 * limit + 3}) {
    PipePair pipe = *MakePipe();
    worker_ = std::move(pipe.write_end);
    StderrCapture capture(std::move(pipe.read_end));
    std::string all;
    while (all.size() < 3 * limit) {
      std::string octets;
      while (octets.size() < piece) {
        octets += static_cast<char>('a' + (all.size() + octets.size()) % 23);
      }
      Print(octets);
      Drain(capture);
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
  StderrCapture capture(OwnedFd(open("/dev/zero", O_RDONLY | O_CLOEXEC)));
  Drain(capture);
  EXPECT_EQ(capture.tail().size(), StderrCapture::kTailOctets);
  EXPECT_GE(capture.fd(), 0);
}

TEST_F(StderrCaptureTest, HandsOnEveryOctetItHasInTheTail) {
  StderrCapture capture(std::move(read_end_));
  const std::string printed(40000, 'p');
  Print(printed);
  std::string got;
  capture.Drain([&](absl::string_view octets) {
    got.append(octets.data(), octets.size());
    EXPECT_EQ(capture.tail(), got.substr(got.size() - capture.tail().size()));
  });
  EXPECT_EQ(got, printed);
}

}  // namespace
}  // namespace forkrpc
