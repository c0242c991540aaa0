// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Last words, the worker: what is thrown is reported to the parent, as an
// event, and then the process ends, from inside the function.

#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/server/async_worker_main.h"

namespace {

// What the process then ends with, for whoever asks how it did.
constexpr int kThrew = 3;

std::string Square(absl::string_view text) {
  int number;
  if (!absl::SimpleAtoi(text, &number)) {
    throw std::invalid_argument(absl::StrCat("'", text, "' is no number"));
  }
  return absl::StrCat(number * number);
}

void Handle(absl::string_view request, forkrpc::Responder responder) {
  try {
    responder.Respond(Square(request)).IgnoreError();
  } catch (const std::exception& thrown) {
    responder.SendEvent(absl::StrCat("exception: ", thrown.what()))
        .IgnoreError();
    // exit() does not come back to the loop, which would have written it. The
    // responses of earlier calls are still there, too.
    const absl::Status flushed = responder.Flush(absl::Seconds(5));
    if (!flushed.ok()) std::cerr << "not reported: " << flushed << "\n";
    std::exit(kThrew);
  }
}

}  // namespace

int main() { return forkrpc::AsyncWorkerMain(Handle); }
