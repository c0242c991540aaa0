// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// PairPlay: one parent and one child of the testees, with the tap between them.
//
// It starts both, joins their wires by a Passage, has the parent make the calls
// of the script and holds its reports against what must come. Where that does
// not come, it says which of the two has not done what it must. Waits end when
// nothing has moved for the limit. When it is gone, so are both programs. One
// thread; several may play in several threads.
//
//   InteropPair pair = PlayPair(options, parent.Spawn(PARENT, SYNC),
//                               child.Spawn(CHILD, SYNC));

#ifndef CONFORMANCE_INTEROP_PAIR_PLAY_H_
#define CONFORMANCE_INTEROP_PAIR_PLAY_H_

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "conformance/runner/testee/testee_process.h"
#include "forkrpc/conformance_case.pb.h"
#include "forkrpc/interop_result.pb.h"

namespace forkrpc::conformance {

struct PairOptions {
  Form form = ASYNC;
  uint64_t max_frame = 0;  // the longest payload for both; 0: any
  absl::Duration limit = absl::Seconds(20);  // nothing moves for so long
  std::string logs;  // NAME.log, .wire and .pcapng begin so; "" = none
  // Set from outside to end it; may be null.
  const std::atomic<bool>* interrupted = nullptr;
};

// All but the names in the result.
InteropPair PlayPair(const PairOptions& options, SpawnOptions parent,
                     SpawnOptions child);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_INTEROP_PAIR_PLAY_H_
