// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Coroutines that end the server they belong to. What else they do with it:
// co_call_test.cc.

#include "forkrpc/coro/co_handler.h"

#include <unistd.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/coro/co_sleep.h"
#include "forkrpc/coro/task.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/server/async_server.h"
#include "forkrpc/server/reply.h"
#include "forkrpc/transport/fd_transport.h"
#include "forkrpc/transport/stream_pair.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using testing::ElementsAre;

class CoHandlerTest : public testing::Test {
 protected:
  CoHandlerTest() {
    SocketPair wire = *MakeSocketPair();
    parent_ = std::move(wire.ours);
    transport_ = *FdTransport::FromSocket(std::move(wire.theirs));
  }

  // Says when a coroutine's frame goes.
  struct Frame {
    Frame(std::vector<std::string>* to_log, std::string its_name)
        : log(to_log), name(std::move(its_name)) {}
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
    ~Frame() { log->push_back(absl::StrCat("end of ", name)); }
    std::vector<std::string>* const log;
    const std::string name;
  };

  CoSleepUntil ATurn() { return CoSleepUntil(&loop_, MonotonicNow()); }

  // Ends the server; `word` is a capture of the function's.
  void DestroyServer(const std::string& word) {
    server_ = nullptr;
    log_.push_back(absl::StrCat("goes on: ", word));
  }
  Task<int> DestroyInside(const std::string& word, bool wait_first) {
    Frame frame(&log_, "the inner");
    if (wait_first) co_await ATurn();
    DestroyServer(word);
    co_return 1;
  }
  Task<int> DestroyAndWaitInside(const std::string& word, bool wait_first) {
    Frame frame(&log_, "the inner");
    if (wait_first) co_await ATurn();
    DestroyServer(word);
    co_await ATurn();
    ADD_FAILURE() << "nobody wants it any more";
    co_return 1;
  }

  // One call that waits for ever, and one that does `what`; then what happened.
  std::vector<std::string> Run(const std::string& what) {
    // A coroutine itself, that uses its captures.
    auto function = [this, what, word = std::string(50, 'w')](
                        std::string request) -> Task<Reply> {
      Frame frame(&log_, request);
      if (request == "waits") {
        co_await CoSleepUntil(&loop_, MonotonicTime::InfiniteFuture());
      } else if (what == "at once") {
        DestroyServer(word);
      } else if (what == "at once, and waits") {
        DestroyServer(word);
        co_await ATurn();
        ADD_FAILURE() << "nobody wants it any more";
      } else if (what == "later") {
        co_await ATurn();
        DestroyServer(word);
      } else if (what == "later, and waits") {
        co_await ATurn();
        DestroyServer(word);
        co_await ATurn();
        ADD_FAILURE() << "nobody wants it any more";
      } else if (what == "inside") {
        co_await DestroyInside(word, /*wait_first=*/false);
        log_.push_back("still goes on");
        co_await ATurn();
        ADD_FAILURE() << "nobody wants it any more";
      } else if (what == "later, inside") {
        co_await ATurn();
        co_await DestroyInside(word, /*wait_first=*/false);
        log_.push_back("still goes on");
      } else if (what == "later, inside, and waits") {
        co_await ATurn();
        co_await DestroyAndWaitInside(word, /*wait_first=*/false);
        ADD_FAILURE() << "nobody wants it any more";
      } else if (what == "inside, later") {
        co_await DestroyInside(word, /*wait_first=*/true);
        log_.push_back("still goes on");
      } else if (what == "inside, and waits") {
        co_await DestroyAndWaitInside(word, /*wait_first=*/false);
        ADD_FAILURE() << "nobody wants it any more";
      } else if (what == "inside, later, and waits") {
        co_await DestroyAndWaitInside(word, /*wait_first=*/true);
        ADD_FAILURE() << "nobody wants it any more";
      }
      co_return "answer";
    };
    server_ = *AsyncServer::Start(transport_.get(),
                                  CoHandler(std::move(function)), {}, &loop_);
    constexpr char kRequests[] = "\0\0\0\1\0\0\0\5waits\0\0\0\2\0\0\0\4ends";
    EXPECT_EQ(write(parent_.get(), kRequests, sizeof(kRequests) - 1),
              static_cast<ssize_t>(sizeof(kRequests) - 1));
    const auto timer = loop_.MakeTimer([this] { loop_.Stop(); });
    timer->Set(MonotonicNow() + absl::Milliseconds(50));
    loop_.Run();
    EXPECT_EQ(server_, nullptr);
    return std::move(log_);
  }

  LibuvLoop loop_;
  OwnedFd parent_;
  std::unique_ptr<FdTransport> transport_;
  std::unique_ptr<AsyncServer> server_;
  std::vector<std::string> log_;
  const std::string goes_on_ = absl::StrCat("goes on: ", std::string(50, 'w'));
};

// Inside the server's own call of the function, all are destroyed behind it.
TEST_F(CoHandlerTest, MayDestroyTheServerBeforeItHasWaited) {
  EXPECT_THAT(Run("at once"),
              ElementsAre(goes_on_, "end of ends", "end of waits"));
}
TEST_F(CoHandlerTest, MayDestroyTheServerBeforeItHasWaitedAndWait) {
  EXPECT_THAT(Run("at once, and waits"),
              ElementsAre(goes_on_, "end of waits", "end of ends"));
}
TEST_F(CoHandlerTest, MayDestroyTheServerInATaskThatItAwaits) {
  EXPECT_THAT(Run("inside"),
              ElementsAre(goes_on_, "end of the inner", "still goes on",
                          "end of waits", "end of ends"));
}
TEST_F(CoHandlerTest, MayDestroyTheServerInATaskThatItAwaitsAndWait) {
  EXPECT_THAT(
      Run("inside, and waits"),
      ElementsAre(goes_on_, "end of waits", "end of the inner", "end of ends"));
}

// In a callback of somebody else's, only the one that runs goes on.
TEST_F(CoHandlerTest, MayDestroyTheServerAfterItHasWaited) {
  EXPECT_THAT(Run("later"),
              ElementsAre("end of waits", goes_on_, "end of ends"));
}
TEST_F(CoHandlerTest, MayDestroyTheServerAfterItHasWaitedAndWait) {
  EXPECT_THAT(Run("later, and waits"),
              ElementsAre("end of waits", goes_on_, "end of ends"));
}
// The inner task has just begun, on the stack of the outer one.
TEST_F(CoHandlerTest, MayDestroyTheServerInATaskThatHasBegun) {
  EXPECT_THAT(Run("later, inside"),
              ElementsAre("end of waits", goes_on_, "end of the inner",
                          "still goes on", "end of ends"));
}
TEST_F(CoHandlerTest, MayDestroyTheServerInATaskThatHasBegunAndWait) {
  EXPECT_THAT(
      Run("later, inside, and waits"),
      ElementsAre("end of waits", goes_on_, "end of the inner", "end of ends"));
}
TEST_F(CoHandlerTest, MayDestroyTheServerInATaskThatHasWaited) {
  EXPECT_THAT(Run("inside, later"),
              ElementsAre("end of waits", goes_on_, "end of the inner",
                          "still goes on", "end of ends"));
}
TEST_F(CoHandlerTest, MayDestroyTheServerInATaskThatHasWaitedAndWait) {
  EXPECT_THAT(
      Run("inside, later, and waits"),
      ElementsAre("end of waits", goes_on_, "end of the inner", "end of ends"));
}

}  // namespace
}  // namespace forkrpc
