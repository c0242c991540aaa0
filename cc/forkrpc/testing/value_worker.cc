// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A worker for tests that returns its arguments, decoded and encoded again:
//
//   value_worker SERIALISER [sync]
//
// The serialiser is one of spec/serialisers.md; protobuf's messages are
// forkrpc.v1.StringList.

#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "forkrpc/rpc.pb.h"
#include "forkrpc/serialiser/cbor.h"
#include "forkrpc/serialiser/json.h"
#include "forkrpc/serialiser/protobuf.h"
#include "forkrpc/serialiser/raw.h"
#include "forkrpc/serialiser/storable.h"
#include "forkrpc/serialiser/string_pack.h"
#include "forkrpc/server/typed_handler.h"
#include "forkrpc/server/worker_main.h"

namespace forkrpc {
namespace {

template <typename Serialiser, typename Arguments>
int Echo(const BlockingServerOptions& options) {
  return WorkerMain(TypedHandler<Serialiser, Arguments>(
                        [](const Arguments& arguments) { return arguments; }),
                    options);
}

int Run(absl::string_view serialiser, const BlockingServerOptions& options) {
  using Strings = std::vector<std::string>;
  using Values = std::vector<Value>;
  if (serialiser == "raw") return Echo<RawSerialiser, std::string>(options);
  if (serialiser == "string-pack") {
    return Echo<StringPackSerialiser, Strings>(options);
  }
  if (serialiser == "protobuf") {
    return Echo<ProtobufSerialiser, v1::StringList>(options);
  }
  if (serialiser == "cbor") return Echo<CborSerialiser, Values>(options);
  if (serialiser == "json") return Echo<JsonSerialiser, Values>(options);
  if (serialiser == "storable") {
    return Echo<StorableSerialiser, Values>(options);
  }
  if (serialiser == "nstorable") {
    return Echo<NetworkStorableSerialiser, Values>(options);
  }
  std::cerr << "value_worker: no serialiser '" << serialiser << "'\n";
  return kWorkerNotStarted;
}

}  // namespace
}  // namespace forkrpc

int main(int argc, char** argv) {
  forkrpc::BlockingServerOptions options;
  if (argc > 2 && absl::string_view(argv[2]) == "sync") {
    options.connection.form = forkrpc::Form::kSync;
  }
  return forkrpc::Run(argc > 1 ? argv[1] : "", options);
}
