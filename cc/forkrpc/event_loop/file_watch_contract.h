// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// FileWatchContract: what every EventLoop does with files and devices.
//
// A part of event_loop_contract.h, which says how a loop's test gets it.

#ifndef FORKRPC_EVENT_LOOP_FILE_WATCH_CONTRACT_H_
#define FORKRPC_EVENT_LOOP_FILE_WATCH_CONTRACT_H_

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/event_loop/event_loop_test_base.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {

template <typename Harness>
class FileWatchContract : public EventLoopTestBase<Harness> {
 protected:
  static OwnedFd MakeFile() {
    std::string name = testing::TempDir() + "/file_watch_XXXXXX";
    OwnedFd file(mkostemp(name.data(), O_CLOEXEC));
    EXPECT_TRUE(file.valid()) << name;
    unlink(name.c_str());
    return file;
  }
  // What can be waited for in no loop.
  static std::vector<OwnedFd> Files() {
    std::vector<OwnedFd> files;
    files.push_back(MakeFile());
    for (const char* const device : {"/dev/null", "/dev/zero", "/dev/full"}) {
      files.emplace_back(open(device, O_RDWR | O_CLOEXEC));
      EXPECT_TRUE(files.back().valid()) << device;
    }
    return files;
  }
};

TYPED_TEST_SUITE_P(FileWatchContract);

TYPED_TEST_P(FileWatchContract, AFileIsAlwaysReady) {
  for (const OwnedFd& file : this->Files()) {
    std::vector<unsigned> calls;
    FdWatch* self = nullptr;
    auto watch = this->Watch(file.get(), 0, [&](unsigned ready) {
      calls.push_back(ready);
      if (calls.size() == 2) self->SetInterest(EventLoop::kWritable);
      if (calls.size() == 3) self->SetInterest(3);
      if (calls.size() < 4) return;
      self->SetInterest(0);
      this->Done();
    });
    self = watch.get();
    this->RunForAWhile();
    EXPECT_TRUE(calls.empty()) << "there is no interest";
    watch->SetInterest(EventLoop::kReadable);
    EXPECT_TRUE(calls.empty()) << "called from outside the loop";
    this->Run();
    this->RunForAWhile();
    EXPECT_THAT(calls, testing::ElementsAre(1, 1, 2, 3));
  }
}

TYPED_TEST_P(FileWatchContract, AFileStarvesNobody) {
  const OwnedFd file = this->MakeFile();
  auto sockets = this->MakeSockets();
  int calls = 0;
  auto watch =
      this->Watch(file.get(), EventLoop::kReadable, [&](unsigned) { ++calls; });
  auto timer = this->loop()->MakeTimer([&] { this->Done(); });
  auto other =
      this->Watch(sockets.ours.get(), EventLoop::kReadable, [&](unsigned) {
        this->Receive(sockets.ours);
        this->loop()->Post(
            [&] { timer->Set(MonotonicNow() + absl::Milliseconds(2)); });
      });
  this->Send(sockets.theirs);
  this->Run();
  EXPECT_GT(calls, 1);
}

// A loop that turns, instead of waiting, takes all the time there is.
TYPED_TEST_P(FileWatchContract, NoInterestTakesNoTime) {
  const OwnedFd file = this->MakeFile();
  auto watch = this->Watch(file.get(), EventLoop::kReadable,
                           [&](unsigned) { this->Done(); });
  this->Run();
  watch->SetInterest(0);
  auto timer = this->loop()->MakeTimer([&] { this->Done(); });
  timer->Set(MonotonicNow() + absl::Milliseconds(400));
  const clock_t before = clock();
  this->Run();
  EXPECT_LT(clock() - before, CLOCKS_PER_SEC / 16);
}

TYPED_TEST_P(FileWatchContract, AWatchOfAFileMayDestroyItself) {
  const OwnedFd file = this->MakeFile();
  auto captured = std::make_shared<int>(7);
  int calls = 0;
  std::unique_ptr<FdWatch> watch =
      this->Watch(file.get(), EventLoop::kReadable,
                  [this, &calls, &watch, captured](unsigned) {
                    ++calls;
                    watch.reset();
                    EXPECT_EQ(*captured, 7) << "destroyed while it runs";
                    this->Done();
                  });
  this->Run();
  this->RunForAWhile();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(captured.use_count(), 1) << "the callback was kept";
}

TYPED_TEST_P(FileWatchContract, AWatchOfAFileMayBeDestroyedBeforeItIsTold) {
  const OwnedFd file = this->MakeFile();
  const auto captured = std::make_shared<int>(7);
  auto watch = this->Watch(file.get(), EventLoop::kReadable,
                           [captured](unsigned) { ADD_FAILURE(); });
  watch.reset();
  EXPECT_EQ(captured.use_count(), 1);
  this->RunForAWhile();
}

REGISTER_TYPED_TEST_SUITE_P(FileWatchContract, AFileIsAlwaysReady,
                            AFileStarvesNobody, NoInterestTakesNoTime,
                            AWatchOfAFileMayDestroyItself,
                            AWatchOfAFileMayBeDestroyedBeforeItIsTold);

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_FILE_WATCH_CONTRACT_H_
