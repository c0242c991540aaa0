# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Runs a state machine of the specification: events in, transitions out.

Run is for the endpoints; it keeps the calls in flight. Reassembler is for the
receiver of either end; it is given reads and makes frames of them.

  run = Run(parent_async)
  run.step("SEND_REQUEST", 1)
  run.step("RECEIVE_RESPONSE", 1).actions   # ("END_CALL", "DELIVER_RESPONSE")
  run.step("RECEIVE_RESPONSE", 1)           # an error, and run.state is FAILED
  run.step("SEND_REQUEST", 0)               # raises Breach
"""

from typing import NamedTuple, Optional


class Breach(Exception):
  """The machine's own end did what it must not do.

  `clauses` are the requirements that it broke.
  """

  def __init__(self, state, event, clauses):
    super().__init__(f"{event} in the state {state} breaks "
                     f"{', '.join(clauses)}")
    self.clauses = clauses


class Impossible(Exception):
  """An event that cannot occur in this state."""


class Frame(NamedTuple):
  id: Optional[int]  # None in a request of the sync form
  payload: bytes


class _Chooser:
  """A machine's transitions by state and event."""

  def __init__(self, machine):
    self._leaving = {}
    for transition in machine.transitions:
      self._leaving.setdefault((transition.source, transition.event),
                               []).append(transition)

  def choose(self, state, event, holding):
    for transition in self._leaving.get((state, event), ()):
      if transition.fits(holding):
        if transition.breach:
          raise Breach(state, event, transition.reqs)
        return transition
    raise Impossible(f"{event} cannot occur in the state {state}")


class Run:
  """An endpoint.

  Invariants: 1. `calls` has the ids of the calls in flight, oldest first; in
  the sync form each is None. 2. After Breach or Impossible nothing has changed.
  """

  def __init__(self, machine):
    self._machine = machine
    self._chooser = _Chooser(machine)
    self.state = machine.initial
    self.calls = []

  def _holding(self, call_id):
    return {name for name, holds in (
        ("ID_ZERO", call_id == 0),
        ("ID_IN_FLIGHT", call_id in self.calls),
        ("ANY_IN_FLIGHT", bool(self.calls))) if holds}

  def step(self, event, call_id=None):
    """Takes the transition for the event, and returns it.

    `call_id` is the id of the frame at hand or of the call that fails; None in
    the sync form, where ids name no call.
    """
    transition = self._chooser.choose(self.state, event,
                                      self._holding(call_id))
    for action in transition.actions:
      if action == "BEGIN_CALL":
        self.calls.append(call_id)
      elif action == "END_CALL":
        self.calls.remove(call_id)
      elif action == "END_OLDEST_CALL":
        self.calls.pop(0)
      elif action == "END_ALL_CALLS":
        self.calls.clear()
    self.state = transition.to
    return transition

  @property
  def may_rest(self):
    """Whether it owes nothing in the state that it is in."""
    return not self._machine.state(self.state).owes


class Reassembler:
  """A receiver that is given the stream read by read.

  Invariants: 1. `frames` are those delivered so far, in their order. 2. What is
  kept of a frame is all that a read leaves behind: none knows where it ended.
  """

  def __init__(self, machine, header_size, limit=2**32 - 1):
    """`header_size` is 4 for requests of the sync form, otherwise 8 octets;
    `limit` is the longest payload that is not refused."""
    self._chooser = _Chooser(machine)
    self._header_size = header_size
    self._limit = limit
    self._header = bytearray()
    self._payload = bytearray()
    self.state = machine.initial
    self.frames = []

  def read(self, octets):
    """Takes what one read returned; nothing after a refused length."""
    for octet in octets:
      if self.state == "REFUSED":
        return
      self._step("OCTET", self._facts(octet), octet)

  def end(self):
    """Takes the end of the stream."""
    if self.state != "REFUSED":
      self._step("END", (), None)

  def _length(self, header):
    return int.from_bytes(header[-4:], "big")

  def _facts(self, octet):
    if len(self._header) == self._header_size:
      last = len(self._payload) + 1 == self._length(self._header)
      return ("LAST_OF_PAYLOAD",) if last else ()
    header = self._header + bytes([octet])
    if len(header) < self._header_size:
      return ()
    length = self._length(header)
    return [name for name, holds in (
        ("LAST_OF_HEADER", True), ("LENGTH_ZERO", length == 0),
        ("OVER_LIMIT", length > self._limit)) if holds]

  def _step(self, event, facts, octet):
    transition = self._chooser.choose(self.state, event, facts)
    for action in transition.actions:
      if action == "KEEP_HEADER_OCTET":
        self._header.append(octet)
      elif action == "KEEP_PAYLOAD_OCTET":
        self._payload.append(octet)
      elif action == "DELIVER_FRAME":
        self._deliver()
    self.state = transition.to

  def _deliver(self):
    has_id = self._header_size == 8
    self.frames.append(Frame(
        int.from_bytes(self._header[:4], "big") if has_id else None,
        bytes(self._payload)))
    self._header.clear()
    self._payload.clear()
