// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// HalfClosing: when a parent that wants no more calls half-closes.
//
// That is at once, or when it has its answers, but at a given time at the
// latest; in both cases its requests are written first, which is the send
// queue's matter. One thread at a time; allocates nothing.
//
//   const forkrpc::MonotonicTime now = forkrpc::MonotonicNow();
//   forkrpc::HalfClosing half_closing;
//   half_closing.Ask(now + absl::Seconds(5));
//   std::cout << half_closing.IsDue(/*in_flight=*/1) << "\n";  // 0
//   half_closing.OnTime(now + absl::Seconds(5));
//   std::cout << half_closing.IsDue(/*in_flight=*/1) << "\n";  // 1

#ifndef FORKRPC_CONNECTION_HALF_CLOSING_H_
#define FORKRPC_CONNECTION_HALF_CLOSING_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "forkrpc/base/monotonic_time.h"

namespace forkrpc {

// Invariant: answers_until_ is InfiniteFuture but in kWhenAnswered.
class HalfClosing {
 public:
  // There are no more calls: due when none is in flight, or from this time on,
  // InfinitePast being at once. Asked again, the earlier time counts.
  void Ask(MonotonicTime answers_until) {
    if (stage_ == Stage::kAtOnce) return;
    if (answers_until == MonotonicTime::InfinitePast()) {
      stage_ = Stage::kAtOnce;
      answers_until_ = MonotonicTime::InfiniteFuture();
    } else {
      stage_ = Stage::kWhenAnswered;
      answers_until_ = std::min(answers_until_, answers_until);
    }
  }

  void OnTime(MonotonicTime now) {
    if (now >= answers_until_) Ask(MonotonicTime::InfinitePast());
  }
  // When OnTime() has something to do.
  MonotonicTime Next() const { return answers_until_; }

  bool asked() const { return stage_ != Stage::kNotAsked; }
  bool IsDue(size_t in_flight) const {
    return stage_ == Stage::kAtOnce ||
           (stage_ == Stage::kWhenAnswered && in_flight == 0);
  }

 private:
  enum class Stage : uint8_t { kNotAsked, kWhenAnswered, kAtOnce };

  MonotonicTime answers_until_ = MonotonicTime::InfiniteFuture();
  Stage stage_ = Stage::kNotAsked;
};

}  // namespace forkrpc

#endif  // FORKRPC_CONNECTION_HALF_CLOSING_H_
