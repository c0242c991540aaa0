# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The model is really driven by spec/machines.textproto.

Each test changes one transition of the data and expects the counterexample that
the change must lead to. A model that had the transitions written into it by hand
would find none.
"""

import pathlib
import shutil
import tempfile
import unittest

import promela
import spin
import textproto

_MODEL = textproto.ROOT / "spec" / "model"


def _find(machines, name, source, event, conditions=()):
  """The transition of the machine with these conditions among its own."""
  machine = next(m for m in machines.machines if m.name == name)
  events = machine.DESCRIPTOR.fields_by_name["events"].enum_type
  fields = machine.DESCRIPTOR.fields_by_name["transitions"].message_type
  condition = fields.fields_by_name["when"].enum_type
  number = events.values_by_name[event].number
  wanted = [condition.values_by_name[c].number for c in conditions]
  for transition in machine.transitions:
    if (getattr(transition, "from") == source and transition.event == number and
        list(transition.when) == wanted):
      return machine, transition
  raise AssertionError(f"{name}: no {source} {event} {conditions}")


def _drop(machine, transition, action):
  fields = machine.DESCRIPTOR.fields_by_name["transitions"].message_type
  actions = fields.fields_by_name["actions"].enum_type
  transition.actions.remove(actions.values_by_name[action].number)


class PlantedTest(unittest.TestCase):

  def setUp(self):
    self.assertTrue(shutil.which("spin"), "spin is missing: run tools/setup")
    self.machines = textproto.load("machine", "forkrpc.spec.Machines",
                                   textproto.ROOT / "spec/machines.textproto")

  def _found(self, model, *defines):
    with tempfile.TemporaryDirectory() as temporary:
      folder = pathlib.Path(temporary)
      for machine in self.machines.machines:
        name = machine.name.replace("-", "_") + ".pml"
        (folder / name).write_text(
            promela.to_promela(self.machines, machine.name))
      files = list(_MODEL.glob("*.pml"))
      generated = {file.name for file in folder.iterdir()}
      variant = spin.Variant("planted", "planted", model, list(defines), "holds")
      return spin.run(variant, [f for f in files if f.name not in generated],
                      folder).error

  def test_nothing_changed_holds(self):
    self.assertEqual(self._found("session", "ASYNC", "CALLS=2"), "")

  def test_calls_that_the_end_does_not_end(self):
    _drop(*_find(self.machines, "parent-async", "OPEN", "RECEIVE_END",
                 ["ANY_IN_FLIGHT"]), "END_ALL_CALLS")
    self.assertEqual(self._found("session", "ASYNC", "FAULTS"),
                     "breaks call_ends")

  def test_clean_end_taken_for_an_error(self):
    _, transition = _find(self.machines, "parent-async", "CLOSING",
                          "RECEIVE_END")
    transition.to = "LEFT"
    self.assertEqual(self._found("session", "ASYNC"), "breaks drained")

  def test_request_that_is_not_executed(self):
    _drop(*_find(self.machines, "child-sync", "SERVING", "RECEIVE_REQUEST"),
          "EXECUTE")
    self.assertEqual(self._found("session"), "breaks drained")

  def test_response_that_is_a_breach(self):
    _, transition = _find(self.machines, "child-sync", "SERVING",
                          "SEND_RESPONSE", ["ANY_IN_FLIGHT"])
    transition.breach = True
    self.assertRegex(self._found("session"), "breach .*FR-ORD-005")

  def test_transition_that_is_missing(self):
    machine, transition = _find(self.machines, "parent-async", "CLOSING",
                                "RECEIVE_EVENT")
    machine.transitions.remove(transition)
    self.assertEqual(self._found("session", "ASYNC"), "breaks unforeseen")

  def test_empty_frame_that_waits_for_a_payload(self):
    _, transition = _find(self.machines, "reassembler", "HEADER", "OCTET",
                          ["LAST_OF_HEADER", "LENGTH_ZERO"])
    transition.to = "PAYLOAD"
    self.assertEqual(self._found("reassembly"), "breaks payload_unchanged")


if __name__ == "__main__":
  unittest.main()
