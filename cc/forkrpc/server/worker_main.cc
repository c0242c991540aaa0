// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/server/worker_main.h"

#include <cstdio>
#include <exception>
#include <string>

#include "absl/base/config.h"
#include "absl/strings/str_cat.h"

namespace forkrpc {

int WorkerExitStatus(const absl::Status& end, int if_not) {
  if (end.ok()) return kWorkerOk;
  // Why a worker does not start is for people, not for logs.
  const std::string text = if_not == kWorkerNotStarted
                               ? std::string(end.message())
                               : "worker: " + end.ToString();
  std::fprintf(stderr, "%s\n", text.c_str());
  return if_not;
}

absl::Status CatchingExceptions(absl::FunctionRef<absl::Status()> serve) {
#ifdef ABSL_HAVE_EXCEPTIONS
  // Uncaught, an exception need not unwind: what is to be written at the end of
  // Serve() would not be.
  try {
    return serve();
  } catch (const std::exception& thrown) {
    return absl::InternalError(
        absl::StrCat("the function threw: ", thrown.what()));
  } catch (...) {
    return absl::InternalError(
        "the function threw: something that is no std::exception");
  }
#else
  return serve();
#endif
}

}  // namespace forkrpc
