# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Replays a session vector on the state machines of its two sides.

What each side sends and receives is cut into frames by the reassembler machine,
and the frames become the events of the side's own machine. What the machine
delivers, reports and ends in is held against what the vector says.

  problems = machine_replay.compare(machines, vector)   # [] if they agree
"""

import machine_run
import vectors

_SIDES = ("parent", "child")

# The machines know frames, calls and ends. What is broken inside a frame, or by
# a value they do not look at, the replay finds itself or cannot find.
_CUT_BREAKS = {"parent": ("FR-CLS-011",), "child": ("FR-FRM-003",)}
_UNSEEN = {"FR-SID-005"}

# Result of a vector's side: the states that it may end in.
_FINAL = {
    "parent": {"open": {"OPEN", "CLOSING"}, "clean": {"DONE"},
               "error": {"FAILED", "LEFT"}},
    "child": {"open": {"SERVING", "DRAINING"}, "clean": {"ENDED"},
              "error": {"ENDED", "REFUSING"}, "failed": {"ENDED"}},
}
# A child's process ends in all of these; where it has been tells them apart.
_THROUGH = {"error": {"REFUSING", "DRAINING_CUT"}, "failed": {"FAILING"}}
_EXIT = {"clean": "EXIT_CLEAN", "error": "EXIT_ERROR", "failed": "EXIT_ERROR"}


class _Side:
  """One side of a session on its machine.

  Invariants: 1. `seen` is what a vector's `sees` would be. 2. `numbers` has the
  number of each call in flight, in the order of the run's calls. 3. `states`
  has every state that an event has led to.
  """

  def __init__(self, name, machines, vector):
    self.name = name
    self._sends = {"parent": "SEND_REQUEST", "child": "SEND_RESPONSE"}[name]
    self._result = vector[name]["result"]
    self.run = machine_run.Run(machines[f"{name}-{vector['form']}"])
    self._has_ids = vector["form"] == "async"
    sizes = {"parent": 8 if self._has_ids else 4, "child": 8}
    reassembler = machines["reassembler"]
    peer = "child" if name == "parent" else "parent"
    self._own = machine_run.Reassembler(reassembler, sizes[name])
    self._input = machine_run.Reassembler(
        reassembler, sizes[peer], vector[name].get("limit", 2**32 - 1))
    self._calls_made = 0
    self.numbers = []
    self.seen = []
    self.states = set()
    self.error_clauses = ()
    self.broken_clauses = ()

  def take(self, step):
    """One step of the session, its own or the peer's."""
    if self.broken_clauses:
      return
    mine = step["from"] == self.name
    try:
      if step.get("end"):
        (self._close if mine else self._peer_ended)()
      elif mine:
        self._send(vectors.octets(step))
      else:
        self._receive(vectors.octets(step))
    except machine_run.Breach as breach:
      self.broken_clauses = breach.clauses

  def _frames(self, reassembler, octets):
    before = len(reassembler.frames)
    reassembler.read(octets)
    return reassembler.frames[before:]

  def _send(self, octets):
    for frame in self._frames(self._own, octets):
      event = "SEND_EVENT" if frame.id == 0 and self.name == "child" else (
          self._sends)
      self._step(event, frame)

  def _receive(self, octets):
    refused = self._input.state == "REFUSED"
    for frame in self._frames(self._input, octets):
      if self.name == "child":
        self._step("RECEIVE_REQUEST", frame)
      else:
        self._step("RECEIVE_RESPONSE" if frame.id else "RECEIVE_EVENT", frame)
    if self._input.state == "REFUSED" and not refused:
      self._step("REFUSE_LENGTH")

  def _close(self):
    self._own.end()
    if self._own.state == "CUT":
      self.broken_clauses = _CUT_BREAKS[self.name]
      return
    if self._result == "failed":
      # Octets do not show which function failed: the newest call's.
      self._step("CALL_FAILS", self.run.calls[-1])
    self._step("SEND_END")
    if self.name == "child" and self._result in _EXIT:
      self._step(_EXIT[self._result])

  def _peer_ended(self):
    self._input.end()
    cut = self._input.state == "CUT"
    self._step("RECEIVE_CUT" if cut else "RECEIVE_END")

  def _step(self, event, about=None):
    """`about` is the frame at hand, or the id of the call that fails."""
    frame = about if isinstance(about, machine_run.Frame) else None
    call_id = frame.id if frame else about
    # Without ids in requests, those in responses name no call.
    call_id = call_id if self._has_ids else None
    place = self.run.calls.index(call_id) if call_id in self.run.calls else 0
    transition = self.run.step(event, call_id)
    self.states.add(transition.to)
    call = self._call(transition.actions, place)
    self._see(event, transition, frame, call)
    # The clean end: the parent reads it, the child has drained.
    if (event, transition.to) in (("RECEIVE_END", "DONE"),
                                  ("SEND_END", "CLOSED")):
      self.seen.append({"kind": "end"})

  def _call(self, actions, place):
    """Keeps `numbers`; returns the number of the call at hand."""
    if "BEGIN_CALL" in actions:
      self._calls_made += 1
      self.numbers.append(self._calls_made)
      return self._calls_made
    if "END_CALL" in actions or "END_OLDEST_CALL" in actions:
      return self.numbers.pop(place)
    return None

  def _see(self, event, transition, frame, call):
    actions = transition.actions
    if "EXECUTE" in actions:
      self._add("request", frame, call)
    if "DELIVER_RESPONSE" in actions:
      self._add("response", frame, call)
    if "DELIVER_EVENT" in actions:
      self._add("event", frame)
    # Nothing says which of these two comes first; vectors have them so.
    if "END_ALL_CALLS" in actions:
      self.seen += [{"kind": "failed", "call": number}
                    for number in self.numbers]
      self.numbers.clear()
    if "REPORT_ERROR" in actions and event != "CALL_FAILS":
      self.seen.append({"kind": "error"})
      self.error_clauses = transition.reqs

  def _add(self, kind, frame, call=None):
    seen = {"kind": kind, "octets": frame.payload}
    self.seen.append(seen if call is None else {**seen, "call": call})


