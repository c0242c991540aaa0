// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WorkerSetScript: a WorkerSet that is told facts and times as words.
//
// Each step is one fact; what comes back are the decisions that are pulled
// after it, as words again. Workers start at once, unless it is said otherwise.
// One thread.
//
//   WorkerSetScript script(options);
//   EXPECT_EQ(script.Do("wait"), "start 1");
//   EXPECT_EQ(script.Do("fail 1"), "");
//   EXPECT_EQ(script.Do("+100ms"), "start 2");

#ifndef FORKRPC_POOL_WORKER_SET_SCRIPT_H_
#define FORKRPC_POOL_WORKER_SET_SCRIPT_H_

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/pool/pool_options.h"
#include "forkrpc/pool/worker_set.h"

namespace forkrpc {

class WorkerSetScript {
 public:
  explicit WorkerSetScript(const PoolOptions& options)
      : options_(options), set_(options_, 1) {}

  // Steps:
  //   +DURATION                     time passes; what is due on the way is
  //                                 done when it is due
  //   wait | served                 calls wait, or no longer
  //   load N IN_FLIGHT AWAITED ASSIGNED ANSWERED
  //   fail N | gone N | retire N | kill N | memory N OCTETS
  //   retire all | restart | drain | give up
  //   no program                    from now on none can be started
  //   miss LAUNCHER | mend          the same, by that launcher; no longer
  // Decisions: "start N", "start N fails", "measure N", "drain N GRACE",
  // "kill N GRACE" (with "!" if the user must be told), "loop". With several
  // launchers, "start N by LAUNCHER", "loop of LAUNCHER".
  std::string Do(absl::string_view step);

  WorkerSet& set() { return set_; }
  MonotonicTime now() const { return now_; }
  PoolStats stats() const;
  // Why the last one was killed, or what the loop is.
  const absl::Status& why() const { return why_; }

 private:
  void Tell(const std::vector<std::string>& words);
  void Pull(std::vector<std::string>* decisions);
  void Pass(absl::Duration duration, std::vector<std::string>* decisions);

  const PoolOptions options_;
  WorkerSet set_;
  MonotonicTime now_ = MonotonicTime() + absl::Hours(1);
  bool can_start_ = true;
  std::string missing_ = "no launcher";
  absl::Status why_;
};

// Steps, and what must be decided after each.
struct SceneStep {
  const char* fact;
  const char* decisions;
};

struct Scene {
  const char* name;
  void (*options)(PoolOptions* options);
  std::vector<SceneStep> steps;
};

inline void PrintTo(const Scene& scene, std::ostream* out) {
  *out << scene.name;
}

// With `options`, which the scene may change.
void PlayScene(const Scene& scene, PoolOptions options);

}  // namespace forkrpc

#endif  // FORKRPC_POOL_WORKER_SET_SCRIPT_H_
