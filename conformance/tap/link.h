// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Link: the descriptors by which the tap is joined to one end of a wire.
//
// One full-duplex socket, or a descriptor for each way. It never blocks, and it
// leaves the flags of what it was given as they are, because they may be shared
// with other processes: sockets are used with MSG_DONTWAIT, named and other
// pipes are opened anew. Each way is closed by itself, and the socket with the
// second of them. One thread; allocates nothing.
//
//   Link link(ScopedFd(3));
//   const Link::Moved got = link.Read(absl::MakeSpan(buffer));

#ifndef CONFORMANCE_TAP_LINK_H_
#define CONFORMANCE_TAP_LINK_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "conformance/runner/base/scoped_fd.h"

namespace forkrpc::conformance {

// Invariant: a way that is over has no descriptor, be it shared or its own.
class Link {
 public:
  struct Moved {
    enum How {
      kOctets,   // `count` of them
      kNotNow,   // poll says when
      kEnd,      // of reading: nothing more comes, by the end's own will
      kRefused,  // the end has gone, or takes no more
    } how;
    size_t count = 0;
  };

  // A socket for both ways.
  explicit Link(ScopedFd socket);
  // One to read and one to write.
  Link(ScopedFd in, ScopedFd out);

  Moved Read(absl::Span<char> buffer);
  Moved Write(absl::string_view octets);

  // Says to the end that nothing more comes; that nothing more is read; or, as
  // a process does that is killed, both at once, with a reset where there is
  // one.
  void EndWriting();
  void EndReading();
  void Abort();

  // -1 if that way is over.
  int in() const { return reading_ ? in_.get() : -1; }
  int out() const { return writing_ ? OutFd() : -1; }
  bool is_one_socket() const { return one_socket_; }

 private:
  int OutFd() const { return one_socket_ ? in_.get() : out_.get(); }
  void CloseIfOver();

  ScopedFd in_;   // the socket, if it is one
  ScopedFd out_;  // not valid if it is one
  bool one_socket_;
  bool in_is_socket_;
  bool out_is_socket_;
  bool reading_ = true;
  bool writing_ = true;
};

// Whether both are the same socket.
bool IsSameSocket(int fd, int other);
bool IsSocket(int fd);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_TAP_LINK_H_
