// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Shared by the tests of BlockingClient and PipelinedClient.

#ifndef FORKRPC_CLIENT_BLOCKING_TEST_UTIL_H_
#define FORKRPC_CLIENT_BLOCKING_TEST_UTIL_H_

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/client/blocking_client_options.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/process/spawn_options.h"
#include "gtest/gtest.h"

namespace forkrpc {

struct Config {
  Form form;
  Binding binding;
};

inline std::string ConfigName(const testing::TestParamInfo<Config>& info) {
  return absl::StrCat(
      info.param.form == Form::kSync ? "Sync" : "Async",
      info.param.binding == Binding::kSocket ? "Socket" : "Pipes");
}

inline auto AllConfigs() {
  return testing::Values(Config{Form::kSync, Binding::kSocket},
                         Config{Form::kSync, Binding::kPipes},
                         Config{Form::kAsync, Binding::kSocket},
                         Config{Form::kAsync, Binding::kPipes});
}

// test_worker.
inline SpawnOptions TestWorkerOptions(const Config& config,
                                      std::vector<std::string> arguments = {}) {
  SpawnOptions worker;
  worker.argv = {"cc/forkrpc/client/test_worker"};
  if (config.form == Form::kAsync) worker.argv.push_back("async");
  for (std::string& argument : arguments) {
    worker.argv.push_back(std::move(argument));
  }
  worker.name = "w";
  worker.binding = config.binding;
  worker.stderr_mode = StderrMode::kCapture;
  return worker;
}

inline SpawnOptions UnrulyWorker(const Config& config, const std::string& what,
                                 int number = 0) {
  SpawnOptions worker = TestWorkerOptions(config);
  worker.argv = {"cc/forkrpc/client/unruly_worker", what, absl::StrCat(number)};
  return worker;
}

template <typename Client>
std::unique_ptr<Client> SpawnOrDie(const SpawnOptions& worker,
                                   BlockingClientOptions options) {
  auto client = Client::Spawn(worker, std::move(options));
  if (!client.ok()) {
    ADD_FAILURE() << client.status();
    abort();
  }
  return *std::move(client);
}

// The same for the worker's form.
template <typename Client>
std::unique_ptr<Client> SpawnOrDie(const Config& config,
                                   const SpawnOptions& worker,
                                   BlockingClientOptions options = {}) {
  options.connection.form = config.form;
  return SpawnOrDie<Client>(worker, std::move(options));
}

inline absl::Duration TimeOf(const std::function<void()>& act) {
  const MonotonicTime start = MonotonicNow();
  act();
  return MonotonicNow() - start;
}

// The least of some, until it is enough: what other programs on the machine do
// costs time too.
inline absl::Duration LeastTimeOf(const std::function<absl::Duration()>& act,
                                  absl::Duration enough) {
  absl::Duration least = absl::InfiniteDuration();
  for (int i = 0; i < 20 && least > enough; ++i) least = std::min(least, act());
  return least;
}

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_BLOCKING_TEST_UTIL_H_
