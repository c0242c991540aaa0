# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Makes the transitions of spec/machines.textproto into Promela.

For the machine "parent-async" the result has, with the prefix of the role:

  #define PARENT_OPEN 0                 one number a state
  #define PARENT_INITIAL PARENT_OPEN
  #define PARENT_FINAL(state) ...       and _INPUT_ENDED, _OUTPUT_ENDED
  inline parent_SEND_REQUEST() ...      one inline an event

Each option of an inline is one transition. It is written in words that the model
defines: PARENT_AT(state) and PARENT_GO(state), a macro for each condition
(PARENT_ID_ZERO) and each action (PARENT_BEGIN_CALL), PARENT_STEP(text) before the
actions, PARENT_BREACH(text) for a step the endpoint must not take and
PARENT_UNFORESEEN(text) where no transition fits. Each transition's text is its
own and has its requirements. Both forms of a role have the same prefix: a model includes one of them.

usage: promela.py MACHINES MACHINE OUTPUT
Errors are ValueError: no such machine, or a transition to no state.
"""

import argparse
import pathlib

import textproto

_HEAD = """\
// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0
//
// {title}.
// Made from spec/machines.textproto by tools/spec/promela.py: do not edit.
"""

# What the model wants to know of a state, and the field that says it.
_FACTS = (
    ("FINAL", lambda state: state.final),
    ("INPUT_ENDED", lambda state: state.input_ended),
    ("OUTPUT_ENDED", lambda state: state.output_ended),
)


class _Writer:
  """The text of one machine."""

  def __init__(self, machine):
    self._machine = machine
    self._event_type = machine.DESCRIPTOR.fields_by_name["events"].enum_type
    fields = machine.DESCRIPTOR.fields_by_name["transitions"].message_type
    self._condition_type = fields.fields_by_name["when"].enum_type
    self._action_type = fields.fields_by_name["actions"].enum_type
    self._role = machine.name.partition("-")[0]
    self._prefix = self._role.upper() + "_"
    self._states = [state.name for state in machine.states]

  def text(self):
    parts = [_HEAD.format(title=self._machine.title), self._definitions()]
    parts += [self._inline(event) for event in self._machine.events]
    return "\n".join(parts)

  def _state(self, name):
    if name not in self._states:
      raise ValueError(f"{self._machine.name}: no state {name!r}")
    return self._prefix + name

  def _definitions(self):
    lines = [
        f"#define {self._state(name)} {number}"
        for number, name in enumerate(self._states)
    ]
    initial = self._state(self._machine.initial)
    lines.append(f"#define {self._prefix}INITIAL {initial}")
    for fact, holds in _FACTS:
      names = [s.name for s in self._machine.states if holds(s)]
      tests = [f"(state) == {self._state(name)}" for name in names]
      lines.append(f"#define {self._prefix}{fact}(state) "
                   f"({' || '.join(tests) or 'false'})")
    return "\n".join(lines) + "\n"

  def _inline(self, event):
    name = self._event_type.values_by_number[event].name
    lines = [f"inline {self._role}_{name}() {{", "  if"]
    for transition in self._machine.transitions:
      if transition.event == event:
        lines += self._option(transition, name)
    lines += [
        f"  :: else -> {self._prefix}UNFORESEEN("
        f'"{self._machine.name}: no transition for {name}\\n")', "  fi", "}", ""
    ]
    return "\n".join(lines)

  def _option(self, transition, event):
    source = getattr(transition, "from")
    conditions = [self._condition_type.values_by_number[c].name
                  for c in transition.when]
    excluded = [self._condition_type.values_by_number[c].name
                for c in transition.unless]
    guard = [f"{self._prefix}AT({self._state(source)})"]
    guard += [self._prefix + name for name in conditions]
    guard += ["!" + self._prefix + name for name in excluded]
    lines = [f"  :: {' && '.join(guard)} ->"]
    what = " ".join([f"{self._machine.name}: {source} {event}", *conditions,
                     *("!" + name for name in excluded)])
    reqs = " ".join(transition.reqs)
    if transition.breach:
      lines.append(f'     {self._prefix}BREACH("{what} breaks {reqs}\\n")')
      return lines
    lines.append(
        f'     {self._prefix}STEP("{what} to {transition.to} {reqs}\\n");')
    for action in transition.actions:
      name = self._action_type.values_by_number[action].name
      lines.append(f"     {self._prefix}{name};")
    lines.append(f"     {self._prefix}GO({self._state(transition.to)})")
    return lines


def to_promela(machines, name):
  """The Promela text of the machine called `name`."""
  for machine in machines.machines:
    if machine.name == name:
      return _Writer(machine).text()
  raise ValueError(f"no machine {name!r}")


def main():
  parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
  parser.add_argument("machines")
  parser.add_argument("machine")
  parser.add_argument("output")
  arguments = parser.parse_args()
  machines = textproto.load("machine", "forkrpc.spec.Machines",
                            arguments.machines)
  text = to_promela(machines, arguments.machine)
  pathlib.Path(arguments.output).write_text(text, encoding="utf-8")


if __name__ == "__main__":
  main()
