// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Ring: a list whose members leave it by themselves when they are destroyed.
//
// A loop keeps its watches and timers in rings, so that whichever is destroyed
// first finds the other as it is. The members are the caller's; a ring that is
// destroyed lets go of them. One thread. Never allocates.
//
//   struct Guest : forkrpc::RingNode {};
//   Guest guest;
//   forkrpc::Ring<Guest> guests;
//   guests.Add(&guest);
//   while (Guest* one = guests.first()) one->Leave();

#ifndef FORKRPC_EVENT_LOOP_RING_H_
#define FORKRPC_EVENT_LOOP_RING_H_

namespace forkrpc {

// Invariant: next_->prev_ and prev_->next_ are this node; a node that is in no
// ring is its own neighbour.
class RingNode {
 public:
  RingNode() = default;
  ~RingNode() { Leave(); }
  RingNode(const RingNode&) = delete;
  RingNode& operator=(const RingNode&) = delete;

  // Takes the node out of its ring, if it is in one.
  void Leave() {
    prev_->next_ = next_;
    next_->prev_ = prev_;
    next_ = prev_ = this;
  }

 private:
  template <typename T>
  friend class Ring;

  RingNode* next_ = this;
  RingNode* prev_ = this;
};

// T derives from RingNode.
template <typename T>
class Ring {
 public:
  // Makes `member`, which is in no ring, the last one.
  void Add(T* member) {
    RingNode* const node = member;
    node->prev_ = head_.prev_;
    node->next_ = &head_;
    head_.prev_->next_ = node;
    head_.prev_ = node;
  }

  // The one that has been here longest; null if there is none.
  T* first() {
    return head_.next_ == &head_ ? nullptr : static_cast<T*>(head_.next_);
  }

 private:
  RingNode head_;
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_RING_H_
