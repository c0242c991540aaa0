// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0
//
// The child and its functions: the words of the child's transitions, and what a
// child does of its own accord.

#define CHILD_AT(state) (child_state == state)
#define CHILD_GO(state) child_state = state
#define CHILD_STEP(text) printf(text)
#define CHILD_BREACH(text) BREACH(text)
#define CHILD_UNFORESEEN(text) UNFORESEEN(text)
#define CHILD_ID_ZERO (id == 0)
#define CHILD_ID_IN_FLIGHT ID_IN(child_open, child_ids, id)
#define CHILD_ANY_IN_FLIGHT (child_open != 0)
#define CHILD_BEGIN_CALL begin_call_of_child()
#define CHILD_END_CALL TAKE_WITH_ID(child_open, child_ids, id, call)
#define CHILD_END_OLDEST_CALL TAKE_OLDEST(child_open, call)
#define CHILD_EXECUTE running = running | (1 << call)
#ifdef BREAK_CHILD_REPORTS_NOTHING
#define CHILD_REPORT_ERROR skip
#else
#define CHILD_REPORT_ERROR child_failed = true
#endif

#ifdef ASYNC
#include "child_async.pml"
#else
#include "child_sync.pml"
#endif

inline begin_call_of_child() {
  child_open = child_open | (1 << call);
  child_ids[call] = id
}

inline child_forgets() {
  id = 0; call = 0; body = 0; number = 0
}

#define CHILD_LIVES (exit_status_of_child == RUNNING)
#define CHILD_READS (CHILD_LIVES && !CHILD_INPUT_ENDED(child_state))
#define CHILD_WRITES (CHILD_LIVES && !CHILD_OUTPUT_ENDED(child_state))
// Nothing but a half-close or a cut has happened to it.
#define CHILD_SERVES \
  (CHILD_LIVES && (CHILD_AT(CHILD_SERVING) || CHILD_AT(CHILD_DRAINING) || \
                   CHILD_AT(CHILD_DRAINING_CUT)))
// It may still answer: also after an error that did not touch the other calls.
#if defined(ASYNC) || defined(BREAK_ANSWERS_FAILED_CALL)
#define CHILD_ANSWERS \
  (CHILD_SERVES || (CHILD_LIVES && (CHILD_AT(CHILD_REFUSING) || \
                                    CHILD_AT(CHILD_FAILING))))
#else
#define CHILD_ANSWERS \
  (CHILD_SERVES || (CHILD_LIVES && CHILD_AT(CHILD_REFUSING)))
#endif

// Which of the calls being executed may complete now: any in the async form,
// and in the sync form the oldest once no response is left to be sent.
#if defined(ASYNC) && defined(DEPENDENT)
#define MAY_COMPLETE(which) \
  (HAS(running, which) && (which != 0 || arrived >= 2 || accepted < 2))
#elif defined(ASYNC) || defined(BREAK_ANSWERS_IN_ANY_ORDER)
#define MAY_COMPLETE(which) HAS(running, which)
#else
#define MAY_COMPLETE(which) \
  (HAS(running, which) && (child_open & ALL_UP_TO(which)) == 0)
#endif

#define ANY_MAY_COMPLETE \
  (MAY_COMPLETE(0) || MAY_COMPLETE(1) || MAY_COMPLETE(2) || MAY_COMPLETE(3) || \
   MAY_COMPLETE(4) || MAY_COMPLETE(5) || MAY_COMPLETE(STRANGE))

inline pick() {
  if
  :: MAY_COMPLETE(0) -> call = 0
  :: MAY_COMPLETE(1) -> call = 1
  :: MAY_COMPLETE(2) -> call = 2
  :: MAY_COMPLETE(3) -> call = 3
  :: MAY_COMPLETE(4) -> call = 4
  :: MAY_COMPLETE(5) -> call = 5
  :: MAY_COMPLETE(STRANGE) -> call = STRANGE
  fi
}

inline complete() {
#ifdef BREAK_ANSWERS_TWICE
  if
  :: !again -> again = true
  :: again -> again = false; running = running & ~(1 << call)
  fi;
#else
  running = running & ~(1 << call);
#endif
#if defined(BREAK_ANSWERS_WITH_ZERO)
  id = 0;
#elif defined(BREAK_WRONG_ID)
  wrong_id();
#elif defined(ASYNC)
  id = child_ids[call];
#else
  id = 1;
#endif
  printf("child: call %d completes\n", call);
  output!id, call, made;
  made++;
  child_forgets()
}

// The id of the oldest call instead of that of `call`.
inline wrong_id() {
  number = 0;
  do
  :: HAS(child_open, number) -> break
  :: else -> number++
  od;
  id = child_ids[number]
}

