// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0
//
// One receiver and a stream of up to three frames, octet by octet: the stream is
// cut into reads of any size and ends at any octet. Driven by the transitions of
// the machine "reassembler".
//
// Variants, chosen by -D:
//   ASYNC      headers of 8 octets, id and length; without it 4, the length
//   ONLY=...   judge this property alone
//   BREAK_...  one defect, which must break one property

#ifdef ASYNC
#define HEADER 8
#else
#define HEADER 4
#endif
#define FRAMES 3
#define LIMIT 2  // the receiver's limit on a payload
#define OCTETS 33
#define NEVER 255

mtype = {
  unforeseen, split_does_not_matter, payload_unchanged, cut_found,
  refused_at_header
}
#ifdef ONLY  // judge one property, and pass over what else breaks
#define JUDGED(property) (property == ONLY)
#else
#define JUDGED(property) true
#endif
#define CHECK(property, holds) \
  if :: JUDGED(property) && !(holds) -> assert(property == 0) :: else fi

// The stream, and what a reader of it must come to: known from the frames, not
// from the reads.
byte stream[OCTETS];
byte total;
byte frames;
byte ends[FRAMES] = NEVER;  // how many octets there are when frame n is whole
byte refused_at = NEVER;    // the same for the header that is beyond the limit

// The receiver.
byte state;
byte position;     // octets read
byte octet;        // the one at hand
byte header_kept;
int length;        // as far as its octets have come
byte payload_kept;
byte delivered;    // frames
bool reported;

// The length with the octet at hand. An int holds 32 bits with a sign, so that
// the lengths from 2^31 are the negative ones.
#define NEW_LENGTH ((length << 8) | octet)
#define REASSEMBLER_LAST_OF_HEADER (header_kept == HEADER - 1)
#define REASSEMBLER_LENGTH_ZERO (NEW_LENGTH == 0)
#if defined(BREAK_SIGNED_LENGTH)
#define REASSEMBLER_OVER_LIMIT (NEW_LENGTH > LIMIT)
#elif defined(BREAK_LATE_LIMIT)
#define REASSEMBLER_OVER_LIMIT false
#else
#define REASSEMBLER_OVER_LIMIT (NEW_LENGTH < 0 || NEW_LENGTH > LIMIT)
#endif
#ifdef BREAK_ONE_OCTET_MORE
#define REASSEMBLER_LAST_OF_PAYLOAD (payload_kept == length)
#else
#define REASSEMBLER_LAST_OF_PAYLOAD (payload_kept == length - 1)
#endif
#define REASSEMBLER_AT(name) (state == name)
#define REASSEMBLER_GO(name) state = name
#define REASSEMBLER_STEP(text) printf(text)
#define REASSEMBLER_BREACH(text) printf(text); assert(false)
#define REASSEMBLER_UNFORESEEN(text) printf(text); assert(unforeseen == 0)
#define REASSEMBLER_KEEP_HEADER_OCTET keep_header_octet()
#define REASSEMBLER_KEEP_PAYLOAD_OCTET keep_payload_octet()
#define REASSEMBLER_DELIVER_FRAME deliver_frame()
#define REASSEMBLER_REPORT_ERROR reported = true

#include "reassembler.pml"

inline keep_header_octet() {
  header_kept++;
  if
  :: header_kept > HEADER - 4 -> length = NEW_LENGTH
  :: else
  fi
}

#define PAYLOAD_OCTET(frame, index) (16 * (frame + 1) + index)

inline keep_payload_octet() {
  CHECK(payload_unchanged, octet == PAYLOAD_OCTET(delivered, payload_kept));
  CHECK(refused_at_header, refused_at == NEVER || position < refused_at);
  payload_kept++
}

inline deliver_frame() {
  printf("frame %d: %d octets\n", delivered, payload_kept);
  CHECK(payload_unchanged, payload_kept == length);
  CHECK(split_does_not_matter, header_kept == HEADER);
  delivered++;
  header_kept = 0;
  length = 0;
  payload_kept = 0
}

