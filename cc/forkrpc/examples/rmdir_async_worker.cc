// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Example 1a, the worker: what rmdir_worker.cc does, in the asynchronous form.
//
// There is nothing to gain here: rmdir() blocks anyway. What differs is that a
// call is answered by its responder, now or at any later time, in any order.

#include <errno.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forkrpc/base/errno_status.h"
#include "forkrpc/serialiser/string_pack.h"
#include "forkrpc/server/async_worker_main.h"
#include "forkrpc/server/typed_handler.h"

namespace {

using Strings = forkrpc::StringPackSerialiser;

void Run(const std::vector<std::string>& words, int count,
         forkrpc::TypedResponder<Strings> responder) {
  // What these return matters only to who could do without the parent.
  if (count % 3 == 0) responder.SendEvent({absl::StrCat(count)}).IgnoreError();

  int result;
  if (words.size() == 2 && words[0] == "rmdir") {
    result = rmdir(words[1].c_str());
  } else if (words.size() == 2 && words[0] == "unlink") {
    result = unlink(words[1].c_str());
  } else {
    responder.EndWorker(absl::InvalidArgumentError("illegal command"));
    return;
  }

  if (result == 0) {
    responder.Respond({"1"}).IgnoreError();
  } else {
    responder.Respond({"0", forkrpc::ErrnoText(errno)}).IgnoreError();
  }
}

}  // namespace

int main() {
  int count = 0;
  return forkrpc::AsyncWorkerMain(forkrpc::TypedHandler<Strings>(
      [&](const std::vector<std::string>& words,
          forkrpc::TypedResponder<Strings> responder) {
        Run(words, ++count, std::move(responder));
      }));
}
