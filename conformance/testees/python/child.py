# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The child adapter: child.py sync|async, with the contract's opcodes."""

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


if __name__ == "__main__":
  form = sys.argv[1]
  if form == "async":
    OPS.update(ASYNC_OPS)
  sys.exit(
      forkrpc.run_child(form, async_call if form == "async" else sync_call))
