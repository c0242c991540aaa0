// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A worker for tests that takes and gives string-pack lists: the first string
// says what to do with the rest. Its own argument: [sync].

#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "forkrpc/serialiser/string_pack.h"
#include "forkrpc/server/worker_main.h"

namespace forkrpc {
namespace {

// Calls of "hold", to be answered, the last first, by "release".
struct Held {
  CallId id;
  std::string payload;
};
std::vector<Held>* const held = new std::vector<Held>;

std::string Pack(absl::Span<const absl::string_view> strings) {
  std::string payload;
  EncodeStringPack(strings, &payload).IgnoreError();
  return payload;
}

Reply Sum(absl::Span<const absl::string_view> terms) {
  int64_t sum = 0;
  for (const absl::string_view term : terms) {
    int64_t number = 0;
    if (!absl::SimpleAtoi(term, &number)) {
      return EndWorker(
          absl::InvalidArgumentError(absl::StrCat(term, " is no number")));
    }
    sum += number;
  }
  return Pack({absl::StrCat(sum)});
}

Reply Release(ServerCall& call) {
  for (; !held->empty(); held->pop_back()) {
    const absl::Status status =
        call.server()->Respond(held->back().id, held->back().payload);
    if (!status.ok()) return EndWorker(status);
  }
  return "";
}

Reply Handle(ServerCall& call) {
  std::vector<absl::string_view> strings;
  absl::Status status = DecodeStringPack(call.request(), &strings);
  if (!status.ok()) return EndWorker(status);
  const absl::string_view word = strings.empty() ? "list" : strings[0];
  const absl::Span<const absl::string_view> rest =
      absl::MakeConstSpan(strings).subspan(strings.empty() ? 0 : 1);
  if (word == "add") return Sum(rest);
  if (word == "list") return Pack(rest);
  if (word == "event") {
    status = call.SendEvent(Pack(rest));
    if (!status.ok()) return EndWorker(status);
    return "";
  }
  if (word == "hold") {
    held->push_back({call.id(), Pack(rest)});
    return AnswerLater();
  }
  if (word == "release") return Release(call);
  if (word == "malformed") return "\x05hi";
  if (word == "malformed-event") {
    status = call.SendEvent("\x05hi");
    if (!status.ok()) return EndWorker(status);
    return "";
  }
  std::cerr << "no function " << word << "\n";
  std::exit(3);
}

}  // namespace
}  // namespace forkrpc

int main(int argc, char** argv) {
  forkrpc::BlockingServerOptions options;
  if (argc > 1 && std::string(argv[1]) == "sync") {
    options.connection.form = forkrpc::Form::kSync;
  }
  return forkrpc::WorkerMain(forkrpc::Handle, options);
}
