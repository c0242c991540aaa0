// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ThreadedPool beside what a user would else have: calls of 16 octets from
// Submit() to the end of their future, 1000 in flight, one worker.
//
// usage: threaded_pool_benchmark [CALLS [THREADS]]
//
// CALLS of each row (1,000,000), by so many threads that submit (1). Prints
// calls a second, and how many times the others' that is. The others: threads
// and pipes by hand, a thread for each worker that writes a request and reads
// its response, with a queue and futures of the standard library; and
// concurrent.futures of the python3 that is found, with a hundredth of the
// calls.

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/pool/threaded_pool.h"

namespace forkrpc {
namespace {

constexpr size_t kInFlight = 1000;
const char* const kPayload = "sixteen octets!!";

void Require(bool right, const char* what) {
  if (right) return;
  std::fprintf(stderr, "threaded_pool_benchmark: %s\n", what);
  std::exit(1);
}

double CallsEachSecond(int64_t calls, const std::function<void()>& make) {
  const MonotonicTime start = MonotonicNow();
  make();
  return static_cast<double>(calls) /
         absl::ToDoubleSeconds(MonotonicNow() - start);
}

// Keeps kInFlight futures under way, in so many threads.
template <typename Submit, typename Take>
void MakeCalls(int64_t calls, int threads, Submit submit, Take take) {
  std::vector<std::thread> all;
  for (int thread = 0; thread < threads; ++thread) {
    all.emplace_back([&] {
      std::deque<decltype(submit())> under_way;
      for (int64_t i = 0; i < calls / threads; ++i) {
        if (under_way.size() == kInFlight) {
          take(under_way.front());
          under_way.pop_front();
        }
        under_way.push_back(submit());
      }
      for (auto& call : under_way) take(call);
    });
  }
  for (std::thread& thread : all) thread.join();
}

double ThreadedPoolRow(const std::string& worker, int64_t calls, int threads) {
  PoolOptions options;
  options.program.argv = {worker, "0", "async"};
  options.max = 1;
  options.load = kInFlight * threads;
  auto pool = ThreadedPool::Create(options);
  Require(pool.ok(), "no pool");
  return CallsEachSecond(calls, [&] {
    MakeCalls(
        calls, threads, [&] { return (*pool)->Submit(kPayload); },
        [](CallFuture& call) {
          const auto end = call.Take();
          Require(end.ok() && *end == kPayload, "a wrong response");
        });
  });
}

// One worker's thread of a pool that is written by hand.
class ByHand {
 public:
  ByHand() {
    int to[2];
    int from[2];
    Require(pipe(to) == 0 && pipe(from) == 0, "no pipes");
    child_ = fork();
    Require(child_ >= 0, "no process");
    if (child_ == 0) {
      dup2(to[0], 0);
      dup2(from[1], 1);
      for (int fd : {to[0], to[1], from[0], from[1]}) close(fd);
      execlp("cat", "cat", nullptr);
      _exit(127);
    }
    close(to[0]);
    close(from[1]);
    to_ = to[1];
    from_ = from[0];
    thread_ = std::thread([this] { Serve(); });
  }
  ~ByHand() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      over_ = true;
    }
    changed_.notify_one();
    thread_.join();
    close(to_);
    close(from_);
    waitpid(child_, nullptr, 0);
  }

  std::future<std::string> Submit(std::string payload) {
    std::promise<std::string> promise;
    std::future<std::string> future = promise.get_future();
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      queue_.emplace_back(std::move(payload), std::move(promise));
    }
    changed_.notify_one();
    return future;
  }

 private:
  void Serve() {
    for (;;) {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return over_ || !queue_.empty(); });
      if (queue_.empty()) return;
      auto [payload, promise] = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      Require(write(to_, payload.data(), payload.size()) ==
                  static_cast<ssize_t>(payload.size()),
              "cannot write");
      std::string response(payload.size(), '\0');
      for (size_t got = 0; got < response.size();) {
        const ssize_t more = read(from_, &response[got], response.size() - got);
        Require(more > 0, "cannot read");
        got += static_cast<size_t>(more);
      }
      promise.set_value(std::move(response));
    }
  }

  pid_t child_ = -1;
  int to_ = -1;
  int from_ = -1;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<std::string, std::promise<std::string>>> queue_;
  bool over_ = false;
  std::thread thread_;
};

double ByHandRow(int64_t calls, int threads) {
  ByHand pool;
  return CallsEachSecond(calls, [&] {
    MakeCalls(
        calls, threads, [&] { return pool.Submit(kPayload); },
        [](std::future<std::string>& call) {
          Require(call.get() == kPayload, "a wrong response");
        });
  });
}

// 0 without a python3.
double PythonRow(int64_t calls) {
  const std::string program = absl::StrCat(R"(python3 -c '
import collections, concurrent.futures, time
def echo(octets): return octets
if __name__ == "__main__":
  with concurrent.futures.ProcessPoolExecutor(1) as pool:
    pool.submit(echo, b"").result()
    calls = )",
                                           calls, R"(
    start = time.monotonic()
    under_way = collections.deque()
    for _ in range(calls):
      if len(under_way) == 1000: under_way.popleft().result()
      under_way.append(pool.submit(echo, b"sixteen octets!!"))
    for call in under_way: call.result()
    print(calls / (time.monotonic() - start))
')");
  FILE* const output = popen(program.c_str(), "r");
  Require(output != nullptr, "no shell");
  double figure = 0;
  if (std::fscanf(output, "%lf", &figure) != 1) figure = 0;
  pclose(output);
  return figure;
}

int Run(const std::string& self, int64_t calls, int threads) {
  const std::string worker =
      self.substr(0, self.rfind('/') + 1) + "bench_worker";
  const double ours = ThreadedPoolRow(worker, calls, threads);
  std::printf("| pool | calls a second | ThreadedPool is |\n|---|---|---|\n");
  std::printf("| ThreadedPool | %.0f | 1 |\n", ours);
  const double by_hand = ByHandRow(calls / 10, threads);
  std::printf("| threads and pipes | %.0f | %.1f x |\n", by_hand,
              ours / by_hand);
  const double python = PythonRow(calls / 100);
  if (python > 0) {
    std::printf("| concurrent.futures | %.0f | %.1f x |\n", python,
                ours / python);
  } else {
    std::printf("| concurrent.futures | no python3 | - |\n");
  }
  return 0;
}

}  // namespace
}  // namespace forkrpc

int main(int argc, char** argv) {
  const int64_t calls = argc > 1 ? std::atoll(argv[1]) : 1000000;
  const int threads = argc > 2 ? std::atoi(argv[2]) : 1;
  if (calls < 100 || threads < 1) {
    std::fprintf(stderr, "usage: threaded_pool_benchmark [CALLS [THREADS]]\n");
    return 2;
  }
  return forkrpc::Run(argv[0], calls, threads);
}
