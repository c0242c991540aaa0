// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A worker for tests: the first word of a request says what to do with the
// rest. Its own arguments: [async] [idle|each].

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "forkrpc/serialiser/string_pack.h"
#include "forkrpc/server/worker_main.h"

namespace forkrpc {
namespace {

// Calls of "hold", to be answered by "release".
std::vector<std::pair<CallId, std::string>>* const held =
    new std::vector<std::pair<CallId, std::string>>;

Reply Handle(ServerCall& call) {
  const std::pair<absl::string_view, absl::string_view> words =
      absl::StrSplit(call.request(), absl::MaxSplits(' ', 1));
  const absl::string_view rest = words.second;
  int number = 0;
  (void)absl::SimpleAtoi(rest, &number);
  static int* const calls = new int(0);
  ++*calls;
  if (words.first == "count") return absl::StrCat(*calls);
  if (words.first == "echo") return rest;
  if (words.first == "event") {
    const absl::Status status = call.SendEvent(rest);
    if (!status.ok()) return EndWorker(status);
    return "";
  }
  if (words.first == "size") return std::string(number, 'x');
  if (words.first == "sleep") {
    usleep(number * 1000);
    return "slept";
  }
  if (words.first == "stderr") {
    std::string text(number, 'e');
    text += "the end\n";
    if (fwrite(text.data(), 1, text.size(), stderr) != text.size()) _exit(99);
    return "written";
  }
  if (words.first == "print") {
    std::printf("noise on stdout\n");
    std::fflush(stdout);
    return "printed";
  }
  if (words.first == "join") {
    std::vector<std::string> items;
    const absl::Status status = DecodeStringPack(rest, &items);
    if (!status.ok()) return EndWorker(status);
    return absl::StrJoin(items, "+");
  }
  if (words.first == "exit") std::exit(number);
  if (words.first == "kill") raise(number);
  if (words.first == "fail") {
    return EndWorker(absl::InternalError(std::string(rest)));
  }
  if (words.first == "hold") {
    held->emplace_back(call.id(), std::string(rest));
    return AnswerLater();
  }
  if (words.first == "release") {
    for (; !held->empty(); held->pop_back()) {
      const absl::Status status =
          call.server()->Respond(held->back().first, held->back().second);
      if (!status.ok()) return EndWorker(status);
    }
    return "";
  }
  return EndWorker(
      absl::InvalidArgumentError(absl::StrCat("what is ", words.first)));
}

}  // namespace
}  // namespace forkrpc

int main(int argc, char** argv) {
  forkrpc::BlockingServerOptions options;
  options.connection.form = forkrpc::Form::kSync;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "async") options.connection.form = forkrpc::Form::kAsync;
    if (word == "idle") options.flush = forkrpc::FlushPolicy::kWhenIdle;
    if (word == "each") options.flush = forkrpc::FlushPolicy::kEachCall;
    if (word == "spin") options.spin = absl::Milliseconds(1);
  }
  const int status = forkrpc::WorkerMain(forkrpc::Handle, options);
  // A worker that does not end when it should.
  if (argc > 1 && std::string(argv[argc - 1]) == "linger") pause();
  return status;
}
