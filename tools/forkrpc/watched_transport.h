// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WatchedTransport: notes whether the worker has taken what was sent to it.
//
// A worker that fails in a call and a program that is no worker both end
// without an answer. The second has left the request unread, and the kernel
// tells: a socket is reset, a pipe still has octets in it. Otherwise it does
// what the transport below does. One thread.
//
//   WatchedTransport watched(process->transport());
//   ConnectionPump pump(&connection, &watched, process, absl::ZeroDuration());
//   ...
//   if (!watched.requests_taken()) Say("is it a worker at all?");

#ifndef TOOLS_FORKRPC_WATCHED_TRANSPORT_H_
#define TOOLS_FORKRPC_WATCHED_TRANSPORT_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc::cli {

class WatchedTransport final : public Transport {
 public:
  // `below` must outlive this.
  explicit WatchedTransport(Transport* below) : below_(below) {}

  absl::StatusOr<IoResult> Read(absl::Span<char> buffer, IoMode mode) override;
  absl::StatusOr<IoResult> Write(absl::Span<const absl::string_view> buffers,
                                 IoMode mode) override;
  absl::Status ShutdownWrite() override { return below_->ShutdownWrite(); }
  absl::Status SetReadTimeout(absl::Duration timeout) override {
    return below_->SetReadTimeout(timeout);
  }
  bool is_tcp() const override { return below_->is_tcp(); }
  int read_fd() const override { return below_->read_fd(); }
  int write_fd() const override { return below_->write_fd(); }

  // To be asked when the stream has ended: whether something was written, and
  // the peer has read all of it as far as the kernel tells.
  bool requests_taken() const { return written_ && !left_unread_; }

  // Whether the peer has sent anything.
  bool received() const { return received_; }

 private:
  // Whether octets lie in the pipe to the peer.
  bool PipeHoldsOctets() const;

  Transport* const below_;
  bool written_ = false;
  bool left_unread_ = false;
  bool received_ = false;
};

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_WATCHED_TRANSPORT_H_
