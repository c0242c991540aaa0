// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Draining, and what the callbacks of a pool may do with it.

#include <signal.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "absl/base/config.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/pool/pool_test_bed.h"
#include "forkrpc/pool/worker_pool.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// What Drain() says, once.
class Drained {
 public:
  absl::AnyInvocable<void(absl::Status)> Callback() {
    return [this](absl::Status status) {
      EXPECT_FALSE(status_.has_value()) << "told twice";
      status_ = std::move(status);
    };
  }
  bool told() const { return status_.has_value(); }
  absl::Status status() const { return *status_; }

 private:
  std::optional<absl::Status> status_;
};

TEST(PoolLifetimeTest, DrainingServesWhatWasCalledAndThenEndsTheWorkers) {
  PoolTestBed bed;
  bed.options.max = 2;
  Drained drained;
  for (int i = 0; i < 20; ++i) {
    bed.Call(absl::StrCat(i), absl::StrCat("echo ", i));
  }
  bed.pool()->Drain(absl::InfiniteDuration(), drained.Callback());
  EXPECT_EQ(bed.Call("too late", "echo"), 0u);
  EXPECT_FALSE(drained.told()) << "told from inside Drain()";
  bed.RunUntil([&] { return bed.destroyed(); });
  EXPECT_TRUE(drained.told());
  EXPECT_TRUE(drained.status().ok()) << drained.status();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(bed.result(absl::StrCat(i)), absl::StrCat(i));
  }
  EXPECT_TRUE(absl::IsFailedPrecondition(bed.status("too late")));
  EXPECT_TRUE(bed.pool()->workers().empty());
}

TEST(PoolLifetimeTest, APoolThatWasNeverUsedDrainsToo) {
  PoolTestBed bed;
  Drained drained;
  bed.pool()->Drain(absl::ZeroDuration(), drained.Callback());
  bed.RunUntil([&] { return drained.told(); });
}

TEST(PoolLifetimeTest, WithoutAnythingLeftNoGraceIsTooShort) {
  PoolTestBed bed;
  bed.Call("a", "echo a");
  bed.Finish("a");
  bed.pool()->RetireAll();
  bed.RunUntil([&] { return bed.pool()->workers().empty(); });
  Drained drained;
  bed.pool()->Drain(absl::ZeroDuration(), drained.Callback());
  bed.RunUntil([&] { return drained.told(); });
  EXPECT_TRUE(drained.status().ok()) << drained.status();
}

TEST(PoolLifetimeTest, AfterItHasDrainedItSaysSoAgain) {
  PoolTestBed bed;
  bed.pool()->Drain();
  bed.RunUntil([&] { return bed.destroyed(); });
  Drained drained;
  bed.pool()->Drain(absl::InfiniteDuration(), drained.Callback());
  bed.RunUntil([&] { return drained.told(); });
  EXPECT_TRUE(drained.status().ok());
}

TEST(PoolLifetimeTest, AfterTheGraceWhatIsLeftFails) {
  PoolTestBed bed;
  bed.options.max = 1;
  bed.options.load = 2;
  bed.options.kill_grace = absl::Milliseconds(1);
  Gate gate("grace");
  bed.Call("stubborn", "stubborn");
  bed.Finish("stubborn");
  for (const char* name : {"a", "b", "c"}) bed.Call(name, gate.request());
  PoolCallOptions idempotent;
  idempotent.idempotent = true;
  bed.Call("d", gate.request(), idempotent);
  Drained drained;
  bed.pool()->Drain(absl::Milliseconds(5), drained.Callback());
  bed.RunUntil([&] { return bed.destroyed(); });
  EXPECT_TRUE(absl::IsDeadlineExceeded(drained.status()));
  for (const char* name : {"a", "b", "c", "d"}) {
    EXPECT_TRUE(absl::IsDeadlineExceeded(bed.status(name))) << bed.result(name);
    EXPECT_THAT(bed.result(name), HasSubstr("has not drained"));
  }
  EXPECT_THAT(bed.result("a"), HasSubstr("signal 9"));
}

TEST(PoolLifetimeTest, AnIdempotentCallIsTriedAgainWhileItDrains) {
  PoolTestBed bed;
  PoolCallOptions idempotent;
  idempotent.idempotent = true;
  bed.Call("again", "die-once " + FreshPath("drain"), idempotent);
  Drained drained;
  bed.pool()->Drain(absl::InfiniteDuration(), drained.Callback());
  bed.RunUntil([&] { return drained.told(); });
  EXPECT_EQ(bed.result("again"), "lived");
}

