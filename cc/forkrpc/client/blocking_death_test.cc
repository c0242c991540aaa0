// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The worker's end as the blocking clients see it: at once, whoever holds its
// wire, and also where somebody else takes its status.

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/client/blocking_client.h"
#include "forkrpc/client/blocking_test_util.h"
#include "forkrpc/client/pipelined_client.h"
#include "forkrpc/process/exit_status.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// 50 ms are promised; starting a process takes some, too.
constexpr absl::Duration kAtOnce = absl::Milliseconds(80);
constexpr absl::Duration kHang = absl::Seconds(5);

class BlockingDeathTest : public testing::TestWithParam<Config> {};

INSTANTIATE_TEST_SUITE_P(Configs, BlockingDeathTest, AllConfigs(), ConfigName);

// A call, and what is left of the worker's life when it is made.
struct Death {
  const char* what;
  int after_ms;
  StderrMode stderr_mode;
  absl::Duration spin;
  absl::Duration timeout;
};

std::vector<Death> Deaths() {
  std::vector<Death> deaths;
  for (const char* what : {"leaves-holder", "leaves-flooder"}) {
    for (const int after_ms : {0, 100}) {
      for (const StderrMode mode : {StderrMode::kCapture, StderrMode::kNull}) {
        deaths.push_back({what, after_ms, mode, absl::ZeroDuration(),
                          absl::InfiniteDuration()});
      }
      deaths.push_back({what, after_ms, StderrMode::kNull, absl::Seconds(1),
                        absl::InfiniteDuration()});
      deaths.push_back({what, after_ms, StderrMode::kCapture,
                        absl::ZeroDuration(), absl::Minutes(1)});
    }
  }
  return deaths;
}

TEST_P(BlockingDeathTest, DeathIsSeenWhoeverHoldsTheWire) {
  for (const Death& death : Deaths()) {
    SCOPED_TRACE(absl::StrCat(death.what, " after ", death.after_ms,
                              " ms, spin ", absl::FormatDuration(death.spin)));
    const absl::Duration limit = absl::Milliseconds(death.after_ms) + kAtOnce;
    const absl::Duration took = LeastTimeOf(
        [&] {
          SpawnOptions worker =
              UnrulyWorker(GetParam(), death.what, death.after_ms);
          worker.stderr_mode = death.stderr_mode;
          std::string last_words;
          BlockingClientOptions options;
          options.spin = death.spin;
          options.on_event = [&](absl::string_view event) {
            if (event.size() > 1) last_words = std::string(event);
          };
          auto client = SpawnOrDie<BlockingClient>(GetParam(), worker,
                                                   std::move(options));
          absl::Status end;
          const absl::Duration time =
              TimeOf([&] { end = client->Call("x", death.timeout).status(); });
          EXPECT_EQ(end.code(), absl::StatusCode::kUnavailable) << end;
          EXPECT_TRUE(absl::StrContains(end.message(), "exited with status 3"))
              << end;
          EXPECT_EQ(last_words, "last words");
          EXPECT_LT(time, kHang);
          EXPECT_LT(TimeOf([&] { end = client->Close(); }), kAtOnce);
          EXPECT_TRUE(absl::StrContains(end.message(), "exited with status 3"))
              << end;
          return time;
        },
        limit);
    EXPECT_LE(took, limit);
  }
}

TEST_P(BlockingDeathTest, EveryOpenCallOfAPipelineEnds) {
  auto client = SpawnOrDie<PipelinedClient>(
      GetParam(), UnrulyWorker(GetParam(), "leaves-holder"));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(client->Start("x").ok());
  EXPECT_LT(TimeOf([&] {
              for (int i = 0; i < 3; ++i) {
                const Completion end = client->WaitAny();
                EXPECT_EQ(end.call, static_cast<CallId>(i + 1));
                EXPECT_TRUE(absl::StrContains(end.response.status().message(),
                                              "exited with status 3"))
                    << end.response.status();
              }
            }),
            kHang);
  EXPECT_EQ(client->open_calls(), 0u);
  EXPECT_EQ(client->Start("x").status().code(), absl::StatusCode::kUnavailable);
}

// A worker that has answered everything and dies in a Close().
TEST_P(BlockingDeathTest, CloseSeesTheEndToo) {
  for (const char* what : {"leaves-holder", "leaves-flooder"}) {
    auto client = SpawnOrDie<PipelinedClient>(
        GetParam(), UnrulyWorker(GetParam(), what, 50));
    ASSERT_TRUE(client->Start("x").ok());
    absl::Status end;
    EXPECT_LT(TimeOf([&] { end = client->Close(absl::Minutes(1)); }), kHang);
    EXPECT_TRUE(absl::StrContains(end.message(), "exited with status 3"))
        << end;
  }
}

// Whoever reaps all children, or lets the kernel do it, has the status.
class BlockingReaperTest : public BlockingDeathTest {
 protected:
  void TearDown() override { signal(SIGCHLD, SIG_DFL); }

  void ExpectCleanClose() {
    auto client =
        SpawnOrDie<BlockingClient>(GetParam(), TestWorkerOptions(GetParam()));
    EXPECT_EQ(client->Call("echo x").value(), "x");
    EXPECT_TRUE(client->Close().ok()) << client->Close();
    ASSERT_TRUE(client->process()->exit_status().has_value());
    EXPECT_EQ(*client->process()->exit_status(), ExitStatus::Unknown());

    // What was not answered has failed nevertheless.
    client =
        SpawnOrDie<BlockingClient>(GetParam(), TestWorkerOptions(GetParam()));
    const absl::Status end = client->Call("exit 0").status();
    EXPECT_EQ(end.code(), absl::StatusCode::kUnavailable) << end;
    EXPECT_FALSE(client->Close().ok());
  }
};

INSTANTIATE_TEST_SUITE_P(Configs, BlockingReaperTest, AllConfigs(), ConfigName);

TEST_P(BlockingReaperTest, CleanEndIsCleanWhereSigchldIsIgnored) {
  ASSERT_NE(signal(SIGCHLD, SIG_IGN), SIG_ERR);
  ExpectCleanClose();
}

TEST_P(BlockingReaperTest, CleanEndIsCleanWhereTheHostReapsAll) {
  ASSERT_NE(signal(SIGCHLD,
                   [](int) {
                     const int error = errno;
                     while (waitpid(-1, nullptr, WNOHANG) > 0) {
                     }
                     errno = error;
                   }),
            SIG_ERR);
  ExpectCleanClose();
}

// The worker hears which form its parent speaks.
TEST_P(BlockingDeathTest, WorkerIsToldTheForm) {
  SpawnOptions worker;
  worker.argv = {"/bin/sh", "-c", "echo \"$FORKRPC_FORM\" >&2; exit 1"};
  worker.stderr_mode = StderrMode::kCapture;
  worker.binding = GetParam().binding;
  const std::string form = GetParam().form == Form::kSync ? "sync:" : "async:";
  for (const absl::Status& end :
       {SpawnOrDie<BlockingClient>(GetParam(), worker)->Call("x").status(),
        SpawnOrDie<PipelinedClient>(GetParam(), worker)->Close()}) {
    EXPECT_TRUE(absl::StrContains(end.message(),
                                  absl::StrCat("its stderr ended: ", form)))
        << end;
  }
}

}  // namespace
}  // namespace forkrpc
