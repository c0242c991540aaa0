// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0
//
// The parent and its user: the words of the parent's transitions, and what a
// parent does of its own accord.

#define PARENT_AT(state) (parent_state == state)
#define PARENT_GO(state) parent_state = state
#define PARENT_STEP(text) printf(text)
#define PARENT_BREACH(text) BREACH(text)
#define PARENT_UNFORESEEN(text) UNFORESEEN(text)
#define PARENT_ID_ZERO (id == 0)
#define PARENT_ID_IN_FLIGHT ID_IN(parent_open, parent_ids, id)
#define PARENT_ANY_IN_FLIGHT (parent_open != 0)
#define PARENT_BEGIN_CALL begin_call_of_parent()
#ifdef BREAK_KEEPS_CALL
#define PARENT_END_CALL \
  TAKE_WITH_ID(parent_open, parent_ids, id, call); \
  begin_call_of_parent()
#else
#define PARENT_END_CALL TAKE_WITH_ID(parent_open, parent_ids, id, call)
#endif
#define PARENT_END_OLDEST_CALL TAKE_OLDEST(parent_open, call)
#define PARENT_END_ALL_CALLS end_all_calls()
#define PARENT_DELIVER_RESPONSE deliver_response()
#define PARENT_DELIVER_EVENT deliver_event()
#ifdef BREAK_REPORTS_NOTHING
#define PARENT_REPORT_ERROR skip
#else
#define PARENT_REPORT_ERROR reported = true
#endif

#ifdef ASYNC
#include "parent_async.pml"
#else
#include "parent_sync.pml"
#endif

inline begin_call_of_parent() {
  parent_open = parent_open | (1 << call);
  parent_ids[call] = id
}

// The user gets the response of `call`, which the machine chose; `body` says
// whose it is. (FR-SID-006, FR-SID-007, FR-ORD-002, FR-ORD-004, FR-EVT-002)
inline deliver_response() {
  printf("  delivered: call %d, response of %d\n", call, body);
  CHECK(event_is_no_response, body != EVENT);
  CHECK(request_made, body < sent);
  CHECK(response_to_its_request, body == call);
  CHECK(frames_in_order, number == delivered);
  CHECK(call_ends_once, !HAS(answered | failed, call));
  delivered++;
  answered = answered | ((1 << call) & ~given_up)
}

inline deliver_event() {
  printf("  delivered: event\n");
  CHECK(event_is_no_response, body == EVENT);
  CHECK(frames_in_order, number == delivered);
  delivered++
}

// Ends each call in flight with the error (FR-ERR-007).
inline end_all_calls() {
#ifndef BREAK_FORGETS_CALLS
  CHECK(call_ends_once, !((answered | failed) & parent_open));
  failed = failed | (parent_open & ~given_up);
#endif
  parent_open = 0;
  FORGET_IDS(parent_ids)
}

// Calls that were accepted and never sent end with the error as well.
inline end_unsent_calls() {
  if
  :: PARENT_AT(PARENT_FAILED) || PARENT_AT(PARENT_LEFT) ->
     WITNESS("witness: accepted calls were never sent\n", sent < accepted);
     CHECK(call_ends_once,
           !((answered | failed) & (ALL_UP_TO(accepted) & ~ALL_UP_TO(sent))));
     failed = failed | (ALL_UP_TO(accepted) & ~ALL_UP_TO(sent));
     sent = accepted
  :: else
  fi
}

// The next id after `last`, 1 first and again after the highest, leaving out
// those in flight (FR-SID-008).
inline choose_id() {
  id = last_id;
  do
  :: id++;
     if
#ifdef BREAK_WRAP_TO_ZERO
     :: id == IDS -> id = 0
#else
     :: id == IDS -> id = 1
#endif
     :: else
     fi;
#ifdef BREAK_REUSE
     break
#else
     if
     :: !ID_IN(parent_open, parent_ids, id) -> break
     :: else
     fi
#endif
  od;
  last_id = id
}
#define ID_FREE \
  (!ID_IN(parent_open, parent_ids, 1) || !ID_IN(parent_open, parent_ids, 2) || \
   !ID_IN(parent_open, parent_ids, 3))

inline parent_forgets() {
  id = 0; call = 0; body = 0; number = 0
}

