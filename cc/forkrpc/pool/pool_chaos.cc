// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Calls over a pool while its workers are killed at random, with a ledger.
//
//   pool_chaos WORKER [calls=N] [every=N] [max=N] [load=N] [idempotent=PERCENT]
//              [seed=N]
//
// Makes `calls` calls to WORKER, which is test_worker or like it. On average at
// every `every`-th end of a call a worker, chosen at random, gets SIGKILL.
// Prints the ledger. Exit status: 0 if no call was lost, ended twice or got the
// response of another, and something was killed; 1 if not; 2 wrong usage.

#include <signal.h>

#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/pool/call_ledger.h"
#include "forkrpc/pool/worker_pool.h"

namespace forkrpc {
namespace {

struct Flags {
  std::string worker;
  std::map<std::string, int> numbers = {{"calls", 10000},  {"every", 50},
                                        {"max", 4},        {"load", 4},
                                        {"idempotent", 0}, {"seed", 1}};
};

bool ParseFlags(int argc, char** argv, Flags* flags) {
  if (argc < 2) return false;
  flags->worker = argv[1];
  for (int i = 2; i < argc; ++i) {
    const std::pair<std::string, std::string> flag =
        absl::StrSplit(argv[i], absl::MaxSplits('=', 1));
    const auto number = flags->numbers.find(flag.first);
    if (number == flags->numbers.end() ||
        !absl::SimpleAtoi(flag.second, &number->second) || number->second < 0) {
      return false;
    }
  }
  return flags->numbers["every"] > 0;
}

// Invariant: calls below next_ were made, and as many as the pool can hold.
class Chaos {
 public:
  explicit Chaos(const Flags& flags)
      : numbers_(flags.numbers),
        ledger_(static_cast<size_t>(numbers_.at("calls"))),
        random_(
            static_cast<std::minstd_rand::result_type>(numbers_.at("seed"))) {
    PoolOptions options;
    options.program.argv = {flags.worker};
    options.program.stderr_mode = StderrMode::kCapture;
    options.max = numbers_.at("max");
    options.load = numbers_.at("load");
    options.start = absl::ZeroDuration();
    options.jitter_seed = static_cast<uint64_t>(numbers_.at("seed"));
    options.restart.first_delay = absl::Milliseconds(1);
    // Workers killed before they have answered are no crash loop here.
    options.restart.max_failures = 1000;
    options.on_error = [](const PoolError& error) {
      if (error.scope == PoolError::kPool) std::cerr << error.status << "\n";
    };
    options.on_destroy = [this] { loop_.Stop(); };
    auto pool = WorkerPool::Create(options, &loop_);
    if (pool.ok()) pool_ = *std::move(pool);
  }

  int Run() {
    if (pool_ == nullptr) return 2;
    const MonotonicTime begin = MonotonicNow();
    for (int i = 0; i < 2 * numbers_.at("max") * numbers_.at("load"); ++i) {
      CallNext();
    }
    DrainIfDone();
    loop_.Run();
    const double seconds = absl::ToDoubleSeconds(MonotonicNow() - begin);
    std::cout << ledger_.ToString() << "SIGKILLs sent    " << killed_
              << "\nworkers started  " << stats_.started
              << "\ncalls retried    " << stats_.retried
              << "\ndrain            " << drained_ << "\nseconds          "
              << seconds << "\n";
    return ledger_.clean() && killed_ > 0 ? 0 : 1;
  }

 private:
  bool Roll(int one_in) {
    return std::uniform_int_distribution<int>(1, one_in)(random_) == 1;
  }

  void CallNext() {
    if (next_ == numbers_.at("calls")) return;
    const int number = next_++;
    PoolCallOptions call;
    call.idempotent = std::uniform_int_distribution<int>(0, 99)(random_) <
                      numbers_.at("idempotent");
    pool_->Call(absl::StrCat("echo ", number), call,
                [this, number](absl::StatusOr<absl::string_view> response) {
                  ledger_.Close(static_cast<size_t>(number), response);
                  if (Roll(numbers_.at("every"))) KillOne();
                  CallNext();
                  DrainIfDone();
                });
  }

  void KillOne() {
    const std::vector<PoolWorkerInfo> workers = pool_->workers();
    if (workers.empty()) return;
    const size_t victim =
        std::uniform_int_distribution<size_t>(0, workers.size() - 1)(random_);
    // One that is still listed has not been reaped: the number is its own.
    if (kill(workers[victim].id.pid, SIGKILL) == 0) ++killed_;
  }

  void DrainIfDone() {
    if (ledger_.closed() < static_cast<size_t>(numbers_.at("calls"))) return;
    if (std::exchange(draining_, true)) return;
    pool_->Drain(absl::Seconds(10), [this](const absl::Status& status) {
      drained_ = status;
      stats_ = pool_->stats();
    });
  }

  LibuvLoop loop_;
  std::unique_ptr<WorkerPool> pool_;
  const std::map<std::string, int> numbers_;
  CallLedger ledger_;
  std::minstd_rand random_;
  int next_ = 0;
  int killed_ = 0;
  bool draining_ = false;
  absl::Status drained_;
  PoolStats stats_;
};

}  // namespace
}  // namespace forkrpc

int main(int argc, char** argv) {
  forkrpc::Flags flags;
  if (!forkrpc::ParseFlags(argc, argv, &flags)) {
    std::cerr << "usage: pool_chaos WORKER [calls=N] [every=N] [max=N] [load=N]"
                 " [idempotent=PERCENT] [seed=N]\n";
    return 2;
  }
  return forkrpc::Chaos(flags).Run();
}
