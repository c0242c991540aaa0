// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Example 3, the worker: functions that are coroutines. C++20.
//
// A request is {"add" or "mul", NUMBER, NUMBER}, the response {RESULT}. Each
// request has a coroutine of its own: one that waited for something would hold
// up no other.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/coro/co_handler.h"
#include "forkrpc/coro/task.h"
#include "forkrpc/serialiser/string_pack.h"
#include "forkrpc/server/async_worker_main.h"

namespace {

using forkrpc::Task;

Task<int64_t> Add(int32_t a, int32_t b) { co_return int64_t{a} + b; }
Task<int64_t> Mul(int32_t a, int32_t b) { co_return int64_t{a} * b; }

Task<forkrpc::Reply> Run(std::string request) {
  std::vector<std::string> words;
  absl::Status status = forkrpc::DecodeStringPack(request, &words);
  if (!status.ok()) co_return forkrpc::EndWorker(status);
  int32_t a;
  int32_t b;
  if (words.size() != 3 || !absl::SimpleAtoi(words[1], &a) ||
      !absl::SimpleAtoi(words[2], &b)) {
    co_return forkrpc::EndWorker(
        absl::InvalidArgumentError("not a function and two numbers"));
  }

  int64_t result;
  if (words[0] == "add") {
    result = co_await Add(a, b);
  } else if (words[0] == "mul") {
    result = co_await Mul(a, b);
  } else {
    co_return forkrpc::EndWorker(
        absl::InvalidArgumentError("no such function"));
  }

  std::string response;
  status = forkrpc::EncodeStringPack({absl::StrCat(result)}, &response);
  if (!status.ok()) co_return forkrpc::EndWorker(status);
  co_return response;
}

}  // namespace

int main() { return forkrpc::AsyncWorkerMain(forkrpc::CoHandler(Run)); }