TEST(PoolLifetimeTest, ALostCallIsTheResultOfTheDrain) {
  PoolTestBed bed;
  bed.Call("lost", "exit 4");
  Drained drained;
  bed.pool()->Drain(absl::InfiniteDuration(), drained.Callback());
  bed.RunUntil([&] { return drained.told(); });
  EXPECT_THAT(std::string(drained.status().message()),
              AllOf(HasSubstr("call 1 was lost"), HasSubstr("status 4")));
}

TEST(PoolLifetimeTest, DestroyingItDrains) {
  PoolTestBed bed;
  bed.Call("a", "echo a");
  bed.DestroyPool();
  bed.RunUntil([&] { return bed.destroyed(); });
  EXPECT_EQ(bed.result("a"), "a");
}

// The most natural program: it stops its loop and returns. The pool's handle is
// destroyed before or after the loop.
TEST(PoolLifetimeTest, ALoopMayBeDestroyedWithAPoolInIt) {
  for (const bool pool_first : {true, false}) {
    pid_t pid = 0;
    std::unique_ptr<WorkerPool> pool;
    auto witness = std::make_shared<int>();
    {
      LibuvLoop loop;
      PoolOptions options;
      options.program.argv = {"cc/forkrpc/pool/test_worker"};
      options.max = 1;
      options.on_destroy = [] { ADD_FAILURE() << "there is no loop"; };
      auto made = WorkerPool::Create(options, &loop);
      ASSERT_TRUE(made.ok());
      pool = *std::move(made);
      pool->Call("echo", [&](absl::StatusOr<absl::string_view>) {
        pid = pool->workers()[0].id.pid;
        loop.Stop();
      });
      loop.Run();
      // Will be in flight, and waiting.
      for (int i = 0; i < 2; ++i) {
        pool->Call("echo", [witness](auto) { ADD_FAILURE() << "no loop"; });
      }
      if (pool_first) pool = nullptr;
    }
    EXPECT_EQ(witness.use_count(), 1) << "a callback is kept for ever";
    EXPECT_NE(kill(pid, 0), 0) << "the worker is still there";
    if (pool_first) continue;
    EXPECT_EQ(pool->Call("echo", [](auto) {}), 0u);
    pool->RetireAll();
    pool->Restart();
    pool->Drain(absl::ZeroDuration(), [](absl::Status) {});
  }
}

// Every callback of a pool, as a scene that makes the pool call it; each time
// it is called it runs `act`.
enum class Scene {
  kResponse,
  kLost,
  kRefused,
  kCancelled,
  kDeadlineQueued,
  kDeadlineAtWork,
  kEvent,
  kWorkerError,
  kSpawnError,
  kCrashLoop,
  kDrained,
  kRoom,
  kHung,
  kStderr,
};

// Plays it, as far as it can be played when `act` may destroy the pool.
void Play(Scene scene, PoolTestBed* bed, const std::function<void()>& act) {
  bed->options.max = 2;
  bed->options.on_event = [act, scene](const PoolWorkerId&, absl::string_view) {
    if (scene == Scene::kEvent) act();
  };
  bed->options.on_error = [act, scene](const PoolError& error) {
    if (scene == Scene::kWorkerError || scene == Scene::kSpawnError ||
        scene == Scene::kHung ||
        (scene == Scene::kCrashLoop && error.scope == PoolError::kPool)) {
      act();
    }
  };
  bed->on_end = [act](const std::string& name) {
    if (name == "acting") act();
  };
  if (scene == Scene::kRoom) bed->options.on_room = act;
  if (scene == Scene::kStderr) {
    bed->options.on_stderr = [act](const PoolWorkerId&, absl::string_view) {
      act();
    };
  }
  PoolCallOptions soon;
  soon.deadline = MonotonicNow() + absl::Milliseconds(2);
  switch (scene) {
    case Scene::kResponse:
      bed->Call("acting", "echo");
      break;
    case Scene::kLost:
      bed->Call("acting", "exit 1");
      break;
    case Scene::kRefused:
      bed->options.max_queue = 0;
      bed->Call("acting", "echo");
      break;
    case Scene::kCancelled:
      EXPECT_TRUE(bed->pool()->Cancel(bed->Call("acting", "echo")).ok());
      break;
    case Scene::kDeadlineQueued:
      soon.deadline = MonotonicTime::InfinitePast();
      bed->Call("acting", "echo", soon);
      break;
    case Scene::kDeadlineAtWork:
      bed->options.kill_on_deadline = true;
      bed->Call("acting", absl::StrCat("busy ", 30 * 1000 * 1000), soon);
      break;
    case Scene::kEvent:
      bed->Call("event", "event x");
      break;
    case Scene::kWorkerError:
      bed->Call("first", "exit 1");
      break;
    case Scene::kCrashLoop:
      // None of them ever answers: a response would end the loop.
      bed->options.program.argv.push_back(FreshPath("never"));
      bed->options.restart.max_failures = 2;
      bed->Call("first", "echo");
      break;
    case Scene::kSpawnError:
      bed->options.program.argv = {"./no-such-worker"};
      bed->options.restart.max_failures = 2;
      bed->Call("first", "echo");
      break;
    case Scene::kDrained:
      bed->pool()->Drain(absl::InfiniteDuration(),
                         [act](const absl::Status&) { act(); });
      break;
    case Scene::kRoom:
      bed->options.max_queue = 1;
      bed->Call("waits", "echo");
      bed->Call("refused", "echo");
      break;
    case Scene::kHung:
      bed->options.hung_grace = absl::Milliseconds(5);
      // What is not written by then is only taken back.
      soon.deadline = MonotonicNow() + absl::Milliseconds(300);
      bed->Call("hangs", absl::StrCat("busy ", 30 * 1000 * 1000), soon);
      break;
    case Scene::kStderr:
      bed->Call("complains", "complain about something");
      break;
  }
  // Company, whose end must be told whatever `act` does.
  if (bed->has_pool()) {
    for (int i = 0; i < 3; ++i) bed->Call(absl::StrCat("more ", i), "echo");
  }
}

