// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/pool_test_bed.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <memory>
#include <utility>

#include "absl/base/config.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// Only a hang takes so long.
constexpr absl::Duration kPatience = absl::Minutes(1);

}  // namespace

std::string FreshPath(absl::string_view name) {
  static int count = 0;
  const std::string path =
      absl::StrCat(testing::TempDir(), "/", name, ".", getpid(), ".", ++count);
  unlink(path.c_str());
  return path;
}

Gate::Gate(absl::string_view name) : path_(FreshPath(name)) {
  EXPECT_EQ(mkfifo(path_.c_str(), 0600), 0);
  // With a reader of its own, what is written stays until it is wanted.
  fd_ = open(path_.c_str(), O_RDWR | O_CLOEXEC);
}

Gate::~Gate() {
  close(fd_);
  unlink(path_.c_str());
}

void Gate::Open(int calls) {
  const std::string octets(static_cast<size_t>(calls), 'x');
  EXPECT_EQ(write(fd_, octets.data(), octets.size()), calls);
}

PoolTestBed::PoolTestBed() {
  options.program.argv = {"cc/forkrpc/pool/test_worker"};
  options.program.name = "w";
  options.program.stderr_mode = StderrMode::kCapture;
  options.start = absl::ZeroDuration();
  options.restart.first_delay = absl::Milliseconds(1);
  options.on_error = [this](const PoolError& error) {
    errors_.push_back(error);
  };
  options.on_destroy = [this] {
    EXPECT_FALSE(std::exchange(destroyed_, true)) << "destroyed twice";
  };
}

PoolTestBed::~PoolTestBed() {
  if (!made_) return;
  on_end = nullptr;
  // What the test has left in workers does not matter.
  if (pool_ != nullptr) pool_->Drain(absl::ZeroDuration());
  pool_ = nullptr;
  RunUntil([this] { return destroyed_; });
  EXPECT_EQ(ends_, calls_) << "a call has no end";
}

WorkerPool* PoolTestBed::pool() {
  if (!std::exchange(made_, true)) {
    auto pool = WorkerPool::Create(options, &loop_);
    EXPECT_TRUE(pool.ok()) << pool.status();
    if (!pool.ok()) abort();
    pool_ = *std::move(pool);
  }
  return pool_.get();
}

PoolCallId PoolTestBed::Call(const std::string& name, absl::string_view request,
                             const PoolCallOptions& call) {
  ++calls_;
  bool inside = true;
  auto still_inside = std::make_shared<bool*>(&inside);
  const PoolCallId id = pool()->Call(
      request, call,
      [this, name, still_inside](absl::StatusOr<absl::string_view> response) {
        EXPECT_EQ(*still_inside, nullptr) << "called from inside Call()";
        Record(name, std::move(response));
      });
  *still_inside = nullptr;
  return id;
}

void PoolTestBed::Record(const std::string& name,
                         absl::StatusOr<absl::string_view> response) {
  ++ends_;
  EXPECT_TRUE(running_) << name << " has ended outside the loop";
  EXPECT_FALSE(destroyed_) << name << " has ended after on_destroy";
  absl::StatusOr<std::string> result =
      response.ok() ? absl::StatusOr<std::string>(std::string(*response))
                    : response.status();
  EXPECT_TRUE(results_.emplace(name, std::move(result)).second)
      << name << " has ended twice";
  if (on_end != nullptr) on_end(name);
}

std::string PoolTestBed::result(const std::string& name) const {
  const auto found = results_.find(name);
  if (found == results_.end()) return "(has not ended)";
  return found->second.ok() ? *found->second
                            : found->second.status().ToString();
}

absl::Status PoolTestBed::status(const std::string& name) const {
  const auto found = results_.find(name);
  return found == results_.end() ? absl::UnknownError("has not ended")
                                 : found->second.status();
}

void PoolTestBed::RunUntil(const std::function<bool()>& done) {
  const MonotonicTime give_up = MonotonicNow() + kPatience;
  Timer* self = nullptr;
  const std::unique_ptr<Timer> timer = loop_.MakeTimer([&] {
    const bool late = MonotonicNow() > give_up;
    if (late) ADD_FAILURE() << "what was waited for has not happened";
    if (late || done()) return loop_.Stop();
    self->Set(MonotonicNow() + absl::Milliseconds(1));
  });
  self = timer.get();
  timer->Set(MonotonicNow());
  running_ = true;
  RunLoop();
  running_ = false;
}

void PoolTestBed::RunLoop() {
#ifdef ABSL_HAVE_EXCEPTIONS
  for (;;) {
    try {
      return loop_.Run();
    } catch (const std::exception&) {
      ++thrown_;
    }
  }
#else
  loop_.Run();
#endif
}

void PoolTestBed::FinishTurn() {
  bool done = false;
  loop_.Defer([&done] { done = true; });
  RunUntil([&done] { return done; });
}

std::string PoolTestBed::Finish(const std::string& name) {
  RunUntil([&] { return ended(name); });
  return result(name);
}

void PoolTestBed::FinishAll() {
  RunUntil([this] { return ends_ == calls_; });
}

}  // namespace forkrpc
