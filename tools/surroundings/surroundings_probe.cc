// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A parent that does with a worker what parents do, and writes down what it
// got: surroundings_test.py runs it in odd places and compares the reports.
//
// usage: surroundings_probe CLIENT REPORT WORKER
//
// CLIENT is blocking, pipelined, worker or pool; REPORT a file to write;
// WORKER client/test_worker. The report has a line "STEP: OUTCOME" for each
// step. Standard input, output and error may be closed; what the library itself
// says on standard error, since nothing here asks to be told, must not wait for
// who reads it.

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/client/blocking_client.h"
#include "forkrpc/client/pipelined_client.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/pool/worker_pool.h"

namespace forkrpc {
namespace {

using Response = absl::StatusOr<std::string>;

// A client as a caller sees it who wants one thing after the other.
class Parent {
 public:
  virtual ~Parent() = default;
  virtual absl::Status Start(const SpawnOptions& program) = 0;
  virtual Response Call(absl::string_view payload, absl::Duration timeout) = 0;
  // Lets the worker end by itself.
  virtual absl::Status Close() = 0;
  int events() const { return events_; }

 protected:
  int events_ = 0;
};

template <typename Client>
absl::StatusOr<std::unique_ptr<Client>> SpawnCounting(
    const SpawnOptions& program, int* events) {
  BlockingClientOptions options;
  options.on_event = [events](absl::string_view) { ++*events; };
  return Client::Spawn(program, std::move(options));
}

class BlockingParent final : public Parent {
 public:
  absl::Status Start(const SpawnOptions& program) override {
    auto client = SpawnCounting<BlockingClient>(program, &events_);
    if (!client.ok()) return client.status();
    client_ = *std::move(client);
    return absl::OkStatus();
  }
  Response Call(absl::string_view payload, absl::Duration timeout) override {
    return client_->Call(payload, timeout);
  }
  absl::Status Close() override { return client_->Close(); }

 private:
  std::unique_ptr<BlockingClient> client_;
};

class PipelinedParent final : public Parent {
 public:
  absl::Status Start(const SpawnOptions& program) override {
    auto client = SpawnCounting<PipelinedClient>(program, &events_);
    if (!client.ok()) return client.status();
    client_ = *std::move(client);
    return absl::OkStatus();
  }
  Response Call(absl::string_view payload, absl::Duration timeout) override {
    const absl::StatusOr<CallId> call = client_->Start(payload, timeout);
    if (!call.ok()) return call.status();
    return client_->Wait(*call);
  }
  absl::Status Close() override { return client_->Close(); }

 private:
  std::unique_ptr<PipelinedClient> client_;
};

// What the two with a loop have in common.
class LoopParent : public Parent {
 protected:
  absl::Status MakeLoop() {
    absl::StatusOr<std::unique_ptr<LibuvLoop>> loop = LibuvLoop::Create();
    if (!loop.ok()) return loop.status();
    loop_ = *std::move(loop);
    return absl::OkStatus();
  }
  // Runs the loop until `begin`'s callback has been called.
  template <typename Begin>
  Response RunUntilCalled(Begin begin) {
    Response response = absl::InternalError("no callback");
    begin([this, &response](absl::StatusOr<absl::string_view> got) {
      if (got.ok()) {
        response = std::string(*got);
      } else {
        response = got.status();
      }
      loop_->Stop();
    });
    loop_->Run();
    return response;
  }

  std::unique_ptr<LibuvLoop> loop_;
};

class WorkerParent final : public LoopParent {
 public:
  absl::Status Start(const SpawnOptions& program) override {
    const absl::Status made = MakeLoop();
    if (!made.ok()) return made;
    WorkerOptions options;
    options.on_event = [this](absl::string_view) { ++events_; };
    auto worker = Worker::Spawn(program, std::move(options), loop_.get());
    if (!worker.ok()) return worker.status();
    worker_ = *std::move(worker);
    return absl::OkStatus();
  }
  Response Call(absl::string_view payload, absl::Duration timeout) override {
    CallOptions options;
    options.timeout = timeout;
    return RunUntilCalled([&](CallCallback callback) {
      worker_->Call(payload, options, std::move(callback));
    });
  }
  absl::Status Close() override {
    absl::Status end = absl::InternalError("no end");
    worker_->Drain(absl::Seconds(5), [&](absl::Status status) {
      end = std::move(status);
      loop_->Stop();
    });
    loop_->Run();
    return end;
  }

