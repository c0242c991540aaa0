# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""A child of the sync form that serves many sessions, each well: fake_many.py FAULT.

With the wire of an only session it is right, too. FAULT says what its sessions do
to each other: it proves what the runner finds of that.
"""

import os
import socket
import struct
import sys
import time

FAULT = sys.argv[1]
sessions = 0
kept = []


def read_exactly(fd, count):
  octets = b""
  while len(octets) < count:
    part = os.read(fd, count - len(octets))
    if not part:
      return None if not octets else sys.exit(10)
    octets += part
  return octets


def answer(request):
  if request[:1] not in (b"", b"E"):
    sys.exit(1)
  payload = request[1:]
  if FAULT == "carries-over":
    kept.append(payload)
    return payload if len(kept) < 6 else payload + b"!"
  return payload


def serve(rfd, wfd):
  """Returns the exit status."""
  while True:
    header = read_exactly(rfd, 4)
    if header is None:
      return 0
    payload = answer(read_exactly(rfd, *struct.unpack(">I", header)) or b"")
    octets = struct.pack(">II", 1, len(payload)) + payload
    while octets:
      octets = octets[os.write(wfd, octets):]


def open_wire(transport, *where):
  if transport == "pipes":
    return os.open(where[0], os.O_RDONLY), os.open(where[1], os.O_WRONLY)
  family = socket.AF_INET if transport == "tcp" else socket.AF_UNIX
  wire = socket.socket(family)
  wire.connect((where[0], int(where[1])) if transport == "tcp" else where[0])
  return (wire.detach(),) * 2


def main():
  global sessions
  if "FORKRPC_SESSIONS" not in os.environ:
    sys.exit(serve(0, 1))
  for line in sys.stdin:
    sessions += 1
    if FAULT == "takes-one" and sessions > 1:
      time.sleep(1000)
    if FAULT == "dies-when-offered" and sessions > 2:
      sys.exit(7)
    rfd, wfd = open_wire(*line.split()[2:])
    status = serve(rfd, wfd)
    if FAULT == "keeps-wire":
      kept.append(os.dup(wfd))
    for fd in {rfd, wfd}:
      os.close(fd)
    if FAULT == "leaks":
      kept.append(os.open("/dev/null", os.O_RDONLY))
    if FAULT == "prints" and sessions == 3:
      print("debug: served", flush=True)
    print("ended", 3 if FAULT == "wrong-status" else status, flush=True)
    if FAULT == "writes-between" and sessions == 2:
      print("bye", flush=True)
    if FAULT == "dies-between" and sessions == 3:
      sys.exit(6)
  if FAULT == "dies-at-the-end":
    sys.exit(5)


if __name__ == "__main__":
  main()
