// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// PoolTestBed: a pool of test_worker on a loop, and what became of its calls.
//
// Each call is recorded by a name; a second end of the same call, and an end
// from inside a function of the pool, are failures of the test. One thread. The
// bed outlives the pool, and at its end the pool has drained.
//
//   PoolTestBed bed;
//   bed.options.max = 2;
//   bed.Call("a", "echo hi");
//   bed.RunUntil([&] { return bed.ended("a"); });
//   EXPECT_EQ(bed.result("a"), "hi");

#ifndef FORKRPC_POOL_POOL_TEST_BED_H_
#define FORKRPC_POOL_POOL_TEST_BED_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/pool/pool_options.h"
#include "forkrpc/pool/worker_pool.h"

namespace forkrpc {

// A FIFO that test_worker's "wait" waits for.
class Gate {
 public:
  explicit Gate(absl::string_view name);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  const std::string& path() const { return path_; }
  std::string request() const { return "wait " + path_; }
  // Lets `calls` calls pass, now or when they come.
  void Open(int calls = 1);

 private:
  std::string path_;
  int fd_;
};

class PoolTestBed {
 public:
  PoolTestBed();
  ~PoolTestBed();
  PoolTestBed(const PoolTestBed&) = delete;
  PoolTestBed& operator=(const PoolTestBed&) = delete;

  // Change them before the first use of pool().
  PoolOptions options;

  // Makes the pool when it is first asked for.
  WorkerPool* pool();
  bool has_pool() const { return pool_ != nullptr; }
  void DestroyPool() { pool_ = nullptr; }

  PoolCallId Call(const std::string& name, absl::string_view request,
                  const PoolCallOptions& call = {});

  bool ended(const std::string& name) const { return results_.count(name) > 0; }
  size_t ended() const { return ends_; }
  // The response, or the status as text.
  std::string result(const std::string& name) const;
  absl::Status status(const std::string& name) const;

  // Runs the loop until `done`, which is looked at again and again. What a
  // callback throws is counted, and the loop is run again.
  void RunUntil(const std::function<bool()>& done);
  // Until what is due in the loop by now is done: what workers were given is
  // written then.
  void FinishTurn();
  // Until the call has ended; its result.
  std::string Finish(const std::string& name);
  // Until every call has.
  void FinishAll();

  EventLoop* loop() { return &loop_; }
  const std::vector<PoolError>& errors() const { return errors_; }
  bool destroyed() const { return destroyed_; }
  int thrown() const { return thrown_; }

  // Called with each call's end, after it was recorded.
  std::function<void(const std::string& name)> on_end;

 private:
  void RunLoop();
  void Record(const std::string& name,
              absl::StatusOr<absl::string_view> response);

  LibuvLoop loop_;
  std::unique_ptr<WorkerPool> pool_;
  bool made_ = false;
  bool destroyed_ = false;
  bool running_ = false;
  size_t calls_ = 0;
  size_t ends_ = 0;
  int thrown_ = 0;
  std::map<std::string, absl::StatusOr<std::string>> results_;
  std::vector<PoolError> errors_;
};

// A path in the test's folder for temporary files, where nothing is.
std::string FreshPath(absl::string_view name);

}  // namespace forkrpc

#endif  // FORKRPC_POOL_POOL_TEST_BED_H_
