// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A worker for tests: the first word of a request says what to do with the
// rest. Its own arguments: [sync] [init] [prolong] [narrow] [hasty] [strings].

#include <signal.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/serialiser/string_pack.h"
#include "forkrpc/server/async_worker_main.h"
#include "forkrpc/server/typed_handler.h"

namespace forkrpc {
namespace {

struct State {
  std::vector<Responder> held;
  std::vector<std::thread> threads;
  std::unique_ptr<Timer> timer;
};

void Handle(State* state, absl::string_view request, Responder responder) {
  const std::pair<absl::string_view, absl::string_view> words =
      absl::StrSplit(request, absl::MaxSplits(' ', 1));
  const std::string rest(words.second);
  if (words.first == "echo") {
    responder.Respond(rest).IgnoreError();
  } else if (words.first == "event") {
    responder.SendEvent(rest).IgnoreError();
    responder.Respond("").IgnoreError();
  } else if (words.first == "size") {
    int size = 0;
    (void)absl::SimpleAtoi(rest, &size);
    responder.Respond(std::string(size, 'x')).IgnoreError();
  } else if (words.first == "hold") {
    state->held.push_back(std::move(responder));
  } else if (words.first == "fail") {
    responder.EndWorker(absl::InternalError(rest));
  } else if (words.first == "env") {
    const char* const value = std::getenv(rest.c_str());
    responder.Respond(value == nullptr ? "not set" : value).IgnoreError();
#ifdef ABSL_HAVE_EXCEPTIONS
  } else if (words.first == "throw") {
    throw std::runtime_error(rest);
  } else if (words.first == "number") {
    throw 1;
#endif
  } else if (words.first == "thread") {
    state->threads.emplace_back(
        [rest, mine = std::move(responder).ForThread()]() mutable {
          ThreadResponder responder = std::move(mine);
          responder.Respond(rest);
        });
  }
  // Anything else: the responder is dropped.
}

}  // namespace
}  // namespace forkrpc

int main(int argc, char** argv) {
  forkrpc::AsyncWorkerOptions options;
  // Ends after the loop, as what a program keeps does.
  forkrpc::State state;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "sync") {
      options.server.connection.form = forkrpc::Form::kSync;
    } else if (word == "hasty") {
      options.server.end_grace = absl::Milliseconds(50);
    } else if (word == "strings") {
      return forkrpc::AsyncWorkerMain(
          forkrpc::TypedHandler<forkrpc::StringPackSerialiser>(
              [](std::vector<std::string> words) { return words; }));
    } else if (word == "narrow") {
      options.server.connection.max_in_flight = 2;
    } else if (word == "init") {
      options.init = [](forkrpc::AsyncServer* server, forkrpc::LibuvLoop*) {
        server->SendEvent("ready").IgnoreError();
      };
    } else if (word == "prolong") {
      // Goes on until somebody ends it.
      options.done = [&state](const absl::Status&, forkrpc::LibuvLoop* loop) {
        state.timer = loop->MakeTimer([loop] { loop->Stop(); });
        state.timer->Set(forkrpc::MonotonicNow() + absl::Minutes(10));
      };
    }
  }
  const int status = forkrpc::AsyncWorkerMain(
      [&state](absl::string_view request, forkrpc::Responder responder) {
        forkrpc::Handle(&state, request, std::move(responder));
      },
      std::move(options));
  for (std::thread& thread : state.threads) thread.join();
  return status;
}