def _plain(seen):
  """An entry of `sees`, with its octets."""
  made = {key: seen[key] for key in ("kind", "call") if key in seen}
  if seen["kind"] in ("request", "response", "event"):
    made["octets"] = vectors.octets(seen)
  return made


def _wrong_problems(side, expected):
  requirement = expected["requirement"]
  if requirement in _UNSEEN or requirement in side.broken_clauses:
    return
  yield (f"breaks {', '.join(side.broken_clauses) or 'nothing'}, "
         f"not {requirement}")


def _sound_problems(side, expected):
  result = expected["result"]
  if side.broken_clauses:
    yield f"breaks {', '.join(side.broken_clauses)}"
    return
  if side.run.state not in _FINAL[side.name][result]:
    yield f"ends in {side.run.state}, not {result}"
  through = _THROUGH.get(result) if side.name == "child" else None
  if through and not through & side.states:
    yield f"was never in {' or '.join(sorted(through))}"
  seen = [_plain(entry) for entry in expected["sees"]]
  if side.seen != seen:
    yield f"sees {side.seen}, not {seen}"
  if result == "error" and expected["requirement"] not in side.error_clauses:
    yield (f"finds the error against {', '.join(side.error_clauses)}, not "
           f"{expected['requirement']}")


def compare(machines, vector):
  """What the machines (by name) and the session vector disagree on."""
  problems = []
  for name in _SIDES:
    side, expected = _Side(name, machines, vector), vector[name]
    try:
      for step in vector["steps"]:
        side.take(step)
    except machine_run.Impossible as impossible:
      problems.append(f"{name}: {impossible}")
      continue
    check = _wrong_problems if expected["result"] == "wrong" else (
        _sound_problems)
    problems += [f"{name}: {problem}" for problem in check(side, expected)]
  return problems
