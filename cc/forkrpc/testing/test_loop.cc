// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/test_loop.h"

#include <memory>

#include "forkrpc/base/clock.h"

namespace forkrpc {

bool TestLoop::RunUntil(absl::FunctionRef<bool()> condition,
                        absl::Duration limit) {
  const MonotonicTime deadline = MonotonicNow() + limit;
  bool holds = condition();
  Timer* self = nullptr;
  const std::unique_ptr<Timer> look = loop_.MakeTimer([&] {
    holds = condition();
    if (holds || MonotonicNow() >= deadline) return loop_.Stop();
    self->Set(MonotonicNow() + absl::Milliseconds(1));
  });
  self = look.get();
  if (holds) return true;
  look->Set(MonotonicNow());
  loop_.Run();
  return holds;
}

void TestLoop::RunForAWhile() {
  RunUntil([] { return false; }, absl::Milliseconds(20));
}

}  // namespace forkrpc
