// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/driver/loop_driver.h"

#include <errno.h>
#include <time.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/testing/scripted_peer.h"
#include "forkrpc/testing/test_loop.h"
#include "forkrpc/transport/sys_calls.h"
#include "forkrpc/transport/test_wires.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// SysCalls has no room for state, so what the kernel is to do is the test
// program's: how many calls there were, and what becomes of the next one.
struct Kernel {
  int reads = 0;
  int writes = 0;
  int write_error = 0;             // what every write fails with
  std::mt19937* random = nullptr;  // short counts and EAGAIN by chance
  size_t most = SIZE_MAX;          // of what is to be moved

  // Whether the call is to say EAGAIN.
  bool Refuses() {
    if (random == nullptr) return false;
    most = 1 + (*random)() % 40;
    errno = EAGAIN;
    return (*random)() % 4 == 0;
  }
};
Kernel kernel;

ssize_t WriteShort(const iovec* vectors,
                   const std::function<ssize_t(const iovec*)>& write) {
  iovec first = vectors[0];
  first.iov_len = std::min(first.iov_len, kernel.most);
  return write(&first);
}

constexpr SysCalls kScripted = {
    [](int fd, void* buffer, size_t size, int flags) -> ssize_t {
      ++kernel.reads;
      if (kernel.Refuses()) return -1;
      return recv(fd, buffer, std::min(size, kernel.most), flags);
    },
    [](int fd, const msghdr* message, int flags) -> ssize_t {
      ++kernel.writes;
      errno = kernel.write_error;
      if (errno != 0 || kernel.Refuses()) return -1;
      if (kernel.most == SIZE_MAX) return sendmsg(fd, message, flags);
      return WriteShort(message->msg_iov, [&](const iovec* vector) {
        return send(fd, vector->iov_base, vector->iov_len, flags);
      });
    },
    [](int fd, void* buffer, size_t size) -> ssize_t {
      ++kernel.reads;
      if (kernel.Refuses()) return -1;
      return read(fd, buffer, std::min(size, kernel.most));
    },
    [](int fd, const iovec* vectors, int count) -> ssize_t {
      ++kernel.writes;
      errno = kernel.write_error;
      if (errno != 0 || kernel.Refuses()) return -1;
      if (kernel.most == SIZE_MAX) return writev(fd, vectors, count);
      return WriteShort(vectors, [&](const iovec* vector) {
        return write(fd, vector->iov_base, vector->iov_len);
      });
    },
};

// A ClientConnection that is driven, and the peer's end of its wire.
class LoopDriverTest : public testing::TestWithParam<WireKind> {
 protected:
  LoopDriverTest()
      : wire_(TestWire::Make(GetParam(), &kScripted)),
        peer_(wire_.peer_in.get(), wire_.peer_out_fd()),
        driver_(std::make_shared<LoopDriver>(
            &connection_, wire_.transport.get(), loop_.get(), [this] {
              ++inputs_;
              EXPECT_FALSE(inside_) << "called from inside a function";
              if (on_input_ != nullptr) on_input_();
            })) {
    kernel = Kernel();
    on_input_ = [this] { PollAll(); };
    const absl::Status started = driver_->Start();
    EXPECT_TRUE(started.ok()) << started;
  }
  ~LoopDriverTest() override { kernel = Kernel(); }

  void PollAll() {
    while (std::optional<ClientEvent> event = connection_.PollEvent()) {
      log_.push_back(Describe(*event));
      if (event->kind == ClientEvent::kClosed) end_ = event->status;
    }
  }
  static std::string Describe(const ClientEvent& event) {
    switch (event.kind) {
      case ClientEvent::kResponse:
        return absl::StrCat(event.call, "=", event.payload);
      case ClientEvent::kEvent:
        return absl::StrCat("event ", event.payload);
      case ClientEvent::kCallFailed:
        return absl::StrCat(event.call, " failed");
      case ClientEvent::kClosed:
        return "closed";
    }
    return "";
  }

  void Call(absl::string_view payload) {
    ASSERT_TRUE(connection_.StartCall(payload).ok());
    Update();
  }
  void Update() {
    inside_ = true;
    driver_->Update();
    inside_ = false;
  }
  bool PeerGets(size_t frames) {
    return loop_.RunUntil([&] { return peer_.Receive().size() >= frames; });
  }
  bool Logged(size_t lines) {
    return loop_.RunUntil([&] { return log_.size() >= lines; });
  }

