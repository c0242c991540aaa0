// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// MakeSocketPair, MakePipe: new descriptors that no child can inherit.
//
// Both ends are close-on-exec from the moment they exist, so that a program
// started by another thread meanwhile does not get a copy: a sibling that holds
// the wire would keep its end from ever being seen. Their numbers are 3 or
// higher even where a daemon has closed 0, 1 or 2, so that nothing printed can
// reach the wire. Any thread; no allocation unless it fails. Errors:
// ResourceExhausted when descriptors or memory have run out, and then nothing
// is left open.
//
//   #include "forkrpc/transport/fd_transport.h"
//
//   absl::StatusOr<forkrpc::SocketPair> wire = forkrpc::MakeSocketPair();
//   if (!wire.ok()) return wire.status();
//   auto transport = forkrpc::FdTransport::FromSocket(std::move(wire->ours));

#ifndef FORKRPC_TRANSPORT_STREAM_PAIR_H_
#define FORKRPC_TRANSPORT_STREAM_PAIR_H_

#include "absl/status/statusor.h"
#include "forkrpc/base/owned_fd.h"

namespace forkrpc {

// Two connected full-duplex stream sockets. They are alike; the names say what
// they are for.
struct SocketPair {
  OwnedFd ours;
  OwnedFd theirs;
};

struct PipePair {
  OwnedFd read_end;
  OwnedFd write_end;
};

//= spec/wire.md#FR-PRC-003
absl::StatusOr<SocketPair> MakeSocketPair();

//= spec/wire.md#FR-PRC-003
absl::StatusOr<PipePair> MakePipe();

}  // namespace forkrpc

#endif  // FORKRPC_TRANSPORT_STREAM_PAIR_H_
