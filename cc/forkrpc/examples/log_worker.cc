// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Example 4, the worker: its log messages go to the parent, as events.

#include <unistd.h>

#include <iostream>
#include <string>
#include <utility>

#include "absl/base/log_severity.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/examples/log_sink.h"
#include "forkrpc/serialiser/string_pack.h"
#include "forkrpc/server/async_worker_main.h"

namespace {

// The event is {"log", SEVERITY, MESSAGE}.
class EventSink : public examples::LogSink {
 public:
  void Send(const examples::LogEntry& entry) override {
    if (server_ == nullptr) {
      // There is no wire yet.
      std::cerr << "[" << getpid() << " before init] " << entry.text_message()
                << "\n";
      return;
    }
    std::string event;
    const absl::Status encoded = forkrpc::EncodeStringPack(
        {"log", absl::LogSeverityName(entry.log_severity()),
         entry.text_message()},
        &event);
    // Messages of other threads: server_->PostEvent(event).
    if (encoded.ok()) server_->SendEvent(event).IgnoreError();
  }

  void set_server(forkrpc::AsyncServer* server) { server_ = server; }

 private:
  forkrpc::AsyncServer* server_ = nullptr;
};

}  // namespace

int main() {
  EventSink sink;
  Log(&sink, absl::LogSeverity::kInfo, "starting");

  forkrpc::AsyncWorkerOptions options;
  options.init = [&](forkrpc::AsyncServer* server, forkrpc::LibuvLoop*) {
    sink.set_server(server);
    Log(&sink, absl::LogSeverity::kInfo, "ready");
  };
  return forkrpc::AsyncWorkerMain(
      [&](absl::string_view request, forkrpc::Responder responder) {
        Log(&sink, absl::LogSeverity::kWarning, absl::StrCat("got ", request));
        responder.Respond("done").IgnoreError();
      },
      std::move(options));
}
