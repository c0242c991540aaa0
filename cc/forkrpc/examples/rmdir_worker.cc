// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Example 1, the worker: removes directories and files, one call at a time.
//
// A request is {"rmdir" or "unlink", PATH}; the response is {"1"}, or {"0", why
// not}. Every third request is told of by an event.

#include <errno.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forkrpc/base/errno_status.h"
#include "forkrpc/serialiser/string_pack.h"
#include "forkrpc/server/worker_main.h"

namespace {

absl::Status Run(forkrpc::ServerCall& call, int count) {
  std::vector<std::string> words;
  absl::Status status = forkrpc::DecodeStringPack(call.request(), &words);
  if (!status.ok()) return status;

  if (count % 3 == 0) {
    std::string event;
    status = forkrpc::EncodeStringPack({absl::StrCat(count)}, &event);
    if (status.ok()) status = call.SendEvent(event);
    if (!status.ok()) return status;
  }

  int result;
  if (words.size() == 2 && words[0] == "rmdir") {
    result = rmdir(words[1].c_str());
  } else if (words.size() == 2 && words[0] == "unlink") {
    result = unlink(words[1].c_str());
  } else {
    // Ends the worker: there is no response that means an error.
    return absl::InvalidArgumentError("illegal command");
  }

  std::string response;
  status = result == 0 ? forkrpc::EncodeStringPack({"1"}, &response)
                       : forkrpc::EncodeStringPack(
                             {"0", forkrpc::ErrnoText(errno)}, &response);
  return status.ok() ? call.Respond(response) : status;
}

}  // namespace

int main() {
  int count = 0;
  return forkrpc::WorkerMain(
      [&](forkrpc::ServerCall& call) { return Run(call, ++count); });
}
