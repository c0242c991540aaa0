# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The state machines of spec/machines.textproto as plain Python values.

Events, conditions and actions are their names ("SEND_END"), in the order in
which the file has them; proto/forkrpc/machine.proto says what each means.

  for machine in machine_data.load(path):
    print(machine.name, [state.name for state in machine.states])
"""

from typing import NamedTuple, Tuple

import textproto

Names = Tuple[str, ...]


class State(NamedTuple):
  name: str
  meaning: str
  final: bool
  input_ended: bool
  output_ended: bool
  owes: str
  owes_reqs: Names


class Transition(NamedTuple):
  source: str
  event: str
  when: Names
  unless: Names
  actions: Names
  to: str
  reqs: Names
  breach: bool

  def fits(self, holding):
    """Whether it is taken when just the conditions `holding` hold."""
    return (all(condition in holding for condition in self.when) and
            not any(condition in holding for condition in self.unless))


class Machine(NamedTuple):
  name: str
  title: str
  events: Names
  initial: str
  states: Tuple[State, ...]
  transitions: Tuple[Transition, ...]

  @property
  def role(self):
    """"parent", "child" or "reassembler"."""
    return self.name.partition("-")[0]

  @property
  def form(self):
    """"sync", "async", or "" for a machine that serves both."""
    return self.name.partition("-")[2]

  def state(self, name):
    return next(state for state in self.states if state.name == name)

  def leaving(self, state, event=None):
    """The transitions out of the state called `state` (for one event)."""
    return [transition for transition in self.transitions
            if transition.source == state and
            event in (None, transition.event)]


def _names(message, field, numbers):
  values = message.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number
  return tuple(values[number].name for number in numbers)


def _state(message):
  return State(message.name, message.meaning, message.final,
               message.input_ended, message.output_ended, message.owes,
               tuple(message.owes_reqs))


def _transition(message):
  # `from` is a word of Python's.
  source = getattr(message, "from")
  return Transition(
      source, *_names(message, "event", [message.event]),
      _names(message, "when", message.when),
      _names(message, "unless", message.unless),
      _names(message, "actions", message.actions), message.to,
      tuple(message.reqs), message.breach)


def load(path):
  """The machines in the file at `path`, as a tuple; ValueError if malformed."""
  file = textproto.load("machine", "forkrpc.spec.Machines", path)
  return tuple(
      Machine(machine.name, machine.title,
              _names(machine, "events", machine.events), machine.initial,
              tuple(map(_state, machine.states)),
              tuple(map(_transition, machine.transitions)))
      for machine in file.machines)
