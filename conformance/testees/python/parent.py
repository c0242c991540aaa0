# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The parent adapter: parent.py sync|async, with its wire on descriptor 3."""

import os
import select
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


def execute(parent, line):
  command, *words = line.decode("ascii").split(" ")
  if command == "quit":
    sys.exit(0)
  if command == "drop":
    return parent.drop()
  tag, payload = words[0], bytes.fromhex(words[1].replace("-", ""))
  try:
    parent.call(
        payload, lambda response, error: report("failed", tag)
        if error else report("result", tag, to_hex(response)))
  except (forkrpc.WireError, RuntimeError):
    report("failed", tag)


def main(form):
  kind = {"sync": forkrpc.SyncParent, "async": forkrpc.AsyncParent}[form]
  parent = kind(3, None, lambda payload: report("event", to_hex(payload)), on_end)
  pending = bytearray()
  while True:
    ready = descriptor.wait({0: select.POLLIN, **parent.interest()})
    for fd, events in ready.items():
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
          execute(parent, line)


if __name__ == "__main__":
  main(sys.argv[1])
