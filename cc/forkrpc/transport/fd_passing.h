// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// SendFds, ReceiveFds: descriptors handed to another process over a socket
// beside the wire.
//
// The wire itself carries octets only. Who wants to pass descriptors gives the
// worker one end of a socket pair of its own (SpawnOptions::descriptors) and
// says by a call what is to come. One message is 1 to kMaxPassedFds
// descriptors; each is received whole or not at all, and whatever is not wanted
// is closed. What is received is close-on-exec from the moment it exists. Any
// thread, one at a time for each direction. No SIGPIPE.
//
//   #include "forkrpc/transport/stream_pair.h"
//
//   auto side = forkrpc::MakeSocketPair();
//   if (!side.ok()) return side.status();
//   forkrpc::OwnedFd file(open("/dev/null", O_RDONLY | O_CLOEXEC));
//   absl::Status sent = forkrpc::SendFds(side->ours.get(), {file.get()});
//   if (!sent.ok()) return sent;
//   // In the worker, which has the other end as one of its descriptors:
//   absl::StatusOr<std::vector<forkrpc::OwnedFd>> files =
//       forkrpc::ReceiveFds(side->theirs.get());

#ifndef FORKRPC_TRANSPORT_FD_PASSING_H_
#define FORKRPC_TRANSPORT_FD_PASSING_H_

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/base/owned_fd.h"

namespace forkrpc {

// The most descriptors in a message: a peer cannot fill this process's table
// faster than it is asked to.
inline constexpr size_t kMaxPassedFds = 16;

// Sends copies of `fds`, which stay the caller's, as one message. `socket` is a
// Unix-domain stream socket; while it is full this waits, at most until
// `deadline` on the clock of MonotonicNow(). Errors: FailedPrecondition for no
// descriptors; ResourceExhausted for more than kMaxPassedFds; DeadlineExceeded;
// Unavailable if the peer is gone; as ErrnoStatus has it. Nothing is sent then.
absl::Status SendFds(int socket, absl::Span<const int> fds,
                     MonotonicTime deadline = MonotonicTime::InfiniteFuture());

// Waits for one message and returns its descriptors, 1 to `max_fds`, which is
// at most kMaxPassedFds. Errors: Unavailable if the peer has closed the socket;
// DataLoss for a message without descriptors; ResourceExhausted for one with
// more than `max_fds`, or if this process has no number left for them all;
// DeadlineExceeded. A message that is refused is gone, and its descriptors are
// closed.
absl::StatusOr<std::vector<OwnedFd>> ReceiveFds(
    int socket, size_t max_fds = kMaxPassedFds,
    MonotonicTime deadline = MonotonicTime::InfiniteFuture());

}  // namespace forkrpc

#endif  // FORKRPC_TRANSPORT_FD_PASSING_H_
