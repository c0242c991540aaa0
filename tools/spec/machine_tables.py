# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Writes spec/machines.md: the state machines as diagrams and tables.

  text = machine_tables.markdown(machine_data.load(path))
"""

import machine_data

_LEAD = """\
<!-- Made from machines.textproto by `bazel run //tools/spec:update`. -->

# State machines

What each end does in which state, and what the receiver of either end does with
octets. The tables say nothing that [The wire](wire.md) does not say; they say it
by state. They are made from [machines.textproto](machines.textproto), and it is
proved of that file that in every state exactly one row fits everything that can
happen there.

An end is in one state and knows the calls in flight. Something happens: it sends
or receives a frame or an end, or its process ends. The row whose condition holds
says what is done, in this order, and which state comes next. A frame that is sent
counts when its last octet is. **Breach** means that the end itself breaks the
clauses named by doing so. A diagram leaves out what does not change the state, and
breaches.

What ends a state's rest is in the column *owes*: a machine may stay for ever in a
state that owes nothing. Once an end's own direction is closed it sends nothing,
and once its peer's is, it receives nothing: such rows are not possible and not
listed. A broken stream is noticed by a write too.

<!-- no example: the sessions of examples.md run on these machines -->
"""

# In the tables, of a machine of each role.
_EVENTS = {
    "SEND_REQUEST": "sends a request",
    "SEND_RESPONSE": "sends a response",
    "SEND_EVENT": "sends an event",
    "RECEIVE_REQUEST": "receives a request",
    "RECEIVE_RESPONSE": "receives a response",
    "RECEIVE_EVENT": "receives an event",
    "RECEIVE_END": "reads the end of the stream",
    "RECEIVE_CUT": "reads the end inside a frame",
    "RECEIVE_LOSS": "finds the stream broken",
    "REFUSE_LENGTH": "reads a length beyond its limit",
    "CALL_FAILS": "a function fails",
    "EXIT_CLEAN": "ends with exit status 0",
    "EXIT_ERROR": "ends with another exit status",
    "EXIT_SIGNAL": "is ended by a signal",
    "OCTET": "an octet arrives",
    "END": "the stream ends",
}
_SEND_END = {"parent": "half-closes", "child": "closes its direction"}

# In the diagrams.
_SHORT = {
    "RECEIVE_REQUEST": "request",
    "RECEIVE_RESPONSE": "response",
    "RECEIVE_END": "end of stream",
    "RECEIVE_CUT": "end inside a frame",
    "RECEIVE_LOSS": "stream broken",
    "REFUSE_LENGTH": "length refused",
    "CALL_FAILS": "a function fails",
    "EXIT_CLEAN": "exit status 0",
    "EXIT_ERROR": "other exit status",
    "EXIT_SIGNAL": "signal",
    "OCTET": "octet",
    "END": "end of stream",
}
_SHORT_SEND_END = {"parent": "half-close", "child": "close"}
_LINE = 26  # characters; a longer label is broken where it has a comma

# (holds, holds not)
_CONDITIONS = {
    "ID_ZERO": ("its id is 0", "its id is not 0"),
    "ID_IN_FLIGHT": ("its id is in flight", "its id is not in flight"),
    "ANY_IN_FLIGHT": ("calls are in flight", "no call is in flight"),
    "LAST_OF_HEADER": ("the header is complete with it",
                       "more of the header is to come"),
    "LENGTH_ZERO": ("the length is 0", "the length is not 0"),
    "OVER_LIMIT": ("the length is beyond the limit",
                   "the length is within the limit"),
    "LAST_OF_PAYLOAD": ("the payload is complete with it",
                        "more of the payload is to come"),
}
_SHORT_CONDITIONS = {
    "ID_ZERO": ("id 0", "id not 0"),
    "ID_IN_FLIGHT": ("id in flight", "id not in flight"),
    "ANY_IN_FLIGHT": ("calls in flight", "none in flight"),
    "LAST_OF_HEADER": ("header complete", "header incomplete"),
    "LENGTH_ZERO": ("length 0", "length not 0"),
    "OVER_LIMIT": ("beyond the limit", "within the limit"),
    "LAST_OF_PAYLOAD": ("payload complete", "payload incomplete"),
}

_ACTIONS = {
    "BEGIN_CALL": "begin a call",
    "END_CALL": "end the call with the id",
    "END_OLDEST_CALL": "end the oldest call",
    "END_ALL_CALLS": "end all calls with the error",
    "DELIVER_RESPONSE": "deliver the response",
    "DELIVER_EVENT": "deliver the event",
    "EXECUTE": "execute it",
    "REPORT_ERROR": "report an error",
    "KEEP_HEADER_OCTET": "keep it with the header",
    "KEEP_PAYLOAD_OCTET": "keep it with the payload",
    "DELIVER_FRAME": "deliver the frame",
}

# What goes without saying where the other condition is said to hold.
_IMPLIED = {"ID_IN_FLIGHT": "ID_ZERO", "OVER_LIMIT": "LENGTH_ZERO"}


def links(reqs):
  """The clauses as links, without the FR- that all of them begin with."""
  return ", ".join(
      f"[{req[3:]}]({'serialisers' if req[3:6] == 'SER' else 'wire'}.md#{req})"
      for req in reqs)


def _row(*cells):
  return "| " + " | ".join(cells) + " |"


def _conditions(transition, words):
  """What must hold, in words."""
  implied = {_IMPLIED.get(name) for name in transition.when}
  return ", ".join(
      [words[name][0] for name in transition.when] +
      [words[name][1] for name in transition.unless if name not in implied])


def _event(machine, event):
  return _SEND_END[machine.role] if event == "SEND_END" else _EVENTS[event]


def _mark(machine, state):
  marks = [word for word, holds in (
      ("initial", state.name == machine.initial), ("final", state.final))
           if holds]
  return f"`{state.name}`" + "".join(f" ({mark})" for mark in marks)


def state_table(machine):
  """State, meaning, what it owes if any state owes anything."""
  owing = any(state.owes for state in machine.states)
  columns = ["state", "meaning"] + (["owes"] if owing else [])
  lines = [_row(*columns), "|---" * len(columns) + "|"]
  for state in machine.states:
    owes = (f"{state.owes.rstrip('.')} ({links(state.owes_reqs)})."
            if state.owes else "")
    lines.append(_row(_mark(machine, state), state.meaning,
                      *[owes] * owing))
  return lines


def _outcome(transition):
  if transition.breach:
    return "", "**breach**"
  nothing_to_end = "ANY_IN_FLIGHT" in transition.unless
  done = ", ".join(_ACTIONS[action] for action in transition.actions
                   if action != "END_ALL_CALLS" or not nothing_to_end)
  stays = transition.to == transition.source
  return done, "stays" if stays else f"`{transition.to}`"


def transition_table(machine, state):
  """What can happen in a state; events with one outcome share a row."""
  rows = {}
  for transition in machine.leaving(state):
    key = (_conditions(transition, _CONDITIONS), *_outcome(transition),
           links(transition.reqs))
    rows.setdefault(key, []).append(_event(machine, transition.event))
  lines = [_row("what happens", "if", "what is done", "then", "clauses"),
           "|---|---|---|---|---|"]
  lines += [_row(", ".join(events), *key) for key, events in rows.items()]
  return lines


def _arrow_label(machine, transition):
  """The event, with its condition where the event alone does not tell."""
  word = (_SHORT_SEND_END[machine.role] if transition.event == "SEND_END"
          else _SHORT[transition.event])
  others = {other.to for other in machine.leaving(transition.source,
                                                  transition.event)
            if not other.breach}
  if len(others) == 1:
    return word
  condition = _conditions(transition, _SHORT_CONDITIONS)
  if transition.event == "OCTET":  # all that can happen there, but for the end
    label = condition
  else:
    label = f"{word}, {condition}"
  return label if len(label) <= _LINE else label.replace(", ", ",<br/>")


def state_diagram(machine):
  """The states and what leads from one to another, for Mermaid."""
  arrows = {}
  for transition in machine.transitions:
    if transition.breach or transition.to == transition.source:
      continue
    labels = arrows.setdefault((transition.source, transition.to), [])
    label = _arrow_label(machine, transition)
    if label not in labels:
      labels.append(label)
  lines = ["```mermaid", "stateDiagram-v2",
           f"    [*] --> {machine.initial}"]
  lines += [f"    {source} --> {to} : {'<br/>'.join(labels)}"
            for (source, to), labels in arrows.items()]
  lines += [f"    {state.name} --> [*]" for state in machine.states
            if state.final]
  return [*lines, "```"]


def _machine(machine):
  lines = ["", f"## {machine.title}", "", *state_diagram(machine), "",
           *state_table(machine)]
  for state in machine.states:
    if not state.final:
      lines += ["", f"In `{state.name}`:", "",
                *transition_table(machine, state.name)]
  return lines


def markdown(machines):
  """The text of spec/machines.md."""
  lines = [line for machine in machines for line in _machine(machine)]
  return _LEAD + "\n".join(lines) + "\n"


def make(root):
  """The generator of tools/spec/update.py."""
  return markdown(machine_data.load(root / "spec" / "machines.textproto"))
