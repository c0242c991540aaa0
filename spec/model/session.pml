// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0
//
// A parent and a child on two bounded channels, driven by the transitions of
// spec/machines.textproto. README.md says what is modelled, and why so.
//
// Variants, chosen by -D:
//   ASYNC      the async form; the sync form without it
//   FAULTS     either end may go at any point, functions fail, lengths are
//              refused; without it nobody fails
//   GIVES_UP   the user waits no longer for one of its calls
//   DEPENDENT  the first call completes only when the second has arrived, if the
//              user has made a second
//   LENIENT    the child executes requests with a wrong id, as the original does
//   UNJUDGED   a step that a machine calls a breach is taken, to see what it costs
//   HOSTILE_PARENT, HOSTILE_CHILD
//              it sends one thing that its machine does not allow
//   ONLY=...   judge this property alone
//   BREAK_...  one defect, which must break one property

#ifndef CALLS
#define CALLS 4   // how many calls the user may make, at most 6
#endif
#ifndef EVENTS
#define EVENTS 1  // how many events the child may make
#endif
#ifndef QUEUE
#define QUEUE 2   // calls accepted and not yet sent (FR-LIM-008)
#endif
#ifndef OUTPUT
#define OUTPUT 2  // frames made and not yet sent (FR-LIM-007)
#endif
#ifndef WIRE
#define WIRE 1    // frames that one direction of the stream holds
#endif
#define IDS 4      // ids are 0 to 3: 1 comes again after 3
#define EVENT 7    // the payload of an event; that of a response is its call
#define STRANGE 6  // the call that a hostile parent or child makes up

// How a direction of the stream ends.
#define FLOWING 0
#define ENDED 1  // between two frames
#define CUT 2    // inside a frame
#define LOST 3   // a reset
#define OVER 4   // the receiver has seen the end

// What the properties are called in a counterexample.
mtype = {
  breach, unforeseen,
  call_ends_once, call_ends, response_to_its_request, request_made,
  event_is_no_response, requests_in_order, frames_in_order, drained,
  no_error_without_fault, error_reported, no_deadlock, child_ends, exit_status,
  silent_end
}
#ifdef ONLY  // judge one property, and pass over what else breaks
#define JUDGED(property) (property == ONLY)
#elif defined(HOSTILE_CHILD) || defined(HOSTILE_PARENT)
// Whoever asks or answers what nobody knows of gets wrong responses.
#define JUDGED(property) \
  (property != response_to_its_request && property != request_made)
#else
#define JUDGED(property) true
#endif
#define CHECK(property, holds) \
  if :: JUDGED(property) && !(holds) -> assert(property == 0) :: else fi

#define HAS(set, call) (((set) >> (call)) & 1)
#define ALL_UP_TO(count) ((1 << (count)) - 1)
// Whether a call in `set` has `id`.
#define ID_IN(set, ids, id) \
  ((HAS(set, 0) && ids[0] == id) || (HAS(set, 1) && ids[1] == id) || \
   (HAS(set, 2) && ids[2] == id) || (HAS(set, 3) && ids[3] == id) || \
   (HAS(set, 4) && ids[4] == id) || (HAS(set, 5) && ids[5] == id) || \
   (HAS(set, 6) && ids[6] == id))

// The two directions of the stream. A frame is one message: where it is cut is
// reassembly.pml's business. `number` counts the frames of the child.
chan requests = [WIRE] of {byte /* id */, byte /* call */};
chan frames = [WIRE] of {byte /* id */, byte /* body */, byte /* number */};
byte requests_end = FLOWING;
byte frames_end = FLOWING;
bool parent_reads = true;  // nobody reads when false: a write is a loss
bool child_reads = true;

// What is judged. Sets of calls are bit masks.
byte accepted;   // calls the user has made
byte sent;       // requests written
byte arrived;    // requests read by the child
byte replied;    // the set of calls whose response the child has written
byte answered;   // the set of calls that ended with a response
byte failed;     // the set of calls that ended with the error
byte events;     // events the child has made
byte given_up;   // the set of calls that the user no longer waits for
byte made;       // frames the child has made
byte delivered;  // frames the parent has delivered
bool reported;   // the parent has reported an error
bool child_failed;  // the child has reported an error
bool silent;     // the child has read the end with nothing to answer or deliver
bool fault;      // somebody went, failed or refused a length
bool parent_gone;

// What may still happen and need not: so that Rest sees every state in which the
// user, or whoever ends processes, has had enough.
bool user_acts = true;
#ifdef FAULTS
bool parent_may_go = true;
bool child_may_go = true;
#endif
#if defined(HOSTILE_PARENT) || defined(HOSTILE_CHILD)
bool hostile = true;
#endif

// The two ends.
byte parent_state;
byte parent_open;          // the set of calls in flight
byte parent_ids[7];
byte child_state;
byte child_open;           // the set of calls in flight
byte child_ids[7];
byte running;              // the set of those being executed
chan output = [OUTPUT] of {byte, byte, byte};
byte exit_status_of_child; // RUNNING, CLEAN, ERROR, SIGNAL, CRASHED
#define RUNNING 0
#define EXITED_CLEAN 1
#define EXITED_ERROR 2
#define EXITED_SIGNAL 3
#define CRASHED 4

// A set of calls loses its oldest, or its oldest with `id`; `call` is which.
#define TAKE_OLDEST(set, call) \
  call = 0; \
  do \
  :: HAS(set, call) -> break \
  :: else -> call++ \
  od; \
  set = set & ~(1 << call)
#define TAKE_WITH_ID(set, ids, id, call) \
  call = 0; \
  do \
  :: HAS(set, call) && ids[call] == id -> break \
  :: else -> call++ \
  od; \
  set = set & ~(1 << call); \
  ids[call] = 0
#define FORGET_IDS(ids) \
  ids[0] = 0; ids[1] = 0; ids[2] = 0; ids[3] = 0; ids[4] = 0; ids[5] = 0; \
  ids[6] = 0

// A state that shows that the model is not empty: a group that holds fails when
// no run reaches it. With REACH, the line of one, a run that comes there is a
// counterexample: the way there, of which tools/spec/trail_case.py makes a case.
#ifdef REACH
#define WITNESS(what, holds) \
  if :: holds -> printf(what); assert(__LINE__ != REACH) :: else fi
#else
#define WITNESS(what, holds) \
  if :: holds -> printf(what) :: else fi
#endif

#ifdef UNJUDGED
#define BREACH(text) printf(text)
#else
#define BREACH(text) printf(text); assert(breach == 0)
#endif
#define UNFORESEEN(text) printf(text); assert(unforeseen == 0)

#include "parent.pml"
#include "child.pml"
#include "rest.pml"
