# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""A parent that is right, or wrong in one way: fake_parent.py sync|async FAULT.

It proves the runner, not the wire: each FAULT must get its verdict.
"""

import os
import select
import signal
import socket
import struct
import sys

FORM, FAULT = sys.argv[1:3]
WIRE = 3
wire_socket = socket.socket(fileno=WIRE)


class Parent:
  """Calls in flight by id; in the sync form the ids are the calls' numbers."""

  def __init__(self):
    self.next_id = 0 if FAULT == "id-zero" else 1
    self.in_flight = {}
    self.out = bytearray()
    self.read = bytearray()
    self.dropped = False
    self.half_closed = False
    self.ended = False

  def call(self, tag, payload):
    frame_id = self.next_id
    self.in_flight[frame_id] = tag
    if FAULT != "same-id":
      self.next_id += 1
    if FAULT == "corrupts-requests":
      payload = payload.replace(b"\x80", b"?")
    length = len(payload) + (4 if FAULT == "length-with-header" else 0)
    if FAULT == "24-bit-length":
      length &= 0xffffff
    order = "<I" if FAULT == "little-endian" else ">I"
    if FORM == "async":
      self.out += struct.pack(order, frame_id)
    self.out += struct.pack(order, length) + payload
    if FAULT == "ends-lines":
      self.out += b"\n"
    if FAULT == "repeats-requests":
      self.out += self.out[-len(payload) - (8 if FORM == "async" else 4):]
    while FAULT == "writes-only" and self.out:
      select.select([], [WIRE], [])
      del self.out[:os.write(WIRE, self.out[:1 << 16])]

  def flush(self):
    if self.out:
      del self.out[:os.write(WIRE, self.out[:1 << 16])]
    if not self.out and self.dropped:
      self.dropped = False
      self.half_closed = True
      if FAULT != "no-half-close":
        wire_socket.shutdown(socket.SHUT_WR)

  def fail(self, kind):
    if self.ended:
      return
    report("error", kind)
    if FAULT != "forgets-calls":
      for tag in self.in_flight.values():
        report("failed", tag)
    self.ended = True
    if FAULT == "calls-after-error":
      self.call("late", b"late")
      os.write(WIRE, self.out)
      self.out.clear()
    if FAULT != "stays-open" and kind != "io":
      # Raises an error, which is not another, if the connection was reset.
      wire_socket.shutdown(socket.SHUT_WR)

  def end(self):
    if self.in_flight and FAULT != "ignores-eof":
      self.fail("eof")
    elif self.read or not (self.half_closed or
                           FAULT in ("leaving-is-clean", "ignores-eof")):
      self.fail("eof")
    else:
      report("closed")
    self.ended = True

  def frame(self, frame_id, payload):
    if frame_id == 0 and FAULT != "events-are-responses":
      if FAULT == "crashes-on-event" and not payload.startswith(b"barrier"):
        os.kill(os.getpid(), signal.SIGABRT)
      if FAULT != "swallows-empty" or payload:
        report("event", payload.hex() or "-")
      return
    key = frame_id
    if FAULT == "first-in-first-out" or (FORM == "sync" and
                                         FAULT != "looks-at-ids"):
      if FAULT == "wants-id-one" and frame_id != 1:
        self.fail("protocol")
        return
      key = min(self.in_flight, default=0)
    if key in self.in_flight:
      tag = self.in_flight.pop(key)
      if FAULT == "corrupts-results":
        payload = payload.replace(b"\x80", b"?")
      if FAULT == "text-mode":
        payload = payload.replace(b"\r\n", b"\n")
      report("result", tag, payload.hex() or "-")
      if FAULT == "reports-twice":
        report("result", tag, payload.hex() or "-")
    elif FAULT != "ignores-strays":
      self.fail("protocol")

  def receive(self):
    octets = os.read(WIRE, 1 << 16)
    if not octets:
      self.end()
      return
    self.read += octets
    while len(self.read) >= 8 and not self.ended:
      frame_id, length = struct.unpack(">II", self.read[:8])
      if FAULT == "allocates-length":
        bytearray(length)
      if FAULT == "signed-length" and length >= 1 << 31:
        length = 0
      if length > (1 << 19 if FAULT == "limit-512k" else 1 << 26):
        self.fail("limit")
      if len(self.read) < 8 + length:
        break
      payload = bytes(self.read[8:8 + length])
      del self.read[:8 + length]
      self.frame(frame_id, payload)


def report(*words):
  if FAULT == "empty-tags" and words[0] == "result":
    words = ("result", "", words[2])
  if FAULT == "bad-report":
    words = ("outcome",) + words[1:]
  print(*words, flush=True)


def execute(parent, line):
  words = line.split()
  if words[0] == "quit":
    sys.exit(0)
  if words[0] == "drop":
    parent.dropped = True
  elif parent.ended:
    report("failed", words[1])
  else:
    parent.call(words[1], bytes.fromhex(words[2].replace("-", "")))


def main():
  if FAULT == "dies-of-sigpipe":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
  parent = Parent()
  commands = bytearray()
  os.set_blocking(WIRE, False)
  while True:
    wanting = [0] if parent.ended else [0, WIRE]
    writing = [WIRE] if parent.out or parent.dropped else []
    patience = 0.1 if FAULT.startswith("gives-up") else None
    readable, writable, _ = select.select(wanting, writing, [], patience)
    if not readable and not writable:
      if FAULT == "gives-up-slow-frame" and parent.read:
        parent.fail("timeout")
      parent.out.clear()
    try:
      if WIRE in writable:
        parent.flush()
      if WIRE in readable:
        parent.receive()
    except OSError:
      parent.fail("io")
    if 0 in readable:
      octets = os.read(0, 1 << 16)
      if not octets:
        return
      commands += octets
      *lines, rest = commands.split(b"\n") if b"\n" in octets else (commands,)
      commands = rest
      for line in reversed(lines) if FAULT == "reverses" else lines:
        execute(parent, line.decode())


main()
