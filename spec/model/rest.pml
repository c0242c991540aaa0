// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0
//
// What must hold when nothing can happen any more.

// Nobody waits for anything but the user: the connection is open and idle, or it is
// over for the parent (of the child, child_ends judges that).
#define IDLE \
  (PARENT_AT(PARENT_OPEN) && CHILD_AT(CHILD_SERVING) && parent_reads && \
   sent == accepted && parent_open == 0 && child_open == 0 && \
   len(output) == 0 && len(frames) == 0)
#define PARENT_IS_OVER \
  (!parent_reads && (parent_gone || PARENT_AT(PARENT_DONE) || \
                     PARENT_AT(PARENT_FAILED) || PARENT_AT(PARENT_LEFT)))

active proctype Rest() {
  atomic {
    timeout ->
    CHECK(drained, fault || PARENT_AT(PARENT_OPEN) || PARENT_AT(PARENT_DONE));
    CHECK(no_deadlock, IDLE || PARENT_IS_OVER);
    CHECK(child_ends, parent_reads || !CHILD_LIVES);
    CHECK(call_ends, parent_gone || (answered | failed | given_up) ==
                                    ALL_UP_TO(accepted));
    CHECK(error_reported,
          parent_gone || reported ||
          (failed == 0 && !PARENT_AT(PARENT_FAILED) && !PARENT_AT(PARENT_LEFT)));
    CHECK(no_error_without_fault, fault || (failed == 0 && !reported));
    CHECK(drained, fault || made == delivered);
    CHECK(exit_status, fault || CHILD_LIVES ||
                       exit_status_of_child == EXITED_CLEAN)
  }
}
