// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// FdTransport: a Transport over a stream socket, or over a pair of pipes.
//
// It owns its descriptors. A socket stays in blocking mode whatever the caller
// does, so that a blocking Read is exactly one recv(); kNonBlock is asked for
// call by call. Thread-compatible: one thread at a time. Read and Write
// allocate only the text of an error. SIGPIPE is never raised and no signal
// disposition is touched.
//
//   #include "forkrpc/transport/stream_pair.h"
//
//   auto pair = forkrpc::MakeSocketPair();
//   if (!pair.ok()) return pair.status();
//   absl::StatusOr<std::unique_ptr<forkrpc::FdTransport>> transport =
//       forkrpc::FdTransport::FromSocket(std::move(pair->ours));
//   if (!transport.ok()) return transport.status();
//   return (*transport)->Write({"ping"}, forkrpc::IoMode::kBlock).status();
//
// A kBlock Write of more than the peer takes waits for the peer: a driver whose
// peer may be writing too must use kNonBlock and poll for both directions.

#ifndef FORKRPC_TRANSPORT_FD_TRANSPORT_H_
#define FORKRPC_TRANSPORT_FD_TRANSPORT_H_

#include <cstddef>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/transport/default_sys_calls.h"
#include "forkrpc/transport/sys_calls.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

// Whether pipe ends may be put into non-blocking mode. The mode belongs to the
// open pipe end, not to the descriptor: every process that has inherited the
// end gets it.
enum class PipeMode {
  // Nobody else has these ends: O_NONBLOCK is set.
  kOurs,
  // Others may have them (a worker's standard input and output): the mode is
  // left alone, each kNonBlock call asks poll() first, and a kNonBlock Write
  // takes at most PIPE_BUF octets, which is what poll() has promised room for.
  kInherited,
};

// What errors call the two ends where these are private copies of descriptors
// that the user knows by other numbers; -1: by their own.
struct FdNames {
  int read = -1;
  int write = -1;
};

// Invariants: (1) the read end is open until destruction; (2) the write end is
// open until ShutdownWrite, and write_fd() is -1 from then on; (3) both ends
// may be the same descriptor, which is then a socket and has one owner.
class FdTransport final : public Transport {
 public:
  // The most buffers one Write hands to the kernel; those behind wait for the
  // next Write. It bounds the stack used, and no frame loop gains beyond it.
  static constexpr size_t kMaxBuffersPerWrite = 64;

  // Takes one full-duplex stream socket; over TCP it sends at once what is
  // written (TCP_NODELAY). FailedPrecondition if `socket` is something else.
  // `sys` must outlive the transport.
  static absl::StatusOr<std::unique_ptr<FdTransport>> FromSocket(
      OwnedFd socket, const SysCalls* sys = DefaultSysCalls(),
      FdNames names = {});

  // Takes two descriptors of any stream-like kind: pipes, two different
  // sockets, files. FailedPrecondition if one is not open for its direction, is
  // a folder or a socket without stream semantics.
  static absl::StatusOr<std::unique_ptr<FdTransport>> FromPair(
      OwnedFd read_end, OwnedFd write_end, PipeMode mode,
      const SysCalls* sys = DefaultSysCalls(), FdNames names = {});

  absl::StatusOr<IoResult> Read(absl::Span<char> buffer, IoMode mode) override;
  absl::StatusOr<IoResult> Write(absl::Span<const absl::string_view> buffers,
                                 IoMode mode) override;
  absl::Status ShutdownWrite() override;

  // Any positive duration or absl::InfiniteDuration() (the default); rounded up
  // to the kernel's tick (1 to 10 ms). FailedPrecondition for other values and
  // when the read end is not a socket.
  absl::Status SetReadTimeout(absl::Duration timeout) override;

  bool is_tcp() const override { return read_.tcp; }
  int read_fd() const override { return read_.fd.get(); }
  int write_fd() const override;

 private:
  struct End {
    OwnedFd fd;
    int name = -1;  // what errors call it
    bool socket = false;
    bool tcp = false;
    bool nonblocking = false;
  };

  // `direction` is O_RDONLY, O_WRONLY or O_RDWR: what the end must allow.
  static absl::StatusOr<End> MakeEnd(OwnedFd fd, int name, int direction,
                                     PipeMode mode);

  FdTransport(End read_end, End write_end, const SysCalls* sys);

  ssize_t ReadOnce(absl::Span<char> buffer, IoMode mode);
  ssize_t WriteOnce(const iovec* vectors, size_t count, IoMode mode);

  End read_;
  End write_;
  bool one_socket_ = false;  // read_.fd serves both directions
  bool half_closed_ = false;
  absl::Duration read_timeout_ = absl::InfiniteDuration();
  const SysCalls* const sys_;
};

}  // namespace forkrpc

#endif  // FORKRPC_TRANSPORT_FD_TRANSPORT_H_
