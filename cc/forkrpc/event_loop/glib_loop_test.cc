// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/event_loop/glib_loop.h"

#include <glib.h>

#include <stdexcept>

#include "absl/base/config.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/event_loop/event_loop_contract.h"
#include "forkrpc/testing/allocation_counter.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

struct OwnLoop {
  EventLoop* loop() { return &loop_; }
  void Run() { loop_.Run(); }
  void Stop() { loop_.Stop(); }
  GlibLoop loop_;
};

// The default context, run by the program's own main loop.
class ProgramsLoop {
 public:
  ProgramsLoop() : main_loop_(g_main_loop_new(nullptr, FALSE)) {}
  ~ProgramsLoop() { g_main_loop_unref(main_loop_); }
  EventLoop* loop() { return &loop_; }
  void Run() { g_main_loop_run(main_loop_); }
  void Stop() { g_main_loop_quit(main_loop_); }

 private:
  GMainLoop* const main_loop_;
  GlibLoop loop_{nullptr};
};

INSTANTIATE_EVENT_LOOP_CONTRACT(Own, OwnLoop);
INSTANTIATE_EVENT_LOOP_EXCEPTION_CONTRACT(Own, OwnLoop);
INSTANTIATE_EVENT_LOOP_DESCRIPTOR_CONTRACT(Own, OwnLoop);
INSTANTIATE_EVENT_LOOP_CONTRACT(Programs, ProgramsLoop);

// The default context, which the loop is the first to ask for.
struct DefaultLoop {
  EventLoop* loop() { return &loop_; }
  void Run() { loop_.Run(); }
  void Stop() { loop_.Stop(); }
  GlibLoop loop_{nullptr};
};

INSTANTIATE_EVENT_LOOP_EXCEPTION_CONTRACT(Default, DefaultLoop);
INSTANTIATE_EVENT_LOOP_DESCRIPTOR_CONTRACT(Default, DefaultLoop);

#if defined(ABSL_HAVE_EXCEPTIONS) && GTEST_HAS_DEATH_TEST
// The program runs the context: an exception would pass through GLib.
TEST(GlibLoopDeathTest, AnExceptionEndsAProgramThatRunsTheContext) {
  EXPECT_DEATH(
      {
        ProgramsLoop programs;
        programs.loop()->Defer([] { throw std::runtime_error("the user's"); });
        programs.Run();
      },
      "forkrpc: an exception has left a callback of a loop that the program "
      "runs.*\n.*runtime_error.*\n.*the user's");
}
#endif

TEST(GlibLoopTest, LeavesNothingInTheProgramsContext) {
  GMainContext* const context = g_main_context_new();
  {
    GlibLoop loop(context);
    loop.Defer([] { ADD_FAILURE(); });
    EXPECT_TRUE(g_main_context_pending(context));
  }
  EXPECT_FALSE(g_main_context_pending(context));
  g_main_context_unref(context);
}

// Nothing but to wait for: else the loop would spin.
TEST(GlibLoopTest, HasNothingToDoOnceAllIsDone) {
  GMainContext* const context = g_main_context_new();
  {
    GlibLoop loop(context);
    auto timer = loop.MakeTimer([&] { loop.Defer([] {}); });
    timer->Set(MonotonicTime::InfinitePast());
    loop.Post([] {});
    for (int turn = 0; turn < 5; ++turn) g_main_context_iteration(context, 0);
    EXPECT_FALSE(g_main_context_pending(context));
  }
  g_main_context_unref(context);
}

// Timers that are due at once come by deadline, not in the order in which they
// were made.
TEST(GlibLoopTest, TimersOfThePastRingInOrder) {
  GlibLoop loop;
  std::vector<int> order;
  const MonotonicTime now = MonotonicNow();
  auto last = loop.MakeTimer([&] {
    order.push_back(2);
    loop.Stop();
  });
  auto first = loop.MakeTimer([&] { order.push_back(1); });
  last->Set(now - absl::Seconds(1));
  first->Set(now - absl::Seconds(2));
  loop.Run();
  EXPECT_THAT(order, testing::ElementsAre(1, 2));
}

TEST(GlibLoopTest, SettingATimerAndDeferringAllocateNothing) {
  GlibLoop loop;
  int turns = 0;
  int64_t allocations = -1;
  std::unique_ptr<AllocationCounter> counter;
  std::unique_ptr<Timer> timer = loop.MakeTimer([&] {
    if (++turns == 10) counter = std::make_unique<AllocationCounter>();
    if (turns == 1000) {
      allocations = counter->allocations();
      return loop.Stop();
    }
    loop.Defer([&] { timer->Set(MonotonicNow()); });
  });
  timer->Set(MonotonicTime::InfinitePast());
  loop.Run();
  EXPECT_EQ(allocations, 0);
}

}  // namespace
}  // namespace forkrpc