// What a correct child waits for before it closes, and what is judged.
#if defined(BREAK_CLOSES_AT_ONCE)
#define DRAINED true
#elif defined(BREAK_CLOSES_BEFORE_FLUSH)
#define DRAINED (running == 0)
#else
#define DRAINED (child_open == 0 && running == 0 && len(output) == 0)
#endif
#define CHECK_DRAINED \
  CHECK(drained, orphaned || \
                 ((replied & ALL_UP_TO(CALLS)) == ALL_UP_TO(arrived) && \
                  len(output) == 0))

inline fail() {
#ifndef BREAK_ANSWERS_FAILED_CALL
  running = running & ~(1 << call);
#endif
  id = child_ids[call];
  printf("child: call %d fails\n", call);
  fault = true;
  child_CALL_FAILS();
#ifdef BREAK_ANSWERS_FAILED_CALL
  child_ids[call] = id;
#endif
  child_forgets()
}

inline lose_requests() {
  do
  :: len(requests) > 0 -> requests?_, _
  :: else -> break
  od
}

inline lose_output() {
  do
  :: len(output) > 0 -> output?_, _, _
  :: else -> break
  od
}

// The process is no more. The parent reads an end, inside a frame if one was being
// written, or after a fault perhaps a loss.
inline exit_child(how) {
  printf("child: ended (%d)\n", how);
  CHECK(child_ends, CHILD_FINAL(child_state));
  exit_status_of_child = how;
  child_reads = false;
  lose_requests();
  if
  :: frames_end == FLOWING -> frames_end = ENDED
  :: frames_end == FLOWING && len(output) > 0 -> frames_end = CUT
  :: frames_end != OVER && fault -> frames_end = LOST
  :: frames_end != FLOWING
  fi;
  requests_end = OVER;
  lose_output();
  running = 0;
  child_open = 0;
  FORGET_IDS(child_ids)
}

