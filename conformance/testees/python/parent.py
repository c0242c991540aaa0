# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The parent adapter: parent.py sync|async, with its wire on descriptor 3.

With FORKRPC_SESSIONS it has one connection after the other instead.
"""

import os
import select
import socket
import sys

import forkrpc
from forkrpc import descriptor


def report(*words):
  print(*words, flush=True)


def to_hex(payload):
  return payload.hex() or "-"


def on_end(error):
  if error is None:
    return report("closed")
  if error.requirement:
    print("forkrpc-req:", error.requirement, file=sys.stderr)
  print("forkrpc:", error, file=sys.stderr, flush=True)
  return report("error", error.kind)


def open_parent(fd):
  kind = {"sync": forkrpc.SyncParent, "async": forkrpc.AsyncParent}[sys.argv[1]]
  return kind(fd, None, lambda payload: report("event", to_hex(payload)), on_end)


def open_wire(transport, *where):
  wire = socket.socket(socket.AF_INET if transport == "tcp" else socket.AF_UNIX)
  wire.connect((where[0], int(where[1])) if transport == "tcp" else where[0])
  return wire.detach()


def execute(parent, line):
  """Returns the parent that there is then."""
  command, *words = line.decode("ascii").split(" ")
  if command == "quit" and "FORKRPC_SESSIONS" not in os.environ:
    sys.exit(0)
  if command == "session":
    return open_parent(open_wire(*words[1:]))
  if command == "quit":
    parent.abandon()
    return report("ended", 0)
  if command == "drop":
    parent.drop()
    return parent
  tag, payload = words[0], bytes.fromhex(words[1].replace("-", ""))
  try:
    parent.call(
        payload, lambda response, error: report("failed", tag)
        if error else report("result", tag, to_hex(response)))
  except (forkrpc.WireError, RuntimeError):
    report("failed", tag)
  return parent


def main():
  parent = None if "FORKRPC_SESSIONS" in os.environ else open_parent(3)
  pending = bytearray()
  while True:
    interest = parent.interest() if parent else {}
    ready = descriptor.wait({0: select.POLLIN, **interest})
    # Commands last: "quit" ends what else is ready.
    for fd, events in sorted(ready.items(), reverse=True):
      if fd != 0:
        parent.handle(fd, events)
        continue
      octets = os.read(0, 1 << 16)
      if not octets:
        return
      pending += octets
      if b"\n" in octets:
        *lines, pending = pending.split(b"\n")
        for line in lines:
          parent = execute(parent, line)


if __name__ == "__main__":
  main()