 private:
  std::unique_ptr<Worker> worker_;
};

class PoolParent final : public LoopParent {
 public:
  absl::Status Start(const SpawnOptions& program) override {
    const absl::Status made = MakeLoop();
    if (!made.ok()) return made;
    PoolOptions options;
    options.program = program;
    options.max = 1;
    options.restart.max_failures = 1;
    options.on_event = [this](const PoolWorkerId&, absl::string_view) {
      ++events_;
    };
    auto pool = WorkerPool::Create(std::move(options), loop_.get());
    if (!pool.ok()) return pool.status();
    pool_ = *std::move(pool);
    return absl::OkStatus();
  }
  Response Call(absl::string_view payload, absl::Duration timeout) override {
    PoolCallOptions options;
    options.timeout = timeout;
    return RunUntilCalled([&](CallCallback callback) {
      pool_->Call(payload, options, std::move(callback));
    });
  }
  absl::Status Close() override {
    absl::Status end = absl::InternalError("no end");
    pool_->Drain(absl::Seconds(5), [&](absl::Status status) {
      end = std::move(status);
      loop_->Stop();
    });
    loop_->Run();
    return end;
  }

 private:
  std::unique_ptr<WorkerPool> pool_;
};

std::unique_ptr<Parent> MakeParent(absl::string_view client) {
  if (client == "blocking") return std::make_unique<BlockingParent>();
  if (client == "pipelined") return std::make_unique<PipelinedParent>();
  if (client == "worker") return std::make_unique<WorkerParent>();
  if (client == "pool") return std::make_unique<PoolParent>();
  return nullptr;
}

class Report {
 public:
  // Above the standard descriptors, which stay closed if they are.
  explicit Report(const char* path) {
    const int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    fd_ = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    close(fd);
  }
  ~Report() { close(fd_); }
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;

  void Add(absl::string_view step, absl::string_view outcome) {
    const std::string line = absl::StrCat(step, ": ", outcome, "\n");
    (void)!write(fd_, line.data(), line.size());
  }
  void Add(absl::string_view step, const absl::Status& status) {
    Add(step, status.ok()
                  ? std::string("OK")
                  : absl::StrCat(absl::StatusCodeToString(status.code()), ": ",
                                 status.message()));
  }

 private:
  int fd_;
};

// A worker that does all that it is told, and a clean end.
void TalkAndClose(Parent* parent, Report* report) {
  for (const char* request : {"echo hi", "event noon", "stderr 300000"}) {
    const Response response = parent->Call(request, absl::Seconds(20));
    report->Add(request, response.ok() ? absl::StrCat("OK '", *response, "'")
                                       : response.status().ToString());
  }
  report->Add("events", absl::StrCat(parent->events()));
  report->Add("close", parent->Close());
}

// A deadline comes, and no later than it should.
void BeLate(Parent* parent, Report* report) {
  constexpr absl::Duration kTimeout = absl::Milliseconds(150);
  const MonotonicTime start = MonotonicNow();
  const Response response = parent->Call("sleep 500", kTimeout);
  const absl::Duration took = MonotonicNow() - start;
  report->Add("deadline", absl::IsDeadlineExceeded(response.status())
                              ? std::string("kept")
                              : response.status().ToString());
  report->Add("in time", took < kTimeout + absl::Milliseconds(700)
                             ? std::string("yes")
                             : absl::FormatDuration(took));
}

// The worker ends in a call.
void LoseIt(Parent* parent, Report* report) {
  const absl::Status lost = parent->Call("exit 3", absl::Seconds(20)).status();
  report->Add("lost", absl::IsUnavailable(lost)
                          ? absl::StatusCodeToString(lost.code())
                          : lost.ToString());
  report->Add("how", absl::StrContains(lost.message(), "exited with status 3")
                         ? "exited with status 3"
                         : std::string(lost.message()));
}

int Run(const char* client, const char* path, const char* worker) {
  Report report(path);
  SpawnOptions program;
  program.argv = {worker, "async", "each"};
  program.name = "worker";
  for (const auto& [step, body] : std::initializer_list<
           std::pair<const char*, std::function<void(Parent*, Report*)>>>{
           {"start", TalkAndClose},
           {"start again", BeLate},
           {"start once more", LoseIt}}) {
    std::unique_ptr<Parent> parent = MakeParent(client);
    if (parent == nullptr) return 2;
    const absl::Status started = parent->Start(program);
    report.Add(step, started);
    if (started.ok()) body(parent.get(), &report);
  }
  report.Add("end", "reached");
  return 0;
}

}  // namespace
}  // namespace forkrpc

int main(int argc, char** argv) {
  return argc == 4 ? forkrpc::Run(argv[1], argv[2], argv[3]) : 2;
}