class PoolCallbackTest : public testing::TestWithParam<Scene> {};

INSTANTIATE_TEST_SUITE_P(
    Scenes, PoolCallbackTest,
    testing::Values(Scene::kResponse, Scene::kLost, Scene::kRefused,
                    Scene::kCancelled, Scene::kDeadlineQueued,
                    Scene::kDeadlineAtWork, Scene::kEvent, Scene::kWorkerError,
                    Scene::kSpawnError, Scene::kCrashLoop, Scene::kDrained,
                    Scene::kRoom, Scene::kHung, Scene::kStderr));

TEST_P(PoolCallbackTest, MayDestroyThePool) {
  PoolTestBed bed;
  int acted = 0;
  Play(GetParam(), &bed, [&] {
    ++acted;
    bed.DestroyPool();
  });
  bed.RunUntil([&] { return bed.destroyed(); });
  EXPECT_GE(acted, 1);
}

TEST_P(PoolCallbackTest, MayCallAgain) {
  PoolTestBed bed;
  int acted = 0;
  Play(GetParam(), &bed,
       [&] { bed.Call(absl::StrCat("again ", ++acted), "echo again"); });
  bed.RunUntil([&] { return acted > 0; });
  bed.FinishAll();
}

TEST_P(PoolCallbackTest, MayRetireAndRestart) {
  PoolTestBed bed;
  int acted = 0;
  Play(GetParam(), &bed, [&] {
    if (++acted > 3) return;
    bed.pool()->RetireAll();
    bed.pool()->Restart();
  });
  bed.RunUntil([&] { return acted > 0; });
  bed.FinishAll();
}

TEST_P(PoolCallbackTest, MayDrainIt) {
  PoolTestBed bed;
  int acted = 0;
  Play(GetParam(), &bed, [&] {
    ++acted;
    bed.pool()->Drain(absl::ZeroDuration());
  });
  bed.RunUntil([&] { return bed.destroyed(); });
  EXPECT_GE(acted, 1);
}

#ifdef ABSL_HAVE_EXCEPTIONS

// It leaves through the loop's Run(), and nothing else is lost: each call ends
// once, the pool drains and says so.
TEST_P(PoolCallbackTest, MayThrow) {
  PoolTestBed bed;
  int acted = 0;
  Play(GetParam(), &bed, [&] {
    ++acted;
    throw std::runtime_error("what a callback throws");
  });
  bed.FinishAll();
  bed.DestroyPool();
  bed.RunUntil([&] { return bed.destroyed(); });
  EXPECT_GE(acted, 1);
  EXPECT_EQ(bed.thrown(), acted);
}

TEST(PoolLifetimeTest, OnDestroyMayThrow) {
  PoolTestBed bed;
  const std::function<void()> on_destroy = bed.options.on_destroy;
  bed.options.on_destroy = [&] {
    on_destroy();
    throw std::runtime_error("at the end");
  };
  bed.Call("a", "echo a");
  bed.DestroyPool();
  bed.RunUntil([&] { return bed.thrown() == 1; });
  EXPECT_TRUE(bed.destroyed());
  EXPECT_EQ(bed.result("a"), "a");
}

#endif

}  // namespace
}  // namespace forkrpc