  TestLoop loop_;
  ClientConnection connection_;
  TestWire wire_;
  ScriptedPeer peer_;
  std::function<void()> on_input_;
  std::shared_ptr<LoopDriver> driver_;
  int inputs_ = 0;
  bool inside_ = false;
  std::vector<std::string> log_;
  std::optional<absl::Status> end_;
};

INSTANTIATE_TEST_SUITE_P(Wires, LoopDriverTest,
                         testing::ValuesIn(kAllWireKinds), WireKindName);

TEST_P(LoopDriverTest, SendsAndReceives) {
  Call("ping");
  ASSERT_TRUE(PeerGets(1));
  EXPECT_EQ(peer_.frames()[0].id, 1);
  EXPECT_EQ(peer_.frames()[0].payload, "ping");
  peer_.Send(ScriptedPeer::Frame(0, "news") + ScriptedPeer::Frame(1, "pong"));
  ASSERT_TRUE(Logged(2));
  EXPECT_EQ(log_, (std::vector<std::string>{"event news", "1=pong"}));
}

// Many frames, one system call.
TEST_P(LoopDriverTest, WritesOnceInATurn) {
  for (int i = 0; i < 100; ++i) Call("x");
  EXPECT_EQ(kernel.writes, 0) << "written before the turn";
  ASSERT_TRUE(PeerGets(100));
  EXPECT_EQ(kernel.writes, 1);
  EXPECT_EQ(inputs_, 1);
}

TEST_P(LoopDriverTest, WaitsInsteadOfTurning) {
  Call("x");
  ASSERT_TRUE(PeerGets(1));
  loop_.RunForAWhile();
  const int reads = kernel.reads;
  const int writes = kernel.writes;
  const int inputs = inputs_;
  loop_.RunForAWhile();
  EXPECT_EQ(kernel.reads, reads);
  EXPECT_EQ(kernel.writes, writes);
  EXPECT_EQ(inputs_, inputs);
}

// More than the stream takes, read in small parts, in both directions at once.
TEST_P(LoopDriverTest, GoesOnWhenTheStreamTakesMore) {
  const std::string much(size_t{3} << 20, 'x');
  Call(much);
  loop_.RunForAWhile();
  EXPECT_GT(connection_.unsent(), 0);
  const int writes = kernel.writes;
  loop_.RunForAWhile();
  Update();
  loop_.RunForAWhile();
  EXPECT_EQ(kernel.writes, writes) << "writes again and again to a full stream";
  peer_.Send(ScriptedPeer::Frame(0, "meanwhile"));
  ASSERT_TRUE(Logged(1)) << "reads nothing while its write is blocked";
  ASSERT_TRUE(loop_.RunUntil([&] { return peer_.Receive(50000).size() == 1; }));
  EXPECT_EQ(peer_.frames()[0].payload, much);
}

TEST_P(LoopDriverTest, SurvivesAnyChunks) {
  std::mt19937 random(4711);
  kernel.random = &random;
  std::vector<std::string> payloads;
  for (int i = 0; i < 200; ++i) {
    payloads.push_back(
        std::string(random() % 300, static_cast<char>('a' + i % 26)));
    Call(payloads.back());
  }
  ASSERT_TRUE(PeerGets(payloads.size()));
  std::string answers;
  std::vector<std::string> want;
  for (size_t i = 0; i < payloads.size(); ++i) {
    ASSERT_EQ(peer_.frames()[i].id, i + 1);
    ASSERT_EQ(peer_.frames()[i].payload, payloads[i]);
    answers += ScriptedPeer::Frame(0, absl::StrCat(i)) +
               ScriptedPeer::Frame(i + 1, payloads[i]);
    want.push_back(absl::StrCat("event ", i));
    want.push_back(absl::StrCat(i + 1, "=", payloads[i]));
  }
  size_t sent = 0;
  ASSERT_TRUE(loop_.RunUntil([&] {
    const size_t part = std::min<size_t>(answers.size() - sent, random() % 900);
    sent += peer_.Send(absl::string_view(answers).substr(sent, part));
    return log_.size() == want.size();
  }));
  EXPECT_EQ(log_, want);
}

