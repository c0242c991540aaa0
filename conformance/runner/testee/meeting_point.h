// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// MeetingPoint: where a living testee takes the wire of its next session.
//
// A testee that lives can be given no descriptor, so the wire has an address,
// which a program of any runtime can open: a socket's path, a loopback port, or
// the paths of two named pipes. One wire is taken at it, once. Its paths are
// gone when it is. One thread. Unavailable if this machine does not have the
// transport, or nothing left for one more; Internal if the system refuses
// otherwise.
//
//   absl::StatusOr<MeetingPoint> point = MeetingPoint::Open(UNIX, folder);
//   Say(point->address());
//   while (Waits(point->fd())) {
//     absl::StatusOr<bool> taken = point->Take();
//     if (taken.ok() && *taken) return std::move(point->wire_in());
//   }

#ifndef CONFORMANCE_RUNNER_TESTEE_MEETING_POINT_H_
#define CONFORMANCE_RUNNER_TESTEE_MEETING_POINT_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "conformance/runner/base/scoped_fd.h"
#include "forkrpc/conformance_case.pb.h"

namespace forkrpc::conformance {

// Invariants:
// 1. paths_ holds all that was made in the file system.
// 2. The ends are valid once Take() has said true.
class MeetingPoint {
 public:
  // `folder` is the runner's own, without a blank in its path; no other point
  // is open in it.
  static absl::StatusOr<MeetingPoint> Open(Transport transport,
                                           const std::string& folder);

  MeetingPoint(MeetingPoint&& other) = default;
  MeetingPoint& operator=(MeetingPoint&&) = delete;
  ~MeetingPoint();

  // "unix PATH", "tcp ADDRESS PORT", "pipes IN OUT", seen from the testee.
  const std::string& address() const { return address_; }
  // Readable when the testee may have come.
  int fd() const { return fd_.get(); }
  // Whether the testee has taken the wire by now.
  absl::StatusOr<bool> Take();

  // The runner's ends; non-blocking, not inherited by anybody. A socket stands
  // in both, as two descriptors of one socket.
  ScopedFd& wire_in() { return wire_in_; }
  ScopedFd& wire_out() { return wire_out_; }

 private:
  explicit MeetingPoint(Transport transport) : transport_(transport) {}

  absl::Status ListenAtPath(const std::string& path);
  absl::Status ListenAtPort();
  absl::Status Listen(ScopedFd listening);
  absl::Status MakePipes(const std::string& folder);
  absl::StatusOr<bool> Accept();
  absl::StatusOr<bool> TakePipes();

  Transport transport_;
  std::string address_;
  std::vector<std::string> paths_;
  ScopedFd fd_;  // listens, or watches the two pipes
  // Of pipes: both ways at once, so that nobody waits in open() for a peer.
  ScopedFd to_testee_;
  ScopedFd from_testee_;
  std::vector<int> watches_;  // one for each path
  std::set<int> opened_;      // those of which somebody came
  ScopedFd wire_in_;
  ScopedFd wire_out_;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_TESTEE_MEETING_POINT_H_
