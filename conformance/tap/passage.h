// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Passage: hands on what goes over a wire between a parent and a child.
//
// Octets pass unchanged and as soon as they come; so do half-closes, each way
// by itself, and ends that are abrupt. It holds at most kBuffer octets for each
// way: who sends more waits, as without a tap. What it has handed on it tells a
// witness, which sees the octets where they lie. It never blocks: the caller
// polls what it asks for. One thread; allocates when it is made.
//
//   Passage passage(std::move(parent), std::move(child), &witness);
//   while (!passage.over()) {
//     pollfd fds[Passage::kMostFds];
//     const size_t count = passage.Await(fds);
//     poll(fds, count, -1);
//     passage.Move(absl::MakeSpan(fds, count));
//   }

#ifndef CONFORMANCE_TAP_PASSAGE_H_
#define CONFORMANCE_TAP_PASSAGE_H_

#include <poll.h>

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "conformance/tap/link.h"

namespace forkrpc::conformance {

// Which way octets go.
enum class Toward { kChild, kParent };

// Is told of a wire what has been handed on, in that order.
class WireWitness {
 public:
  virtual ~WireWitness() = default;
  virtual void Moved(Toward toward, absl::string_view octets) = 0;
  // The sender has ended that way of the stream.
  virtual void Ended(Toward toward) = 0;
  // The sender of that way has gone without ending it, or has gone altogether
  // so that what comes back reaches nobody.
  virtual void Lost(Toward toward) = 0;
};

// Invariants:
// 1. A way that is over has nothing pending and reads and writes no more.
// 2. Nothing is read of a way while something of it is pending.
class Passage {
 public:
  static constexpr size_t kBuffer = size_t{256} << 10;
  static constexpr size_t kMostFds = 4;

  // `witness` must outlive this.
  Passage(Link parent, Link child, WireWitness* witness);
  Passage(const Passage&) = delete;
  Passage& operator=(const Passage&) = delete;

  // What to poll for, in fds[0] and behind; how many.
  size_t Await(pollfd* fds) const;
  // Moves what can be moved, `fds` being those of Await() when poll() returned.
  void Move(absl::Span<const pollfd> fds);

  // Both ends are rid of each other.
  bool over() const { return ways_[0].over && ways_[1].over; }
  bool over(Toward toward) const { return Of(toward).over; }
  // Whether octets wait for the receiver of that way to take them.
  bool waits(Toward toward) const { return Of(toward).pending(); }
  // As if both ends had gone.
  void Abort();

 private:
  struct Way {
    Toward toward;
    Link* from;
    Link* to;
    std::vector<char> buffer;
    size_t begin = 0;  // of what is pending
    size_t end = 0;
    bool over = false;

    bool pending() const { return begin < end; }
  };

  Way& Of(Toward toward) { return ways_[toward == Toward::kParent]; }
  const Way& Of(Toward toward) const {
    return ways_[toward == Toward::kParent];
  }

  void Read(Way* way);
  // Hands on what is pending, as far as it is taken.
  void Write(Way* way);
  // The sender of `way` has ended it.
  void End(Way* way);
  // The sender of `way` has gone without ending it.
  void Lose(Way* way);
  // The receiver of `way` takes no more.
  void Refuse(Way* way);

  Link parent_;
  Link child_;
  WireWitness& witness_;
  // The way to the child, and that to the parent.
  Way ways_[2];
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_TAP_PASSAGE_H_