TEST_P(LoopDriverTest, AWriteErrorIsTheEndOnlyWhenAllIsRead) {
  kernel.write_error = EPIPE;
  Call("x");
  loop_.RunForAWhile();
  EXPECT_EQ(kernel.writes, 1);
  EXPECT_FALSE(end_.has_value());
  peer_.Send(ScriptedPeer::Frame(0, "last words"));
  wire_.CloseFromPeer();
  ASSERT_TRUE(loop_.RunUntil([&] { return end_.has_value(); }));
  EXPECT_EQ(log_, (std::vector<std::string>{"event last words", "1 failed",
                                            "closed"}));
  EXPECT_TRUE(absl::IsUnavailable(*end_)) << *end_;
}

// A half-close is due when all is written, and not before.
TEST_P(LoopDriverTest, HalfClosesBehindTheLastOctet) {
  const std::string much(size_t{1} << 20, 'x');
  Call(much);
  connection_.HalfClose();
  Update();
  loop_.RunForAWhile();
  ASSERT_GT(connection_.unsent(), 0);
  ASSERT_TRUE(loop_.RunUntil([&] {
    peer_.Receive(100000);
    return peer_.at_end();
  }));
  ASSERT_EQ(peer_.frames().size(), 1);
  EXPECT_EQ(peer_.frames()[0].payload, much);
  // Reading goes on.
  peer_.Send(ScriptedPeer::Frame(1, "answer"));
  wire_.CloseFromPeer();
  ASSERT_TRUE(loop_.RunUntil([&] { return end_.has_value(); }));
  EXPECT_EQ(log_, (std::vector<std::string>{"1=answer", "closed"}));
  EXPECT_TRUE(end_->ok()) << *end_;
}

TEST_P(LoopDriverTest, HalfClosesWhenThatIsAskedForWhilePolling) {
  on_input_ = [this] {
    PollAll();
    connection_.HalfClose();
  };
  Call("x");
  ASSERT_TRUE(loop_.RunUntil([&] {
    peer_.Receive();
    return peer_.at_end();
  }));
  EXPECT_EQ(peer_.frames().size(), 1);
}

TEST_P(LoopDriverTest, APauseHoldsBackReadingOnly) {
  driver_->SetPaused(true);
  peer_.Send(ScriptedPeer::Frame(0, "early"));
  Call("x");
  ASSERT_TRUE(PeerGets(1));
  // A loop that turns, instead of waiting, takes all the time there is.
  const clock_t before = clock();
  loop_.RunUntil([] { return false; }, absl::Milliseconds(400));
  EXPECT_LT(clock() - before, CLOCKS_PER_SEC / 16);
  EXPECT_EQ(kernel.reads, 0);
  EXPECT_TRUE(log_.empty());
  EXPECT_GT(inputs_, 0) << "the user is told that it was written";
  driver_->SetPaused(false);
  ASSERT_TRUE(Logged(1));
}

TEST_P(LoopDriverTest, MayBePausedAndStoppedByTheUserWhileItReads) {
  on_input_ = [this] {
    PollAll();
    if (!log_.empty()) driver_->SetPaused(true);
  };
  peer_.Send(ScriptedPeer::Frame(0, "one"));
  ASSERT_TRUE(Logged(1));
  peer_.Send(ScriptedPeer::Frame(0, "two"));
  loop_.RunForAWhile();
  EXPECT_EQ(log_.size(), 1);
  on_input_ = [this] {
    PollAll();
    driver_->Stop();
  };
  driver_->SetPaused(false);
  loop_.RunForAWhile();
  driver_->SetPaused(true);
  driver_->Update();
  loop_.RunForAWhile();
  EXPECT_EQ(log_.size(), 1) << "reads after Stop()";
}

// All that the driver has is destroyed inside its own callback.
TEST_P(LoopDriverTest, MayBeStoppedAndDestroyedInsideOnInput) {
  on_input_ = [this] {
    PollAll();
    if (log_.empty()) return;
    driver_->Stop();
    driver_ = nullptr;
    wire_.transport = nullptr;
  };
  const int inputs = inputs_;
  peer_.Send(ScriptedPeer::Frame(0, "one") + ScriptedPeer::Frame(0, "two"));
  ASSERT_TRUE(loop_.RunUntil([&] {
    peer_.Receive();
    return peer_.at_end();
  }));
  EXPECT_EQ(inputs_, inputs + 1);
  EXPECT_EQ(log_.size(), 2);
}