inline lose_frames() {
  do
  :: len(frames) > 0 -> frames?_, _, _
  :: else -> break
  od
}

// The parent's end of the stream is no more. A child learns it as an end, inside
// a frame if one was being written, or as a loss.
inline close_requests() {
  parent_reads = false;
  lose_frames();
  frames_end = OVER;
  if
  :: requests_end == FLOWING -> requests_end = ENDED
  :: requests_end == FLOWING -> requests_end = CUT
  :: requests_end != OVER -> requests_end = LOST
  :: requests_end != FLOWING
  fi
}

#define PARENT_READS \
  (parent_reads && !PARENT_FINAL(parent_state) && \
   !PARENT_INPUT_ENDED(parent_state))

active proctype Parent() {
  byte last_id, id, call, body, number;
#ifdef BREAK_REORDERS_REQUESTS
  bool overtaken;
#endif
end:
  do
  // The user makes a call.
  :: atomic {
       user_acts && PARENT_AT(PARENT_OPEN) && parent_reads &&
       accepted < CALLS && accepted - sent < QUEUE ->
       printf("parent: call %d made\n", accepted);
       accepted++
     }

  // A request is written when there is room.
  :: atomic {
       PARENT_AT(PARENT_OPEN) && parent_reads && sent < accepted &&
       child_reads && nfull(requests) && ID_FREE ->
       call = sent;
#ifdef BREAK_REORDERS_REQUESTS
       if
       :: overtaken -> call = sent - 1; overtaken = false
       :: !overtaken && accepted - sent == 2 -> call = sent + 1; overtaken = true
       :: else
       fi;
#endif
#ifdef ASYNC
       choose_id();
#endif
       printf("parent: request id %d call %d\n", id, call);
       WITNESS("witness: id 1 comes again\n", id == 1 && sent >= IDS - 1);
       WITNESS("witness: an id in flight is left out after the wrap\n",
               id == 2 && sent >= IDS - 1 &&
               ID_IN(parent_open, parent_ids, 1));
       requests!id, call;
       sent++;
       parent_SEND_REQUEST();
       WITNESS("witness: three calls in flight\n",
               (parent_open & (parent_open - 1) &
                ((parent_open & (parent_open - 1)) - 1)) != 0);
       parent_forgets()
     }

  // The user wants no more calls (FR-CLS-001).
  :: atomic {
       user_acts && PARENT_AT(PARENT_OPEN) && parent_reads &&
#ifndef BREAK_ENDS_WITH_CALLS_UNSENT
       sent == accepted &&
#endif
       true ->
       printf("parent: half-close\n");
       user_acts = false;
       requests_end = ENDED;
       parent_SEND_END()
     }

  :: user_acts -> user_acts = false

#ifdef GIVES_UP
  // The user waits no longer for its oldest call; the id stays taken (FR-SID-009).
  :: atomic {
       user_acts && PARENT_AT(PARENT_OPEN) && parent_reads && given_up == 0 &&
       parent_open != 0 ->
       id = 0;
       do
       :: HAS(parent_open, id) -> break
       :: else -> id++
       od;
       printf("parent: call %d given up\n", id);
       given_up = 1 << id;
#ifdef BREAK_FREES_ID
       parent_open = parent_open & ~given_up;
       parent_ids[id] = 0;
#endif
       parent_forgets()
     }
#endif

  // A frame comes (FR-LIM-004: also while a request waits for room).
  :: atomic {
       PARENT_READS && nempty(frames) &&
#ifdef BREAK_WRITES_FIRST
       sent == accepted &&
#endif
#ifdef BREAK_STOPS_AT_HALF_CLOSE
       !PARENT_AT(PARENT_CLOSING) &&
#endif
       true ->
       WITNESS("witness: read while nobody can write\n",
               sent < accepted && child_reads && len(requests) == WIRE &&
               len(frames) == WIRE && len(output) == OUTPUT);
       frames?id, body, number;
       printf("parent: frame id %d\n", id);
       WITNESS("witness: event with no call in flight\n",
               id == 0 && parent_open == 0);
       WITNESS("witness: event before the first call\n",
               id == 0 && accepted == 0);
       WITNESS("witness: event after the half-close\n",
               id == 0 && PARENT_AT(PARENT_CLOSING));
       WITNESS("witness: a later call is answered first\n",
               id != 0 && (parent_open & ALL_UP_TO(body)) != 0);
       if
#ifdef BREAK_EVENT_IS_ANSWER
       :: id == 0 && PARENT_ANY_IN_FLIGHT ->
          TAKE_OLDEST(parent_open, call);
          parent_ids[call] = 0;
          deliver_response()
#endif
       :: id == 0 -> parent_RECEIVE_EVENT()
#ifdef BREAK_ACCEPTS_ANY_RESPONSE
       :: id != 0 && !PARENT_ID_IN_FLIGHT -> call = body; deliver_response()
#endif
       :: else -> parent_RECEIVE_RESPONSE()
       fi;
       end_unsent_calls();
       parent_forgets()
     }

  // The end of the stream comes.
  :: atomic {
       PARENT_READS && empty(frames) && frames_end == ENDED ->
       printf("parent: end of the stream\n");
       frames_end = OVER;
       parent_RECEIVE_END();
       end_unsent_calls();
       parent_forgets()
     }
  :: atomic {
       PARENT_READS && empty(frames) && frames_end == CUT ->
       printf("parent: end of the stream inside a frame\n");
       frames_end = OVER;
       parent_RECEIVE_CUT();
       end_unsent_calls();
       parent_forgets()
     }
  :: atomic {
       PARENT_READS && frames_end == LOST ->
       printf("parent: stream lost\n");
       lose_frames();
       frames_end = OVER;
       parent_RECEIVE_LOSS();
       end_unsent_calls();
       parent_forgets()
     }
  // Nobody reads what it writes.
  :: atomic {
       PARENT_AT(PARENT_OPEN) && parent_reads && sent < accepted &&
       !child_reads ->
       printf("parent: nobody reads the requests\n");
       lose_frames();
       frames_end = OVER;
       parent_RECEIVE_LOSS();
       end_unsent_calls();
       parent_forgets()
     }

#ifdef FAULTS
  :: atomic {
       PARENT_READS && nempty(frames) ->
       printf("parent: length refused\n");
       fault = true;
       frames?id, body, number;
       parent_REFUSE_LENGTH();
       end_unsent_calls();
       parent_forgets()
     }
  // The process goes, and its user with it.
  :: atomic {
       parent_may_go && parent_reads && !PARENT_FINAL(parent_state) ->
       printf("parent: gone\n");
       WITNESS("witness: the parent goes with calls in flight\n",
               parent_open != 0);
       parent_may_go = false;
       user_acts = false;
       fault = true;
       parent_gone = true;
       close_requests()
     }
  :: parent_may_go -> parent_may_go = false
#endif

#ifdef HOSTILE_PARENT
#ifdef ASYNC
  // A request with id 0, or with the id of a call in flight.
  :: atomic {
       hostile && PARENT_AT(PARENT_OPEN) && parent_reads && child_reads &&
       nfull(requests) ->
       printf("parent: request with id 0\n");
       hostile = false;
       fault = true;
       requests!0, STRANGE
     }
  :: atomic {
       hostile && PARENT_AT(PARENT_OPEN) && parent_reads && child_reads &&
       nfull(requests) && HAS(parent_open, 0) ->
       printf("parent: request with an id in flight\n");
       hostile = false;
       fault = true;
       requests!parent_ids[0], STRANGE
     }
#endif
  // A half-close inside a request (against FR-CLS-011).
  :: atomic {
       hostile && PARENT_AT(PARENT_OPEN) && parent_reads && sent == accepted ->
       printf("parent: half-close inside a request\n");
       hostile = false;
       user_acts = false;
       fault = true;
       requests_end = CUT;
       parent_SEND_END()
     }
  :: hostile -> hostile = false
#endif

  // A connection that has ended is closed (FR-ERR-013).
  :: atomic {
       (PARENT_AT(PARENT_FAILED) || PARENT_AT(PARENT_LEFT)) && parent_reads ->
       printf("parent: closes\n");
       parent_SEND_END();
       close_requests()
     }
  :: atomic {
       PARENT_AT(PARENT_DONE) && parent_reads ->
       parent_reads = false;
       WITNESS("witness: all calls answered, clean end\n",
               answered == ALL_UP_TO(CALLS));
       CHECK(drained,
             failed == 0 && (answered | given_up) == ALL_UP_TO(accepted))
     }
  od
}
