// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The counted block of memory behind a Value; for value.h only.
//
// A string's octets or a list's values follow the header in the same block, so
// that each costs one allocation.

#ifndef FORKRPC_SERIALISER_VALUE_NODE_H_
#define FORKRPC_SERIALISER_VALUE_NODE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace forkrpc {
namespace value_internal {

enum class NodeShape : uint32_t { kOctets, kValues };

struct Node {
  Node(NodeShape its_shape, uint64_t its_size)
      : shape(its_shape), size(its_size) {}

  void Hold() { holders.fetch_add(1, std::memory_order_relaxed); }
  // Whether that was the last one.
  bool Release() {
    if (holders.load(std::memory_order_acquire) == 1) return true;
    return holders.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }
  bool HasOneHolder() const {
    return holders.load(std::memory_order_acquire) == 1;
  }

  char* octets() { return reinterpret_cast<char*>(this + 1); }
  void* children() { return this + 1; }

  std::atomic<uint32_t> holders{1};
  const NodeShape shape;
  const uint64_t size;  // octets, or values
  union {
    uint64_t tag = 0;  // of a tagged value, as long as somebody holds it
    Node* next;        // of those that nobody holds any more
  };
};

}  // namespace value_internal
}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_VALUE_NODE_H_
