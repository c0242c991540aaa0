// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/map_calls.h"

#include <algorithm>
#include <condition_variable>  // NOLINT(build/c++11)
#include <deque>
#include <map>
#include <memory>
#include <mutex>  // NOLINT(build/c++11)
#include <utility>

namespace forkrpc {
namespace {

using Ends = std::deque<std::pair<size_t, absl::StatusOr<std::string>>>;

// Where the pool's thread puts ends, which may be later than MapCalls returns.
class Inbox {
 public:
  void Put(size_t index, absl::StatusOr<std::string> end) {
    const std::lock_guard<std::mutex> lock(mutex_);
    ends_.emplace_back(index, std::move(end));
    has_some_.notify_one();
  }
  // Waits for one at least.
  Ends TakeAll() {
    std::unique_lock<std::mutex> lock(mutex_);
    has_some_.wait(lock, [this] { return !ends_.empty(); });
    return std::exchange(ends_, Ends());
  }

 private:
  std::mutex mutex_;
  std::condition_variable has_some_;
  Ends ends_;  // with the mutex
};

}  // namespace

absl::Status MapCalls(ThreadedPool* pool,
                      absl::FunctionRef<absl::optional<std::string>()> next,
                      absl::FunctionRef<absl::Status(
                          size_t index, absl::StatusOr<std::string> end)>
                          each,
                      const MapOptions& options) {
  const size_t window = std::max<size_t>(options.window, 1);
  const auto inbox = std::make_shared<Inbox>();
  std::map<size_t, CallFuture> open;
  std::map<size_t, absl::StatusOr<std::string>> ended;  // not handed out yet
  size_t handed_out = 0;
  for (size_t read = 0;;) {
    for (; read - handed_out < window; ++read) {
      absl::optional<std::string> input = next();
      if (!input.has_value()) break;
      CallFuture call = pool->Submit(*std::move(input), options.call);
      call.Then([inbox, read](absl::StatusOr<std::string> end) {
        inbox->Put(read, std::move(end));
      });
      open.emplace(read, std::move(call));
    }
    if (handed_out == read) return absl::OkStatus();
    for (auto& [index, end] : inbox->TakeAll()) {
      open.erase(index);
      ended.emplace(index, std::move(end));
    }
    while (!ended.empty() && (options.order == MapOptions::kAsTheyCome ||
                              ended.begin()->first == handed_out)) {
      const auto first = ended.extract(ended.begin());
      ++handed_out;
      absl::Status status = each(first.key(), std::move(first.mapped()));
      if (status.ok()) continue;
      for (const auto& [index, call] : open) call.Cancel();
      return status;
    }
  }
}

}  // namespace forkrpc
