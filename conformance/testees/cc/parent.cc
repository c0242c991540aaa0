// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The parent adapter of the C++ implementation: parent sync|async. Drives a
// ClientConnection between descriptor 3 and the commands on standard input.

#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/transport/fd_transport.h"

namespace {

using forkrpc::CallId;
using forkrpc::ClientEvent;
using forkrpc::IoMode;
using forkrpc::IoResult;

std::string Hex(absl::string_view octets) {
  return octets.empty() ? "-" : absl::BytesToHexString(octets);
}

void Report(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

class Parent {
 public:
  Parent(forkrpc::ClientOptions options,
         std::unique_ptr<forkrpc::Transport> wire)
      : connection_(options), wire_(std::move(wire)) {}

  // One turn: polls standard input and the wire. False after `quit`.
  bool Turn() {
    const absl::Span<char> space = connection_.ReceiveBuffer();
    pollfd fds[] = {{STDIN_FILENO, POLLIN, 0}, {-1, 0, 0}};
    if (!connection_.closed()) {
      fds[1].fd = wire_->read_fd();
      if (!space.empty()) fds[1].events |= POLLIN;
      if (connection_.unsent() > 0) fds[1].events |= POLLOUT;
    }
    if (poll(fds, 2, -1) < 0) return true;
    if (fds[0].revents != 0 && !ReadCommands()) return false;
    if (fds[1].revents != 0 && !space.empty()) Read(space);
    Write();
    ReportEvents();
    Write();  // a half-close may be due now
    return true;
  }

 private:
  bool ReadCommands() {
    char buffer[65536];
    const ssize_t n = read(STDIN_FILENO, buffer, sizeof(buffer));
    if (n <= 0) return false;
    commands_.append(buffer, n);
    std::vector<std::string> lines = absl::StrSplit(commands_, '\n');
    commands_ = lines.back();
    lines.pop_back();
    for (const std::string& line : lines) {
      if (!Execute(line)) return false;
    }
    return true;
  }

  bool Execute(const std::string& line) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    if (words[0] == "quit") return false;
    if (words[0] == "drop") connection_.HalfClose();
    if (words[0] == "call") {
      const std::string payload =
          words[2] == "-" ? "" : absl::HexStringToBytes(words[2]);
      const absl::StatusOr<CallId> call = connection_.StartCall(payload);
      if (call.ok()) {
        tags_[*call] = words[1];
      } else {
        std::fprintf(stderr, "%s\n", call.status().ToString().c_str());
        Report(absl::StrCat("failed ", words[1]));
      }
    }
    return true;
  }

  void Read(absl::Span<char> space) {
    const absl::StatusOr<IoResult> got = wire_->Read(space, IoMode::kNonBlock);
    if (!got.ok()) {
      connection_.OnReceiveError(got.status());
    } else if (got->kind == IoResult::kEof) {
      connection_.OnReceiveEof();
    } else {
      connection_.OnReceived(got->octets);
    }
  }

  void Write() {
    while (connection_.unsent() > 0) {
      const absl::StatusOr<IoResult> put =
          wire_->Write(connection_.SendBuffers(), IoMode::kNonBlock);
      if (!put.ok()) return connection_.OnSendError(put.status());
      if (put->kind == IoResult::kWouldBlock) return;
      connection_.OnSent(put->octets);
    }
    if (connection_.wants_shutdown_write()) {
      connection_.OnShutdownWriteDone();
      wire_->ShutdownWrite().IgnoreError();
    }
  }

  void ReportEvents() {
    while (std::optional<ClientEvent> event = connection_.PollEvent()) {
      switch (event->kind) {
        case ClientEvent::kResponse:
          Report(absl::StrCat("result ", tags_[event->call], " ",
                              Hex(event->payload)));
          tags_.erase(event->call);
          break;
        case ClientEvent::kEvent:
          Report(absl::StrCat("event ", Hex(event->payload)));
          break;
        case ClientEvent::kCallFailed:
          Report(absl::StrCat("failed ", tags_[event->call]));
          break;
        case ClientEvent::kClosed:
          ReportEnd(event->status);
          wire_.reset();
          break;
      }
    }
  }

  void ReportEnd(const absl::Status& status) {
    if (status.ok()) return Report("closed");
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    Report(absl::IsUnavailable(status) ? "error eof" : "error protocol");
  }

  forkrpc::ClientConnection connection_;
  std::unique_ptr<forkrpc::Transport> wire_;
  std::map<CallId, std::string> tags_;
  std::string commands_;  // an incomplete line
};

}  // namespace

int main(int argc, char** argv) {
  const std::string form = argc == 2 ? argv[1] : "";
  if (form != "sync" && form != "async") {
    std::fprintf(stderr, "usage: parent sync|async, with the wire on 3\n");
    return 2;
  }
  auto wire = forkrpc::FdTransport::FromSocket(forkrpc::OwnedFd(3));
  if (!wire.ok()) {
    std::fprintf(stderr, "%s\n", wire.status().ToString().c_str());
    return 2;
  }
  forkrpc::ClientOptions options;
  options.form = form == "sync" ? forkrpc::Form::kSync : forkrpc::Form::kAsync;
  Parent parent(options, *std::move(wire));
  while (parent.Turn()) {
  }
  return 0;
}