active proctype Child() {
  byte id, call, body, number;
  bool orphaned;
#ifdef BREAK_ANSWERS_TWICE
  bool again;
#endif
end:
  do
  // A request is read when there is room for what it makes.
  :: atomic {
       CHILD_READS && nempty(requests) && nfull(output) &&
#ifdef BREAK_SERIAL
       running == 0 &&
#endif
       true ->
       requests?id, call;
       printf("child: request id %d call %d\n", id, call);
       if
       :: call != STRANGE ->
          CHECK(requests_in_order, call == arrived);
          arrived++
       :: else
       fi;
       if
#ifdef LENIENT
       :: CHILD_AT(CHILD_SERVING) && (CHILD_ID_ZERO || CHILD_ID_IN_FLIGHT) ->
          begin_call_of_child();
          CHILD_EXECUTE
#endif
       :: else -> child_RECEIVE_REQUEST()
       fi;
       child_forgets()
     }
  :: atomic {
       CHILD_READS && empty(requests) && requests_end == ENDED ->
       printf("child: end of the stream\n");
       requests_end = OVER;
       WITNESS("witness: two calls to answer at the half-close\n",
               (child_open & (child_open - 1)) != 0);
       silent = child_open == 0 && len(output) == 0;
       child_RECEIVE_END();
       child_forgets()
     }
  :: atomic {
       CHILD_READS && empty(requests) && requests_end == CUT ->
       printf("child: end of the stream inside a request\n");
       requests_end = OVER;
       child_RECEIVE_CUT();
       child_forgets()
     }
  :: atomic {
       CHILD_READS && requests_end == LOST ->
       printf("child: stream lost\n");
       requests_end = OVER;
       lose_requests();
       child_RECEIVE_LOSS();
       child_forgets()
     }

  // A function completes.
  :: atomic {
       CHILD_ANSWERS && nfull(output) && ANY_MAY_COMPLETE ->
       pick();
       complete()
     }

  // An event: at any time while it serves, and while it drains during a call
  // (FR-EVT-003, FR-CLS-006, FR-CLS-009).
  :: atomic {
       CHILD_SERVES && nfull(output) && events < EVENTS &&
#ifndef BREAK_EVENT_AT_END
       (CHILD_AT(CHILD_SERVING) || running != 0) &&
#endif
       true ->
       printf("child: event\n");
       events++;
       output!0, EVENT, made;
       made++
     }

  // A frame is written when there is room.
  :: atomic {
       CHILD_WRITES && parent_reads && nempty(output) && nfull(frames) &&
       !CHILD_AT(CHILD_ORPHANED) ->
#ifdef BREAK_LIFO
       if
       :: len(output) == 2 ->
          output?id, body, number;
          output!id, body, number
       :: else
       fi;
#endif
       output?id, body, number;
       printf("child: frame id %d body %d\n", id, body);
       frames!id, body, number;
       CHECK(silent_end, !silent);
       if
       :: id == 0 -> child_SEND_EVENT()
       :: else -> child_SEND_RESPONSE()
       fi;;
       if
       :: body != EVENT ->
          CHECK(request_made, body < arrived && !HAS(replied, body));
          replied = replied | (1 << body)
       :: else
       fi;
       child_forgets()
     }
  // Nobody reads what it writes.
  :: atomic {
       CHILD_WRITES && !parent_reads && nempty(output) ->
       printf("child: nobody reads the frames\n");
#ifndef BREAK_IGNORES_LOSS
       lose_output();
       child_RECEIVE_LOSS();
#endif
       child_forgets()
     }

  // All is answered and delivered (FR-CLS-003, FR-CLS-004, FR-CLS-005).
  :: atomic {
       CHILD_LIVES && DRAINED &&
       (CHILD_AT(CHILD_DRAINING) || CHILD_AT(CHILD_DRAINING_CUT)) ->
       printf("child: closes its direction\n");
       frames_end = (frames_end == OVER -> OVER : ENDED);
       child_SEND_END();
       CHECK(drained, CHILD_OUTPUT_ENDED(child_state));
       CHECK_DRAINED
     }
  :: atomic {
       CHILD_LIVES && ((CHILD_AT(CHILD_DRAINING) && DRAINED) ||
#ifdef BREAK_EXITS_EARLY
                       (CHILD_AT(CHILD_SERVING) && DRAINED) ||
#endif
#ifdef BREAK_EXITS_ZERO
                       CHILD_AT(CHILD_FAILING) ||
#endif
#ifdef BREAK_OUTLIVES_PARENT
                       CHILD_AT(CHILD_CLOSED)) ->
#else
                       CHILD_AT(CHILD_CLOSED) || CHILD_AT(CHILD_ORPHANED)) ->
#endif
       orphaned = CHILD_AT(CHILD_ORPHANED);
       child_EXIT_CLEAN();
       CHECK(exit_status, !child_failed || orphaned);
       CHECK_DRAINED;
       orphaned = false;
       exit_child(EXITED_CLEAN)
     }
  :: atomic {
       CHILD_LIVES && ((CHILD_AT(CHILD_DRAINING_CUT) && DRAINED) ||
                       CHILD_AT(CHILD_CLOSED_CUT) || CHILD_AT(CHILD_FAILING) ||
#ifndef BREAK_OUTLIVES_PARENT
                       CHILD_AT(CHILD_ORPHANED) ||
#endif
                       CHILD_AT(CHILD_REFUSING)) ->
       CHECK(error_reported, child_failed || CHILD_AT(CHILD_ORPHANED));
       child_EXIT_ERROR();
       exit_child(EXITED_ERROR)
     }

  // An error may end its direction as well, between two frames.
  :: atomic {
       CHILD_WRITES && frames_end == FLOWING && len(output) == 0 &&
       (CHILD_AT(CHILD_FAILING) || CHILD_AT(CHILD_REFUSING)) && running == 0 ->
       frames_end = ENDED;
       child_SEND_END()
     }

#ifdef HOSTILE_CHILD
  // A response that nobody waits for.
  :: atomic {
       hostile && CHILD_SERVES && parent_reads && nfull(frames) &&
       len(output) == 0 ->
       hostile = false;
       fault = true;
       printf("child: frame id 3, unasked\n");
       frames!3, STRANGE, made;
       made++
     }
  :: hostile -> hostile = false
#endif

#ifdef FAULTS
  :: atomic {
       CHILD_LIVES && (CHILD_AT(CHILD_FAILING)
#ifdef BREAK_DIES_OF_LOSS
                       || CHILD_AT(CHILD_ORPHANED)
#endif
                      ) ->
       orphaned = CHILD_AT(CHILD_ORPHANED);
       CHECK(error_reported, child_failed || orphaned);
       child_EXIT_SIGNAL();
       CHECK(exit_status, !orphaned);
       orphaned = false;
       exit_child(EXITED_SIGNAL)
     }
  :: atomic {
       (CHILD_ANSWERS || CHILD_AT(CHILD_ORPHANED)) && ANY_MAY_COMPLETE ->
       pick();
       fail()
     }
  :: atomic {
       CHILD_READS && nempty(requests) ->
       printf("child: length refused\n");
       fault = true;
       requests?id, call;
       if
       :: call != STRANGE -> arrived++
       :: else
       fi;
       child_REFUSE_LENGTH();
       child_forgets()
     }
  // The process is ended from outside.
  :: atomic {
       child_may_go && CHILD_LIVES ->
       child_may_go = false;
       fault = true;
       WITNESS("witness: the child goes with calls in flight\n",
               child_open != 0);
       child_state = CHILD_ENDED;
       exit_child(CRASHED)
     }
  :: child_may_go -> child_may_go = false
#endif
  od
}
