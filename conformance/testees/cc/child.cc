// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The child adapter of the C++ implementation: child sync|async.

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forkrpc/base/big_endian.h"
#include "forkrpc/server/worker_main.h"

namespace {

using forkrpc::Reply;
using forkrpc::ServerCall;

// Requests held back by `H`, in the order in which they came.
using Held = std::vector<std::pair<forkrpc::CallId, std::string>>;

Reply Fail(absl::string_view request) {
  return forkrpc::EndWorker(absl::InvalidArgumentError(absl::StrCat(
      "no function for a request of ", request.size(), " octets")));
}

std::string Pattern(absl::string_view rest) {
  std::string octets(forkrpc::LoadBigEndian32(rest.data()), '\0');
  for (size_t i = 0; i < octets.size(); ++i) {
    octets[i] = static_cast<char>(i % 251);
  }
  return octets;
}

Reply Release(ServerCall& call, absl::string_view rest, const Held& held) {
  for (const char octet : rest) {
    const size_t index = static_cast<unsigned char>(octet);
    if (index >= held.size()) return Fail(rest);
    call.server()->Respond(held[index].first, held[index].second).IgnoreError();
  }
  return "";
}

Reply Handle(ServerCall& call, bool async, Held* held) {
  if (call.request().empty()) return "";
  const absl::string_view rest = call.request().substr(1);
  switch (call.request()[0]) {
    case 'E':
      return rest;
    case 'V':
      call.SendEvent(rest).IgnoreError();
      return "";
    case 'B':
      call.SendEvent(rest).IgnoreError();
      return rest;
    case 'L': {
      char length[4];
      forkrpc::StoreBigEndian32(static_cast<uint32_t>(rest.size()), length);
      return std::string(length, 4);
    }
    case 'Z':
      if (rest.size() != 4) return Fail(rest);
      return Pattern(rest);
  }
  if (!async) return Fail(call.request());
  switch (call.request()[0]) {
    case 'A':
      // The event behind the response.
      call.server()->Respond(call.id(), rest).IgnoreError();
      call.SendEvent(rest).IgnoreError();
      return forkrpc::AnswerLater();
    case 'H':
      held->emplace_back(call.id(), std::string(rest));
      return forkrpc::AnswerLater();
    case 'R':
      return Release(call, rest, *held);
  }
  return Fail(call.request());
}

}  // namespace

int main(int argc, char** argv) {
  const std::string form = argc == 2 ? argv[1] : "";
  if (form != "sync" && form != "async") {
    std::fprintf(stderr, "usage: child sync|async\n");
    return 2;
  }
  forkrpc::BlockingServerOptions options;
  options.connection.form =
      form == "sync" ? forkrpc::Form::kSync : forkrpc::Form::kAsync;
  Held held;
  return forkrpc::WorkerMain(
      [&](ServerCall& call) { return Handle(call, form == "async", &held); },
      options);
}