TEST_P(LoopDriverTest, MayBeStoppedInsideATurn) {
  on_input_ = [this] {
    driver_->Stop();
    driver_ = nullptr;
    wire_.transport = nullptr;
  };
  Call("x");
  ASSERT_TRUE(loop_.RunUntil([&] { return driver_ == nullptr; }));
  EXPECT_EQ(peer_.Receive().size(), 1);
  EXPECT_TRUE(peer_.at_end());
}

TEST_P(LoopDriverTest, MayBeStoppedWithATurnDue) {
  Call("x");
  driver_->Stop();
  loop_.RunForAWhile();
  EXPECT_EQ(inputs_, 0);
  EXPECT_EQ(kernel.writes, 0);
}

TEST_P(LoopDriverTest, MayBeDestroyedWithATurnDue) {
  Call("x");
  driver_ = nullptr;
  wire_.transport = nullptr;
  loop_.RunForAWhile();
  EXPECT_EQ(inputs_, 0);
  EXPECT_TRUE(peer_.Receive().empty());
  EXPECT_TRUE(peer_.at_end());
}

#ifdef ABSL_HAVE_EXCEPTIONS
// One exception out of a turn, one out of reading.
TEST_P(LoopDriverTest, AnExceptionOfTheUsersLosesNothing) {
  bool throws = true;
  on_input_ = [this, &throws] {
    if (std::exchange(throws, false)) throw std::runtime_error("the user's");
    PollAll();
  };
  Call("one");
  EXPECT_THROW(loop_.RunForAWhile(), std::runtime_error);
  const int inputs = inputs_;
  loop_.RunForAWhile();
  EXPECT_GT(inputs_, inputs) << "the user is not told again";
  throws = true;
  peer_.Send(ScriptedPeer::Frame(0, "early"));
  EXPECT_THROW(loop_.RunForAWhile(), std::runtime_error);
  ASSERT_TRUE(Logged(1)) << "what was read is told only with more input";
  Call("two");
  ASSERT_TRUE(PeerGets(2)) << "nothing is written any more";
  peer_.Send(ScriptedPeer::Frame(2, "b") + ScriptedPeer::Frame(1, "a"));
  ASSERT_TRUE(Logged(3));
  EXPECT_EQ(log_, (std::vector<std::string>{"event early", "2=b", "1=a"}));
}

TEST_P(LoopDriverTest, MayBeDestroyedBeforeItsUserThrows) {
  on_input_ = [this] {
    driver_->Stop();
    driver_ = nullptr;
    throw std::runtime_error("the user's");
  };
  Call("x");
  EXPECT_THROW(loop_.RunForAWhile(), std::runtime_error);
  loop_.RunForAWhile();
  EXPECT_EQ(inputs_, 1);
}
#endif  // ABSL_HAVE_EXCEPTIONS

TEST_P(LoopDriverTest, FlushNowWritesAndReadTellsNobody) {
  ASSERT_TRUE(connection_.StartCall("x").ok());
  driver_->FlushNow();
  EXPECT_EQ(peer_.Receive().size(), 1);
  EXPECT_FALSE(driver_->Read()) << "nothing has arrived";
  peer_.Send(ScriptedPeer::Frame(0, "news"));
  EXPECT_TRUE(driver_->Read());
  EXPECT_FALSE(driver_->Read()) << "there is something to poll first";
  EXPECT_EQ(inputs_, 0);
  PollAll();
  EXPECT_EQ(log_.size(), 1);
}

TEST(LoopDriverStartTest, RefusesWhatCannotBeWatched) {
  TestLoop loop;
  ClientConnection connection;
  TestWire wire = TestWire::Make(WireKind::kOurPipes);
  ASSERT_TRUE(wire.transport->ShutdownWrite().ok());
  auto driver = std::make_shared<LoopDriver>(&connection, wire.transport.get(),
                                             loop.get(), [] {});
  const absl::Status started = driver->Start();
  EXPECT_TRUE(absl::IsFailedPrecondition(started)) << started;
}

}  // namespace
}  // namespace forkrpc
