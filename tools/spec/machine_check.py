# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Proves that the state machines of the specification are well formed.

In each state exactly one transition must fit each event that can occur there,
for all values of the conditions; the rest is names, reachability and which
action may stand where. defects() returns what is wrong, one line each.

usage: machine_check.py [MACHINES [PROSE...]]
Exit status: 0 well formed, 1 defects (on standard output).
"""

import itertools
import pathlib
import re
import sys

import machine_data
import textproto

_REQUIREMENT = re.compile(r"\*\*\[(FR-[A-Z]{3}-\d{3})\]\*\*")

_REQUEST = {"SEND_REQUEST", "RECEIVE_REQUEST"}
_RESPONSE = {"SEND_RESPONSE", "RECEIVE_RESPONSE"}
_SENDING = {"SEND_REQUEST", "SEND_RESPONSE", "SEND_EVENT", "SEND_END"}
# RECEIVE_LOSS is not among them: a write finds it too.
_RECEIVING = {"RECEIVE_REQUEST", "RECEIVE_RESPONSE", "RECEIVE_EVENT",
              "RECEIVE_END", "RECEIVE_CUT", "REFUSE_LENGTH"}

# What a machine of each role can meet, and what it may then do.
_ACTIONS = {
    "parent": {
        "SEND_REQUEST": {"BEGIN_CALL"},
        "SEND_END": set(),
        "RECEIVE_RESPONSE": {"END_CALL", "END_OLDEST_CALL", "DELIVER_RESPONSE",
                             "REPORT_ERROR", "END_ALL_CALLS"},
        "RECEIVE_EVENT": {"DELIVER_EVENT"},
        "RECEIVE_END": {"REPORT_ERROR", "END_ALL_CALLS"},
        "RECEIVE_CUT": {"REPORT_ERROR", "END_ALL_CALLS"},
        "RECEIVE_LOSS": {"REPORT_ERROR", "END_ALL_CALLS"},
        "REFUSE_LENGTH": {"REPORT_ERROR", "END_ALL_CALLS"},
    },
    "child": {
        "RECEIVE_REQUEST": {"BEGIN_CALL", "EXECUTE", "REPORT_ERROR"},
        "RECEIVE_END": set(),
        "RECEIVE_CUT": {"REPORT_ERROR"},
        "RECEIVE_LOSS": set(),
        "REFUSE_LENGTH": {"REPORT_ERROR"},
        "SEND_RESPONSE": {"END_CALL", "END_OLDEST_CALL"},
        "SEND_EVENT": set(),
        "SEND_END": set(),
        "CALL_FAILS": {"END_CALL", "END_OLDEST_CALL", "REPORT_ERROR"},
        "EXIT_CLEAN": set(),
        "EXIT_ERROR": set(),
        "EXIT_SIGNAL": set(),
    },
    "reassembler": {
        "OCTET": {"KEEP_HEADER_OCTET", "KEEP_PAYLOAD_OCTET", "DELIVER_FRAME",
                  "REPORT_ERROR"},
        "END": {"REPORT_ERROR"},
    },
}

# Without ids in requests nothing is done by id, with them nothing by age.
_NOT_IN_FORM = {"sync": {"END_CALL"}, "async": {"END_OLDEST_CALL"}, "": set()}

# (action, condition): the action makes sense only where the condition holds.
_NEEDS = (
    ("END_CALL", "ID_IN_FLIGHT"),
    ("END_OLDEST_CALL", "ANY_IN_FLIGHT"),
)


def conditions(machine, event):
  """The conditions that make sense for an event of the machine."""
  if event == "OCTET":
    return ("LAST_OF_HEADER", "LENGTH_ZERO", "OVER_LIMIT", "LAST_OF_PAYLOAD")
  if event == "END":
    return ()
  if machine.form == "async":
    if event in _REQUEST:
      return ("ID_ZERO", "ID_IN_FLIGHT", "ANY_IN_FLIGHT")
    if event in _RESPONSE or event == "CALL_FAILS":
      return ("ID_IN_FLIGHT", "ANY_IN_FLIGHT")
  return ("ANY_IN_FLIGHT",)


def possible(event, holding):
  """Whether just the conditions `holding` can hold together at an event.

  This is the one place that says what the conditions have to do with each
  other.
  """
  def implies(one, other):
    return one not in holding or other in holding

  def excludes(one, other):
    return not (one in holding and other in holding)

  return (
      implies("ID_IN_FLIGHT", "ANY_IN_FLIGHT") and
      # No call begins with id 0; defects() sees to it.
      excludes("ID_IN_FLIGHT", "ID_ZERO") and
      # An octet belongs to a header or to a payload.
      excludes("LAST_OF_HEADER", "LAST_OF_PAYLOAD") and
      # The length is judged when the header is complete; no limit is below 0.
      implies("LENGTH_ZERO", "LAST_OF_HEADER") and
      implies("OVER_LIMIT", "LAST_OF_HEADER") and
      excludes("LENGTH_ZERO", "OVER_LIMIT"))


def valuations(machine, event):
  """Every set of conditions that can hold together at the event."""
  names = conditions(machine, event)
  subsets = itertools.chain.from_iterable(
      itertools.combinations(names, size) for size in range(len(names) + 1))
  return [frozenset(holding) for holding in subsets
          if possible(event, holding)]


def occurs(state, event):
  """Whether the event can occur in the state at all."""
  return not (state.final or
              state.input_ended and event in _RECEIVING or
              state.output_ended and event in _SENDING)


def reachable(machine):
  """The names of the states that the initial one leads to, itself included."""
  seen, todo = {machine.initial}, [machine.initial]
  while todo:
    for transition in machine.leaving(todo.pop()):
      if not transition.breach and transition.to not in seen:
        seen.add(transition.to)
        todo.append(transition.to)
  return seen


def _twice(names):
  return sorted({name for name in names if list(names).count(name) > 1})


def _value(holding, names):
  """ "A, not B": the value of all conditions of the event."""
  return ", ".join(name if name in holding else f"not {name}"
                   for name in names) or "always"


def _name_defects(machine):
  names = [state.name for state in machine.states]
  for name in _twice(names):
    yield f"state {name} stands twice"
  for event in _twice(machine.events):
    yield f"event {event} is declared twice"
  if machine.role not in _ACTIONS:
    yield f"no machine is called {machine.role}"
  if machine.form not in _NOT_IN_FORM:
    yield f"no form is called {machine.form}"
  if machine.initial not in names:
    yield f"the initial state {machine.initial or '(none)'} does not exist"
  for transition in machine.transitions:
    for name in sorted({transition.source, transition.to}):
      if name not in names and (name or not transition.breach):
        yield f"{label(transition)}: no state is called {name or '(none)'}"
  if not machine.title:
    yield "has no title"


def label(transition):
  """ "OPEN, SEND_REQUEST when ID_ZERO" """
  words = [f"{transition.source}, {transition.event}"]
  if transition.when:
    words.append("when " + " ".join(transition.when))
  if transition.unless:
    words.append("unless " + " ".join(transition.unless))
  return " ".join(words)


def _state_defects(machine):
  found = reachable(machine)
  for state in machine.states:
    if state.name not in found:
      yield f"{state.name} cannot be reached"
    if state.final and machine.leaving(state.name):
      yield f"{state.name} is final and has a transition"
    if state.final and state.owes:
      yield f"{state.name} is final and owes something"
    if bool(state.owes) != bool(state.owes_reqs):
      yield f"{state.name}: owes and owes_reqs go together"
    if not state.meaning:
      yield f"{state.name} has no meaning"


def _event_defects(machine):
  allowed = _ACTIONS[machine.role]
  for event in machine.events:
    if event not in allowed:
      yield f"{event} is no event of a {machine.role}"
  for event in allowed:
    if event not in machine.events:
      yield f"{event} is not declared"
  for transition in machine.transitions:
    if transition.event not in machine.events:
      yield f"{label(transition)}: the event is not declared"
    elif not occurs(machine.state(transition.source), transition.event):
      yield f"{label(transition)}: the event cannot occur in this state"


def _choice_defects(machine):
  """Of (state, event): not exactly one transition for some value."""
  for state in machine.states:
    for event in machine.events:
      if not occurs(state, event):
        continue
      names = conditions(machine, event)
      for holding in valuations(machine, event):
        leaving = machine.leaving(state.name, event)
        fitting = [transition for transition in leaving
                   if transition.fits(holding)]
        if len(fitting) != 1:
          yield (f"{state.name}, {event}: {len(fitting) or 'no'} transitions "
                 f"fit ({_value(holding, names)})")


def _transition_defects(machine):
  for transition in machine.transitions:
    where = label(transition)
    sensible = conditions(machine, transition.event)
    for name in sorted({*transition.when, *transition.unless} - {*sensible}):
      yield f"{where}: {name} makes no sense for this event"
    for name in _twice(transition.when + transition.unless):
      yield f"{where}: {name} stands twice"
    fitting = [holding for holding in valuations(machine, transition.event)
               if transition.fits(holding)]
    if not fitting:
      yield f"{where}: never fits"
    if transition.breach:
      for field in ("to", "actions"):
        if getattr(transition, field):
          yield f"{where}: a breach has no {field}"
      if not transition.reqs:
        yield f"{where}: a breach of nothing"
    yield from _action_defects(machine, transition, fitting)


def _action_defects(machine, transition, fitting):
  where = label(transition)
  allowed = _ACTIONS[machine.role].get(transition.event, set())
  for action in transition.actions:
    if action not in allowed or action in _NOT_IN_FORM[machine.form]:
      yield f"{where}: {action} may not be done here"
  for action in _twice(transition.actions):
    yield f"{where}: {action} is done twice"
  for action, needed in _NEEDS:
    # A function that fails is that of a call in flight.
    if (action in transition.actions and transition.event != "CALL_FAILS" and
        any(needed not in holding for holding in fitting)):
      yield f"{where}: {action} although not {needed}"
  if "BEGIN_CALL" in transition.actions and any(
      "ID_ZERO" in holding for holding in fitting):
    yield f"{where}: BEGIN_CALL with id 0"


def _clause_defects(machine, known):
  for state in machine.states:
    for req in state.owes_reqs:
      if req not in known:
        yield f"{state.name}: {req} is not in the prose"
  for transition in machine.transitions:
    for req in transition.reqs:
      if req not in known:
        yield f"{label(transition)}: {req} is not in the prose"
    for req in _twice(transition.reqs):
      yield f"{label(transition)}: {req} stands twice"


def requirement_ids(texts):
  """The ids of the requirements that the documents state."""
  return {found for text in texts for found in _REQUIREMENT.findall(text)}


def defects(machines, known=None):
  """What is wrong with the machines; `known` are the ids of the prose."""
  found = [f"{name}: the name stands twice"
           for name in _twice([machine.name for machine in machines])]
  for machine in machines:
    names = list(_name_defects(machine))
    # Without sound names the rest cannot be judged.
    found += [f"{machine.name}: {defect}" for defect in names]
    if names:
      continue
    checks = [_state_defects, _event_defects, _choice_defects,
              _transition_defects]
    for check in checks:
      found += [f"{machine.name}: {defect}" for defect in check(machine)]
    if known is not None:
      found += [f"{machine.name}: {defect}"
                for defect in _clause_defects(machine, known)]
  return found


def main(argv):
  machines = argv[0] if argv else textproto.ROOT / "spec" / "machines.textproto"
  prose = [pathlib.Path(path) for path in argv[1:]] or [
      textproto.ROOT / "spec" / name for name in ("wire.md", "serialisers.md")]
  known = requirement_ids(path.read_text(encoding="utf-8")
                          for path in prose if path.exists())
  found = defects(machine_data.load(machines), known)
  for defect in found:
    print(defect)
  return 1 if found else 0


if __name__ == "__main__":
  sys.exit(main(sys.argv[1:]))
