// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Transport: a stream of octets in each direction, as drivers see it.
//
// A transport moves octets and knows nothing of frames. It belongs to one
// thread at a time. It hides EINTR, never raises SIGPIPE, and allocates nothing
// in Read and Write. A failed call leaves the stream unusable: its error is
// Unavailable (the peer is gone) or Internal (the descriptor is unusable).
//
//   #include "forkrpc/transport/fd_transport.h"
//   #include "forkrpc/transport/stream_pair.h"
//
//   auto wire = forkrpc::MakeSocketPair();
//   if (!wire.ok()) return wire.status();
//   auto transport = forkrpc::FdTransport::FromSocket(std::move(wire->ours));
//   if (!transport.ok()) return transport.status();
//   wire->theirs.Reset();  // the peer ends
//   char buffer[64];
//   absl::StatusOr<forkrpc::IoResult> got =
//       (*transport)->Read(absl::MakeSpan(buffer), forkrpc::IoMode::kBlock);
//   if (!got.ok()) return got.status();
//   if (got->kind == forkrpc::IoResult::kEof) std::cout << "the end\n";

#ifndef FORKRPC_TRANSPORT_TRANSPORT_H_
#define FORKRPC_TRANSPORT_TRANSPORT_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace forkrpc {

// Whether a call may wait for the peer.
enum class IoMode { kBlock, kNonBlock };

// What one Read or Write did.
struct IoResult {
  enum Kind {
    kOctets,      // `octets` octets were moved, at least one
    kWouldBlock,  // nothing was moved; waiting would help
    kEof,         // Read only: the peer has half-closed
  };
  Kind kind;
  size_t octets;  // 0 unless kind is kOctets
};

class Transport {
 public:
  virtual ~Transport() = default;

  // Reads at most buffer.size() octets into `buffer`, which must not be empty.
  // kBlock waits until there is something to report, or for the read timeout if
  // one is set (then kWouldBlock); kNonBlock never waits.
  virtual absl::StatusOr<IoResult> Read(absl::Span<char> buffer,
                                        IoMode mode) = 0;

  // Writes octets from the front of `buffers` in order, at least one unless it
  // would block; the count may end inside a buffer. kBlock waits until some
  // octet was taken.
  virtual absl::StatusOr<IoResult> Write(
      absl::Span<const absl::string_view> buffers, IoMode mode) = 0;

  // Half-closes: the peer reads the end of the stream after all that was
  // written. Reading goes on. The second call does nothing.
  virtual absl::Status ShutdownWrite() = 0;

  // Bounds each kBlock Read. FailedPrecondition if this transport cannot (a
  // pipe): wait with poll() on read_fd() instead.
  virtual absl::Status SetReadTimeout(absl::Duration timeout) = 0;

  // Whether this is a TCP connection: what is between the ends may then be more
  // than a kernel, such as a proxy that ends both directions with one.
  virtual bool is_tcp() const { return false; }

  // Descriptors to wait on; -1 if there is none. They may be equal.
  virtual int read_fd() const = 0;
  virtual int write_fd() const = 0;
};

}  // namespace forkrpc

#endif  // FORKRPC_TRANSPORT_TRANSPORT_H_
