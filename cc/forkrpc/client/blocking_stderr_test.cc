// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What a worker writes to standard error keeps no function of the blocking
// clients, whoever does not read ours, and comes out as lines if wanted.

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/client/blocking_client.h"
#include "forkrpc/client/blocking_test_util.h"
#include "forkrpc/client/pipelined_client.h"
#include "forkrpc/transport/stream_pair.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr absl::Duration kTimeout = absl::Milliseconds(150);
constexpr absl::Duration kLate = absl::Milliseconds(10);

class BlockingStderrTest : public testing::TestWithParam<Config> {};

INSTANTIATE_TEST_SUITE_P(Configs, BlockingStderrTest, AllConfigs(), ConfigName);

// Our standard error, while this lives.
class StandardErrorIs {
 public:
  explicit StandardErrorIs(int fd) : before_(dup(STDERR_FILENO)) {
    dup2(fd, STDERR_FILENO);
  }
  ~StandardErrorIs() { dup2(before_.get(), STDERR_FILENO); }
  StandardErrorIs(const StandardErrorIs&) = delete;
  StandardErrorIs& operator=(const StandardErrorIs&) = delete;

 private:
  const OwnedFd before_;
};

struct Times {
  absl::Duration call, close, destroy;
};

// Of a client whose worker floods standard error, while ours is `fd`. Nothing
// is printed meanwhile.
Times TimesWhileStderrIs(int fd, const Config& config) {
  SpawnOptions worker = UnrulyWorker(config, "floods-stderr");
  worker.stderr_mode = StderrMode::kTee;
  const StandardErrorIs ours(fd);
  auto client = SpawnOrDie<BlockingClient>(config, worker);
  Times times;
  times.call = TimeOf([&] { client->Call("x", kTimeout).status().code(); });
  times.close = TimeOf([&] { client->Close(kTimeout).IgnoreError(); });
  times.destroy = TimeOf([&] { client = nullptr; });
  return times;
}

void ExpectInTime(const Times& times) {
  EXPECT_GE(times.call, kTimeout);
  EXPECT_LE(times.call, kTimeout + 5 * kLate);
  EXPECT_LE(times.close, kTimeout + 5 * kLate);
  EXPECT_LE(times.destroy, kStderrLinger + 5 * kLate);
}

TEST_P(BlockingStderrTest, PipeThatNobodyReadsKeepsNothing) {
  const PipePair unread = *MakePipe();
  ExpectInTime(TimesWhileStderrIs(unread.write_end.get(), GetParam()));
}

TEST_P(BlockingStderrTest, TerminalThatIsStoppedKeepsNothing) {
  int terminal = -1, program = -1;
  if (openpty(&terminal, &program, nullptr, nullptr, nullptr) != 0) {
    GTEST_SKIP() << "no pseudo-terminal to be had";
  }
  const OwnedFd own_terminal(terminal), own_program(program);
  ASSERT_EQ(tcflow(program, TCOOFF), 0);
  ExpectInTime(TimesWhileStderrIs(program, GetParam()));
}

// Also while answers come so quickly that nobody waits.
TEST_P(BlockingStderrTest, LinesComeWhileCallsAreMade) {
  std::vector<std::string> lines;
  SpawnOptions worker = TestWorkerOptions(GetParam());
  worker.on_stderr = [&](absl::string_view line) { lines.emplace_back(line); };
  auto client = SpawnOrDie<BlockingClient>(GetParam(), worker);
  ASSERT_TRUE(client->Call("stderr 3").ok());
  const absl::Duration limit = absl::Seconds(20);
  EXPECT_LT(TimeOf([&] {
              while (lines.empty()) {
                ASSERT_EQ(client->Call("echo x").value(), "x");
              }
            }),
            limit);
  EXPECT_EQ(lines, std::vector<std::string>{"eeethe end"});
  ASSERT_TRUE(client->Call("stderr 1").ok());
  EXPECT_TRUE(client->Close().ok());
  EXPECT_EQ(lines, (std::vector<std::string>{"eeethe end", "ethe end"}));
}

#ifdef ABSL_HAVE_EXCEPTIONS
TEST_P(BlockingStderrTest, ExceptionOfOnStderrLosesNothing) {
  std::vector<std::string> lines;
  bool throws = true;
  SpawnOptions worker = TestWorkerOptions(GetParam());
  worker.on_stderr = [&](absl::string_view line) {
    lines.emplace_back(line);
    if (throws) throw std::runtime_error("of the user");
  };
  auto client = SpawnOrDie<PipelinedClient>(GetParam(), worker);
  const CallId first = client->Start("stderr 3").value();
  const CallId second = client->Start("sleep 200").value();
  EXPECT_THROW((void)client->Wait(second), std::runtime_error);
  EXPECT_EQ(client->open_calls(), 2u);
  throws = false;
  EXPECT_EQ(client->Wait(second).value(), "slept");
  EXPECT_EQ(client->Wait(first).value(), "written");
  EXPECT_TRUE(client->Close().ok());
  EXPECT_EQ(lines, std::vector<std::string>{"eeethe end"});
}
#endif  // ABSL_HAVE_EXCEPTIONS

TEST_P(BlockingStderrTest, OnStderrMustNotUseItsClient) {
  BlockingClient* self = nullptr;
  absl::Status inner;
  SpawnOptions worker = TestWorkerOptions(GetParam());
  worker.on_stderr = [&](absl::string_view) {
    inner = self->Call("echo x").status();
  };
  auto client = SpawnOrDie<BlockingClient>(GetParam(), worker);
  self = client.get();
  ASSERT_TRUE(client->Call("stderr 3").ok());
  EXPECT_TRUE(client->Close().ok());
  EXPECT_EQ(inner.code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace forkrpc
