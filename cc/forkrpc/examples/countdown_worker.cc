// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Example 2, the worker: countdowns that run at the same time, each by a timer.
//
// A request is {COUNT}; its response comes after that many ticks, an event with
// each of them.
//
// usage: countdown_worker [MILLISECONDS OF A TICK]

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/serialiser/string_pack.h"
#include "forkrpc/server/async_worker_main.h"
#include "forkrpc/server/typed_handler.h"

namespace {

using Strings = forkrpc::StringPackSerialiser;

struct Countdown {
  int count;
  forkrpc::TypedResponder<Strings> responder;
  int n = 0;
  std::unique_ptr<forkrpc::Timer> timer = nullptr;
};

void Begin(forkrpc::EventLoop* loop, absl::Duration tick, int count,
           forkrpc::TypedResponder<Strings> responder) {
  responder.SendEvent({absl::StrCat("starting to count up to ", count)})
      .IgnoreError();
  auto job =
      std::make_shared<Countdown>(Countdown{count, std::move(responder)});
  // The timer keeps the countdown, until that lets go of the timer.
  job->timer = loop->MakeTimer([job, tick] {
    ++job->n;
    job->responder
        .SendEvent({absl::StrCat("count ", job->n, " of ", job->count)})
        .IgnoreError();
    if (job->n < job->count) {
      job->timer->Set(forkrpc::MonotonicNow() + tick);
      return;
    }
    job->responder.Respond({"done"}).IgnoreError();
    job->timer = nullptr;
  });
  job->timer->Set(forkrpc::MonotonicNow() + tick);
}

}  // namespace

int main(int argc, char** argv) {
  int milliseconds = 1000;
  if (argc > 1 && !absl::SimpleAtoi(argv[1], &milliseconds)) return 2;
  const absl::Duration tick = absl::Milliseconds(milliseconds);

  forkrpc::EventLoop* loop = nullptr;
  forkrpc::AsyncWorkerOptions options;
  options.init = [&](forkrpc::AsyncServer*, forkrpc::LibuvLoop* its_loop) {
    loop = its_loop;
  };
  return forkrpc::AsyncWorkerMain(
      forkrpc::TypedHandler<Strings>(
          [&](const std::vector<std::string>& words,
              forkrpc::TypedResponder<Strings> responder) {
            int count = 0;
            if (words.size() != 1 || !absl::SimpleAtoi(words[0], &count) ||
                count < 1) {
              responder.EndWorker(absl::InvalidArgumentError("no count"));
              return;
            }
            Begin(loop, tick, count, std::move(responder));
          }),
      std::move(options));
}