// Adds a frame to the stream; a high length has only its first octet set.
inline add_frame(payload, high) {
#ifdef ASYNC
  stream[total + 3] = frames + 1;  // its id
#endif
  stream[total + HEADER - 4] = high;
  stream[total + HEADER - 1] = payload;
  total = total + HEADER;
  if
  :: high != 0 || payload > LIMIT -> refused_at = total
  :: else
  fi;
  index = 0;
  do
  :: index < payload ->
     stream[total] = PAYLOAD_OCTET(frames, index);
     total++;
     index++
  :: else -> break
  od;
  ends[frames] = (refused_at == NEVER -> total : NEVER);
  frames++
}

// Everything is a function of how many octets were read.
#define WHOLE(count) \
  ((ends[0] <= count -> 1 : 0) + (ends[1] <= count -> 1 : 0) + \
   (ends[2] <= count -> 1 : 0))
#define BETWEEN(count) \
  (count == 0 || ends[0] == count || ends[1] == count || ends[2] == count)

inline judge() {
  CHECK(refused_at_header, (state == REASSEMBLER_REFUSED) ==
                           (position >= refused_at));
  CHECK(refused_at_header, reported == (position >= refused_at));
  CHECK(split_does_not_matter, delivered == WHOLE(position));
  CHECK(split_does_not_matter, (state == REASSEMBLER_BOUNDARY) ==
                               BETWEEN(position));
  CHECK(split_does_not_matter,
        header_kept + payload_kept ==
        (state == REASSEMBLER_REFUSED -> HEADER :
         position - (delivered == 0 -> 0 : ends[delivered - 1])))
}

inline judge_end() {
  CHECK(split_does_not_matter, delivered == WHOLE(position));
  CHECK(cut_found, (state == REASSEMBLER_ENDED) == BETWEEN(position));
  CHECK(cut_found, (state == REASSEMBLER_CUT) == !BETWEEN(position));
  CHECK(cut_found, reported == !BETWEEN(position))
}

// One read: the octets from `position` to `read_end`.
inline take_read() {
  printf("read of %d octets\n", read_end - position);
  do
  :: position < read_end && !REASSEMBLER_FINAL(state) ->
#ifdef BREAK_WANTS_WHOLE_HEADER
     if
     :: state == REASSEMBLER_BOUNDARY && read_end - position < HEADER ->
        position = read_end;
        break
     :: else
     fi;
#endif
     octet = stream[position];
#ifdef BREAK_DROPS_REST
     index = delivered;
#endif
     reassembler_OCTET();
     position++;
#ifdef BREAK_DROPS_REST
     if
     :: delivered != index -> position = read_end
     :: else
     fi;
#endif
  :: else -> break
  od;
  octet = 0;
  read_end = 0;
  index = 0
}

active proctype Receiver() {
  byte read_end, index;
  atomic {
    state = REASSEMBLER_INITIAL;
    do
    :: frames < FRAMES && refused_at == NEVER -> add_frame(0, 0)
    :: frames < FRAMES && refused_at == NEVER -> add_frame(1, 0)
    :: frames < FRAMES && refused_at == NEVER -> add_frame(LIMIT, 0)
    :: frames < FRAMES && refused_at == NEVER -> add_frame(LIMIT + 1, 0)
    :: frames < FRAMES && refused_at == NEVER -> add_frame(1, 1)
    :: frames < FRAMES && refused_at == NEVER -> add_frame(1, 128)
    :: break
    od;
    index = 0
  }
  do
  :: atomic {
       position < total && !REASSEMBLER_FINAL(state) ->
       read_end = position + 1;
       do
       :: read_end < total -> read_end++
       :: break
       od;
       take_read();
       judge()
     }
  :: atomic {
       !REASSEMBLER_FINAL(state) ->
       printf("end of the stream after %d octets\n", position);
#ifdef BREAK_END_IN_HEADER_IS_CLEAN
       if
       :: state == REASSEMBLER_HEADER -> state = REASSEMBLER_BOUNDARY
       :: else
       fi;
#endif
       reassembler_END();
       judge_end()
     }
  :: REASSEMBLER_FINAL(state) -> break
  od
}
