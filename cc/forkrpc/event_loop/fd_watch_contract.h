// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// FdWatchContract: what every EventLoop does with descriptors.
//
// A part of event_loop_contract.h, which says how a loop's test gets it.

#ifndef FORKRPC_EVENT_LOOP_FD_WATCH_CONTRACT_H_
#define FORKRPC_EVENT_LOOP_FD_WATCH_CONTRACT_H_

#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/event_loop/event_loop_test_base.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {

template <typename Harness>
class FdWatchContract : public EventLoopTestBase<Harness> {};

TYPED_TEST_SUITE_P(FdWatchContract);

TYPED_TEST_P(FdWatchContract, SaysWhenADescriptorIsReadable) {
  auto sockets = this->MakeSockets();
  std::vector<unsigned> calls;
  auto watch = this->Watch(sockets.ours.get(), EventLoop::kReadable,
                           [&](unsigned ready) {
                             calls.push_back(ready);
                             this->Receive(sockets.ours);
                             this->Done();
                           });
  this->RunForAWhile();
  EXPECT_TRUE(calls.empty());
  this->Send(sockets.theirs);
  EXPECT_TRUE(calls.empty()) << "called from outside the loop";
  this->Run();
  EXPECT_EQ(calls, std::vector<unsigned>{EventLoop::kReadable});
}

TYPED_TEST_P(FdWatchContract, SaysSoAgainUntilItIsRead) {
  auto sockets = this->MakeSockets();
  this->Send(sockets.theirs);
  int calls = 0;
  auto watch =
      this->Watch(sockets.ours.get(), EventLoop::kReadable, [&](unsigned) {
        if (++calls < 3) return;
        this->Receive(sockets.ours);
        this->Done();
      });
  this->Run();
  this->RunForAWhile();
  EXPECT_EQ(calls, 3);
}

TYPED_TEST_P(FdWatchContract, SaysOnlyWhatWasAskedFor) {
  auto sockets = this->MakeSockets();
  this->Send(sockets.theirs);
  std::vector<unsigned> calls;
  FdWatch* self = nullptr;
  auto watch = this->Watch(sockets.ours.get(), 0, [&](unsigned ready) {
    calls.push_back(ready);
    self->SetInterest(calls.size() == 1 ? EventLoop::kReadable : 0);
    if (calls.size() == 2) this->Done();
  });
  self = watch.get();
  this->RunForAWhile();
  EXPECT_TRUE(calls.empty());
  watch->SetInterest(EventLoop::kWritable);
  this->Run();
  this->RunForAWhile();
  EXPECT_THAT(calls,
              testing::ElementsAre(EventLoop::kWritable, EventLoop::kReadable));
}

TYPED_TEST_P(FdWatchContract, SaysBothAtOnce) {
  auto sockets = this->MakeSockets();
  this->Send(sockets.theirs);
  unsigned seen = 0;
  auto watch = this->Watch(sockets.ours.get(),
                           EventLoop::kReadable | EventLoop::kWritable,
                           [&](unsigned ready) {
                             seen |= ready;
                             if (seen == 3) this->Done();
                           });
  this->Run();
}

TYPED_TEST_P(FdWatchContract, APeerThatIsGoneIsReadable) {
  auto sockets = this->MakeSockets();
  sockets.theirs.Reset();
  int calls = 0;
  auto watch =
      this->Watch(sockets.ours.get(), EventLoop::kReadable, [&](unsigned) {
        char octet;
        EXPECT_EQ(read(sockets.ours.get(), &octet, 1), 0);
        if (++calls == 3) this->Done();
      });
  this->Run();
}

