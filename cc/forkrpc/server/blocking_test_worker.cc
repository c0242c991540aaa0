// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A worker for tests of WorkerMain: "env NAME" answers with the variable,
// "throw WHAT" throws, anything else is sent back. Its own arguments: [sync]
// [strings] [number].

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/base/config.h"
#include "absl/strings/strip.h"
#include "forkrpc/serialiser/string_pack.h"
#include "forkrpc/server/typed_handler.h"
#include "forkrpc/server/worker_main.h"

namespace forkrpc {
namespace {

std::string Run(ServerCall& call) {
  absl::string_view rest = call.request();
  if (absl::ConsumePrefix(&rest, "env ")) {
    const char* const value = std::getenv(std::string(rest).c_str());
    return value == nullptr ? "not set" : value;
  }
#ifdef ABSL_HAVE_EXCEPTIONS
  if (absl::ConsumePrefix(&rest, "throw ")) {
    throw std::runtime_error(std::string(rest));
  }
  if (rest == "number") throw 1;
#endif
  return std::string(rest);
}

}  // namespace
}  // namespace forkrpc

int main(int argc, char** argv) {
  forkrpc::BlockingServerOptions options;
  bool strings = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "sync") options.connection.form = forkrpc::Form::kSync;
    if (word == "strings") strings = true;
  }
  if (strings) {
    return forkrpc::WorkerMain(
        forkrpc::TypedHandler<forkrpc::StringPackSerialiser>(
            [](std::vector<std::string> words) { return words; }),
        options);
  }
  return forkrpc::WorkerMain(forkrpc::Run, options);
}
