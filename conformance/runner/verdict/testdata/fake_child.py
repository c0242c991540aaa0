# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""A child that is right, or wrong in one way: fake_child.py sync|async FAULT.

It proves the runner, not the wire: each FAULT must get its verdict.
"""

import os
import select
import signal
import struct
import sys
import time

FORM, FAULT = sys.argv[1:3]
held = []
requests = 0
unwritten = bytearray()


def write_all(octets):
  if FAULT == "forgets-output":
    unwritten.extend(octets)
    return
  if FAULT == "gives-up-when-blocked":
    # A socket that is writable takes that many without blocking.
    while octets and select.select([], [1], [], 0.1)[1]:
      octets = octets[os.write(1, octets[:4096]):]
    return
  while octets:
    octets = octets[os.write(1, octets):]


def write_unwritten():
  while unwritten:
    del unwritten[:os.write(1, unwritten)]


def read_exactly(count):
  """The next octets, or None if the stream ends before them."""
  octets = bytearray()
  if FAULT == "allocates-length":
    octets = bytearray(count)
    octets.clear()
  while len(octets) < count:
    if FAULT == "gives-up-slow-frame":
      if not select.select([0], [], [], 0.1)[0]:
        sys.exit(10)
    part = os.read(0, min(count - len(octets), 1 << 16))
    if not part:
      return None
    octets += part
  return bytes(octets)


def frame(frame_id, payload):
  order = "<II" if FAULT == "little-endian" else ">II"
  length = len(payload)
  if FAULT == "length-with-header":
    length += 8
  if FAULT == "length-plus-one":
    length += 1
  if FAULT == "length-minus-one":
    length -= 1
  if FAULT == "corrupts":
    payload = payload.replace(b"\x80", b"?")
  if FAULT == "16-bit-length":
    length &= 0xffff
  if FAULT == "24-bit-length":
    length &= 0xffffff
  return struct.pack(order, frame_id, length) + payload


def send(frame_id, payload):
  write_all(frame(frame_id, payload))


def respond(frame_id, payload):
  if FAULT == "id-plus-one":
    frame_id += 1
  if FAULT == "id-31-bit":
    frame_id &= 0x7fffffff
  octets = frame(frame_id, payload)
  # Both in one write: behind the runner's next request the second one would
  # answer that, and no octet would be wrong.
  write_all(octets * 2 if FAULT == "answers-twice" else octets)


def event(payload):
  if FAULT == "event-has-id":
    send(1, payload)
  elif FAULT != "swallows-events":
    send(0, payload)


def release(indices, current_id):
  order = sorted(indices) if FAULT == "first-in-first-out" else indices
  for index in order:
    frame_id, rest = held[index]
    respond(current_id if FAULT == "current-id" else frame_id, rest)


def misbehave():
  """Faults that show at a request, after the first call of the calibration."""
  global requests
  requests += 1
  if FAULT == "leaves" and requests > 200:
    sys.exit(0)
  if FAULT == "crashes":
    os.kill(os.getpid(), signal.SIGSEGV)
  if FAULT == "prints":
    write_all(b"debug: 1\n")
  while FAULT == "works" and time.process_time() < 2.5:
    pass
  if FAULT == "exits-3":
    sys.exit(3)
  if FAULT == "exits-89":
    sys.exit(89)
  if FAULT == "hangs":
    signal.pause()
  while FAULT == "loops":
    pass
  if FAULT == "claims":
    print("forkrpc-req: FR-FRM-005", file=sys.stderr, flush=True)
    sys.exit(10)


def serve(frame_id, request):
  op, rest = request[:1], request[1:]
  if rest != b"start-up":
    misbehave()
  if op == b"E" or not op:
    respond(frame_id, rest)
  elif op in (b"V", b"B"):
    answer = rest if op == b"B" else b""
    if FAULT == "event-after-response":
      respond(frame_id, answer)
      event(rest)
    else:
      event(rest)
      respond(frame_id, answer)
  elif op == b"A":
    respond(frame_id, rest)
    event(rest)
  elif op == b"L":
    respond(frame_id, struct.pack(">I", len(rest)))
  elif op == b"Z":
    size, = struct.unpack(">I", rest)
    respond(frame_id, (bytes(range(251)) * (size // 251 + 1))[:size])
  elif op == b"H" and FAULT == "cannot-hold":
    respond(frame_id, rest)
  elif op == b"H":
    held.append((frame_id, rest))
  elif op == b"R":
    release(rest, frame_id)
    respond(frame_id, b"")
  elif FAULT == "answers-failures":
    respond(frame_id, b"")
  else:
    sys.exit("asked to fail")


def end_inside_frame():
  sys.exit(0 if FAULT == "silent-truncation" else 10)


def read_request():
  size = 4 if FORM == "sync" else 8
  if not select.select([0], [], [], 0)[0]:
    write_unwritten()
  first = os.read(0, 1)
  if not first:
    return None
  rest = read_exactly(size - 1)
  if rest is None:
    if FAULT == "executes-truncated":
      serve(1, b"Ehalf")
    end_inside_frame()
  header = first + rest
  length = struct.unpack(">I", header[-4:])[0]
  if FAULT == "zero-is-end" and length == 0:
    return None
  if FAULT == "signed-length" and length >= 1 << 31:
    length = 0
  limit = 1 << 19 if FAULT == "limit-512k" else 1 << 26
  if length > limit and FAULT not in ("allocates-length", "executes-truncated"):
    sys.exit(10)
  payload = read_exactly(length)
  if payload is None:
    if FAULT == "executes-truncated":
      serve(1, b"Vhalf")
    end_inside_frame()
  return (struct.unpack(">I", header[:4])[0] if FORM == "async" else 1), payload


def main():
  if FAULT == "ends-at-once":
    sys.exit(1)
  if FAULT == "last-words":
    sys.exit("Traceback: line 1\nno module x")
  if FAULT == "never-answers":
    signal.pause()
  if FAULT == "greets":
    write_all(b"hello\n")
  if FAULT == "leaves-a-grandchild" and os.fork() == 0:
    signal.pause()
  try:
    while True:
      request = read_request()
      if request is None:
        break
      serve(*request)
  except OSError:
    sys.exit(1)
  write_unwritten()
  if FAULT == "crashes-at-end":
    os.kill(os.getpid(), signal.SIGSEGV)
  if FAULT == "status-at-end":
    sys.exit(10)
  if FAULT == "stays-at-end":
    signal.pause()
  if FAULT == "endless-farewell":
    write_all(struct.pack(">II", 0, 1 << 30))
    signal.pause()
  if FAULT == "farewell":
    event(b"bye")


main()
