# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The child adapter: child.py sync|async, with the contract's opcodes.

With FORKRPC_SESSIONS it serves one session after the other.
"""

import os
import socket
import struct
import sys

import forkrpc

held = []


def fail(*_):
  raise RuntimeError("asked to fail")


def op_v(rest, respond, event):
  event(rest)
  respond(b"")


def op_b(rest, respond, event):
  event(rest)
  respond(rest)


def op_a(rest, respond, event):
  respond(rest)
  event(rest)


def op_z(rest, respond, _):
  size, = struct.unpack(">I", rest)
  respond((bytes(range(251)) * (size // 251 + 1))[:size])


def op_r(rest, respond, _):
  for index in rest:
    held_rest, held_respond = held[index]
    held_respond(held_rest)
  respond(b"")


OPS = {
    b"": lambda rest, respond, event: respond(b""),
    b"E": lambda rest, respond, event: respond(rest),
    b"V": op_v,
    b"B": op_b,
    b"L": lambda rest, respond, event: respond(struct.pack(">I", len(rest))),
    b"Z": op_z,
}
ASYNC_OPS = {
    b"A": op_a,
    b"H": lambda rest, respond, event: held.append((rest, respond)),
    b"R": op_r,
}


def async_call(request, respond, event):
  OPS.get(request[:1], fail)(request[1:], respond, event)


def sync_call(request, event):
  responses = []
  async_call(request, responses.append, event)
  return responses[0]


def open_wire(transport, *where):
  """The descriptors to read from and to write to; of a socket it is one."""
  if transport == "pipes":
    return os.open(where[0], os.O_RDONLY), os.open(where[1], os.O_WRONLY)
  wire = socket.socket(socket.AF_INET if transport == "tcp" else socket.AF_UNIX)
  wire.connect((where[0], int(where[1])) if transport == "tcp" else where[0])
  return (wire.detach(),) * 2


if __name__ == "__main__":
  form = sys.argv[1]
  if form == "async":
    OPS.update(ASYNC_OPS)
  call = async_call if form == "async" else sync_call
  if "FORKRPC_SESSIONS" not in os.environ:
    sys.exit(forkrpc.run_child(form, call))
  for line in sys.stdin:
    rfd, wfd = open_wire(*line.split()[2:])
    held.clear()
    print("ended", forkrpc.serve_child(form, call, rfd, wfd), flush=True)
