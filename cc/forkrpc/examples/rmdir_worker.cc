// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Example 1, the worker: removes directories and files, one call at a time, in
// the synchronous form.
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
#include "forkrpc/server/typed_handler.h"
#include "forkrpc/server/worker_main.h"

namespace {

using Strings = forkrpc::StringPackSerialiser;

forkrpc::TypedReply<Strings> Run(const std::vector<std::string>& words,
                                 int count, forkrpc::TypedCall<Strings>& call) {
  if (count % 3 == 0) {
    const absl::Status sent = call.SendEvent({absl::StrCat(count)});
    if (!sent.ok()) return forkrpc::EndWorker(sent);
  }

  int result;
  if (words.size() == 2 && words[0] == "rmdir") {
    result = rmdir(words[1].c_str());
  } else if (words.size() == 2 && words[0] == "unlink") {
    result = unlink(words[1].c_str());
  } else {
    // There is no response that means an error.
    return forkrpc::EndWorker(absl::InvalidArgumentError("illegal command"));
  }

  if (result == 0) return {"1"};
  return {"0", forkrpc::ErrnoText(errno)};
}

}  // namespace

int main() {
  forkrpc::BlockingServerOptions options;
  options.connection.form = forkrpc::Form::kSync;
  int count = 0;
  return forkrpc::WorkerMain(
      forkrpc::TypedHandler<Strings>([&](const std::vector<std::string>& words,
                                         forkrpc::TypedCall<Strings>& call) {
        return Run(words, ++count, call);
      }),
      options);
}
