// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A parent for parent_killed_test: keeps workers in every state there is until
// it is killed.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/client/worker_options.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/process/spawn_options.h"

namespace forkrpc {
namespace {

constexpr char kAsync[] = "cc/forkrpc/server/async_test_worker";
constexpr char kBlocking[] = "cc/forkrpc/client/test_worker";

using Workers = std::vector<std::unique_ptr<Worker>>;

// The worker, or none if the program is not there: that is seen by the test.
Worker* Start(std::vector<std::string> argv, Binding binding, Workers* workers,
              LibuvLoop* loop) {
  SpawnOptions program;
  program.argv = std::move(argv);
  program.binding = binding;
  program.stderr_mode = StderrMode::kCapture;
  auto worker = Worker::Spawn(program, WorkerOptions(), loop);
  if (!worker.ok()) return nullptr;
  workers->push_back(*std::move(worker));
  return workers->back().get();
}

void CallForEver(Worker* worker, const std::string& payload) {
  worker->Call(payload, [=](absl::StatusOr<absl::string_view> response) {
    if (response.ok()) CallForEver(worker, payload);
  });
}

void CallOften(Worker* worker, const std::string& payload, int times) {
  for (int i = 0; i < times; ++i) worker->Call(payload, nullptr);
}

void Run() {
  LibuvLoop loop;
  Workers workers;
  const std::string much(20000, 'x');
  for (const Binding binding : {Binding::kSocket, Binding::kPipes}) {
    const auto start = [&](std::vector<std::string> argv,
                           const std::function<void(Worker*)>& use) {
      Worker* const worker = Start(std::move(argv), binding, &workers, &loop);
      if (worker != nullptr) use(worker);
    };
    start({kAsync}, [](Worker*) {});
    start({kBlocking, "async"}, [](Worker*) {});
    start({kAsync}, [&](Worker* worker) {
      for (int i = 0; i < 20; ++i) CallForEver(worker, "echo " + much);
    });
    start({kBlocking, "async"}, [&](Worker* worker) {
      for (int i = 0; i < 20; ++i) CallForEver(worker, "echo " + much);
    });
    start({kAsync}, [](Worker* worker) { CallOften(worker, "hold", 10); });
    start({kAsync, "narrow"},
          [&](Worker* worker) { CallOften(worker, "hold " + much, 100); });
    // Blocked in writing, since nobody reads.
    for (const char* program : {kAsync, kBlocking}) {
      start({program, "async"}, [](Worker* worker) {
        worker->SetPaused(true);
        CallOften(worker, "size 100000", 100);
      });
    }
    // Draining, with calls that never end.
    start({kAsync}, [](Worker* worker) {
      CallOften(worker, "hold", 3);
      worker->Drain();
    });
  }
  loop.Run();
}

}  // namespace
}  // namespace forkrpc

int main() {
  forkrpc::Run();
  return 0;
}