TYPED_TEST_P(FdWatchContract, APipeWithoutReaderIsWritable) {
  int fds[2];
  ASSERT_EQ(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
  OwnedFd read_end(fds[0]);
  OwnedFd write_end(fds[1]);
  const std::string much(size_t{1} << 20, 'x');
  ASSERT_GT(write(write_end.get(), much.data(), much.size()), 0);
  int calls = 0;
  auto watch =
      this->Watch(write_end.get(), EventLoop::kWritable, [&](unsigned ready) {
        EXPECT_EQ(ready, EventLoop::kWritable);
        if (++calls == 3) this->Done();
      });
  this->RunForAWhile();
  EXPECT_EQ(calls, 0);
  read_end.Reset();
  this->Run();
}

TYPED_TEST_P(FdWatchContract, AWatchMayDestroyItself) {
  auto sockets = this->MakeSockets();
  this->Send(sockets.theirs);
  auto captured = std::make_shared<int>(7);
  int calls = 0;
  std::unique_ptr<FdWatch> watch =
      this->Watch(sockets.ours.get(), EventLoop::kReadable,
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

TYPED_TEST_P(FdWatchContract, AWatchMayDestroyAnother) {
  auto first = this->MakeSockets();
  auto second = this->MakeSockets();
  this->Send(first.theirs);
  this->Send(second.theirs);
  int calls = 0;
  std::unique_ptr<FdWatch> watches[2];
  for (int i = 0; i < 2; ++i) {
    watches[i] = this->Watch((i == 0 ? first : second).ours.get(),
                             EventLoop::kReadable, [&, i](unsigned) {
                               ++calls;
                               watches[1 - i].reset();
                               this->Receive((i == 0 ? first : second).ours);
                               this->Done();
                             });
  }
  this->Run();
  this->RunForAWhile();
  EXPECT_EQ(calls, 1);
}

TYPED_TEST_P(FdWatchContract, ADescriptorMayBeWatchedAgain) {
  auto sockets = this->MakeSockets();
  this->Send(sockets.theirs);
  this->Watch(sockets.ours.get(), EventLoop::kReadable,
              [](unsigned) { ADD_FAILURE() << "the watch is gone"; });
  auto watch = this->Watch(sockets.ours.get(), EventLoop::kReadable,
                           [&](unsigned) { this->Done(); });
  this->Run();
}

TYPED_TEST_P(FdWatchContract, LeavesTheBlockingModeAlone) {
  auto sockets = this->MakeSockets();
  const int flags = fcntl(sockets.ours.get(), F_GETFL);
  this->Send(sockets.theirs);
  auto watch = this->Watch(sockets.ours.get(), EventLoop::kReadable,
                           [&](unsigned) { this->Done(); });
  this->Run();
  EXPECT_EQ(fcntl(sockets.ours.get(), F_GETFL), flags);
  watch.reset();
  this->RunForAWhile();
  EXPECT_EQ(fcntl(sockets.ours.get(), F_GETFL), flags);
}

TYPED_TEST_P(FdWatchContract, RefusesWhatCannotBeWatched) {
  auto watch = this->loop()->WatchFd(-1, [](unsigned) {});
  EXPECT_TRUE(absl::IsFailedPrecondition(watch.status())) << watch.status();
  const OwnedFd folder(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_TRUE(folder.valid());
  watch = this->loop()->WatchFd(folder.get(), [](unsigned) {});
  EXPECT_TRUE(absl::IsFailedPrecondition(watch.status())) << watch.status();
  EXPECT_EQ(watch.status().message(),
            absl::StrCat("descriptor ", folder.get(),
                         " cannot be waited for: it is a folder"));
}

REGISTER_TYPED_TEST_SUITE_P(FdWatchContract, SaysWhenADescriptorIsReadable,
                            SaysSoAgainUntilItIsRead, SaysOnlyWhatWasAskedFor,
                            SaysBothAtOnce, APeerThatIsGoneIsReadable,
                            APipeWithoutReaderIsWritable,
                            AWatchMayDestroyItself, AWatchMayDestroyAnother,
                            ADescriptorMayBeWatchedAgain,
                            LeavesTheBlockingModeAlone,
                            RefusesWhatCannotBeWatched);

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_FD_WATCH_CONTRACT_H_
