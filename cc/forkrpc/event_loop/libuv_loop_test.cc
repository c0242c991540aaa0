// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/event_loop/libuv_loop.h"

#include <sys/resource.h>
#include <uv.h>

#include <memory>
#include <stdexcept>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "forkrpc/event_loop/event_loop_contract.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

struct OwnLoop {
  EventLoop* loop() { return &loop_; }
  void Run() { loop_.Run(); }
  void Stop() { loop_.Stop(); }
  LibuvLoop loop_;
};

// A loop that the program has.
class ProgramsLoop {
 public:
  ProgramsLoop() {
    EXPECT_EQ(uv_loop_init(&uv_), 0);
    loop_ = std::make_unique<LibuvLoop>(&uv_);
  }
  ~ProgramsLoop() {
    loop_ = nullptr;
    EXPECT_EQ(uv_run(&uv_, UV_RUN_DEFAULT), 0) << "something is still open";
    EXPECT_EQ(uv_loop_close(&uv_), 0);
  }
  EventLoop* loop() { return loop_.get(); }
  void Run() { loop_->Run(); }
  void Stop() { loop_->Stop(); }

 private:
  uv_loop_t uv_;
  std::unique_ptr<LibuvLoop> loop_;
};

INSTANTIATE_EVENT_LOOP_CONTRACT(Own, OwnLoop);
INSTANTIATE_EVENT_LOOP_EXCEPTION_CONTRACT(Own, OwnLoop);
INSTANTIATE_EVENT_LOOP_DESCRIPTOR_CONTRACT(Own, OwnLoop);
INSTANTIATE_EVENT_LOOP_CONTRACT(Programs, ProgramsLoop);
INSTANTIATE_EVENT_LOOP_EXCEPTION_CONTRACT(Programs, ProgramsLoop);

// A loop that was asked for, and refused where there is no descriptor for it;
// see also //cc/forkrpc/testing:descriptor_limit_test.
struct CreatedLoop {
  EventLoop* loop() { return loop_.get(); }
  void Run() { loop_->Run(); }
  void Stop() { loop_->Stop(); }
  std::unique_ptr<LibuvLoop> loop_ = *LibuvLoop::Create();
};

INSTANTIATE_EVENT_LOOP_CONTRACT(Created, CreatedLoop);
INSTANTIATE_EVENT_LOOP_EXCEPTION_CONTRACT(Created, CreatedLoop);
INSTANTIATE_EVENT_LOOP_DESCRIPTOR_CONTRACT(Created, CreatedLoop);

class DescriptorsRunOut {
 public:
  DescriptorsRunOut() {
    getrlimit(RLIMIT_NOFILE, &usual_);
    const rlimit none = {3, usual_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~DescriptorsRunOut() { setrlimit(RLIMIT_NOFILE, &usual_); }

 private:
  rlimit usual_;
};

TEST(LibuvLoopTest, CreateSaysThatThereAreNoDescriptors) {
  {
    const DescriptorsRunOut run_out;
    const absl::Status status = LibuvLoop::Create().status();
    EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
    EXPECT_EQ(status.message(),
              "cannot make an event loop: Too many open files");
  }
  EXPECT_TRUE(LibuvLoop::Create().ok());
}

TEST(LibuvLoopDeathTest, TheConstructorEndsTheProgramWithALine) {
  EXPECT_DEATH(
      {
        const DescriptorsRunOut run_out;
        const LibuvLoop loop;
      },
      "forkrpc: RESOURCE_EXHAUSTED: cannot make an event loop");
}

#ifdef ABSL_HAVE_EXCEPTIONS
// The program runs the loop: an exception would pass through libuv.
TEST(LibuvLoopDeathTest, AnExceptionEndsAProgramThatRunsTheLoop) {
  EXPECT_DEATH(
      {
        uv_loop_t uv;
        uv_loop_init(&uv);
        LibuvLoop loop(&uv);
        auto timer =
            loop.MakeTimer([] { throw std::runtime_error("the user's"); });
        timer->Set(MonotonicTime::InfinitePast());
        uv_run(&uv, UV_RUN_DEFAULT);
      },
      "forkrpc: an exception has left a callback of a loop that the program "
      "runs.*\n.*runtime_error.*\n.*the user's");
}
#endif

TEST(LibuvLoopTest, DoesNotKeepTheProgramsLoopRunning) {
  uv_loop_t uv;
  ASSERT_EQ(uv_loop_init(&uv), 0);
  {
    LibuvLoop loop(&uv);
    bool ran = false;
    loop.Defer([&] { ran = true; });
    EXPECT_EQ(uv_run(&uv, UV_RUN_DEFAULT), 0);
    EXPECT_TRUE(ran);
  }
  EXPECT_EQ(uv_run(&uv, UV_RUN_DEFAULT), 0);
  EXPECT_EQ(uv_loop_close(&uv), 0);
}

}  // namespace
}  // namespace forkrpc
