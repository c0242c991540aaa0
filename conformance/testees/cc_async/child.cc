// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The child adapter of the C++ AsyncServer: child sync|async.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/base/big_endian.h"
#include "forkrpc/server/async_worker_main.h"

namespace {

using forkrpc::Responder;

// Requests held back by `H`, in the order in which they came.
using Held = std::vector<std::pair<Responder, std::string>>;

std::string Pattern(absl::string_view rest) {
  std::string octets(forkrpc::LoadBigEndian32(rest.data()), '\0');
  for (size_t i = 0; i < octets.size(); ++i) {
    octets[i] = static_cast<char>(i % 251);
  }
  return octets;
}

void Handle(absl::string_view request, Responder responder, Held* held) {
  if (request.empty()) return responder.Respond("").IgnoreError();
  const absl::string_view rest = request.substr(1);
  switch (request[0]) {
    case 'E':
      return responder.Respond(rest).IgnoreError();
    case 'V':
      responder.SendEvent(rest).IgnoreError();
      return responder.Respond("").IgnoreError();
    case 'B':
      responder.SendEvent(rest).IgnoreError();
      return responder.Respond(rest).IgnoreError();
    case 'L': {
      char length[4];
      forkrpc::StoreBigEndian32(static_cast<uint32_t>(rest.size()), length);
      return responder.Respond(absl::string_view(length, 4)).IgnoreError();
    }
    case 'Z':
      return responder.Respond(Pattern(rest)).IgnoreError();
    case 'H':
      held->emplace_back(std::move(responder), std::string(rest));
      return;
    case 'R':
      for (const char octet : rest) {
        auto& [late, response] = (*held)[static_cast<unsigned char>(octet)];
        late.Respond(response).IgnoreError();
      }
      return responder.Respond("").IgnoreError();
  }
  responder.EndWorker(absl::InvalidArgumentError(absl::StrCat(
      "no function for a request of ", request.size(), " octets")));
}

}  // namespace

int main(int argc, char** argv) {
  forkrpc::AsyncWorkerOptions options;
  // Calls that `H` holds back are never answered once a function has failed:
  // it takes a request to release them.
  options.server.end_grace = absl::Milliseconds(200);
  const bool sync = argc == 2 && std::string(argv[1]) == "sync";
  if (sync) options.server.connection.form = forkrpc::Form::kSync;
  Held held;
  forkrpc::AsyncServer* server = nullptr;
  options.init = [&](forkrpc::AsyncServer* started, forkrpc::LibuvLoop*) {
    server = started;
  };
  return forkrpc::AsyncWorkerMain(
      [&](absl::string_view request, Responder responder) {
        if (!request.empty() && request[0] == 'A') {
          responder.Respond(request.substr(1)).IgnoreError();
          server->SendEvent(request.substr(1)).IgnoreError();
          return;
        }
        Handle(request, std::move(responder), &held);
      },
      options);
}
