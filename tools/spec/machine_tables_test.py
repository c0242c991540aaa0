# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""machines.md leaves nothing of the machines out, and says it as they do."""

import re
import unittest

import diagram
import machine_data
import machine_tables
import textproto

MACHINES = machine_data.load(textproto.ROOT / "spec" / "machines.textproto")
SMALL = machine_data.Machine(
    "parent-async", "The parent", ("SEND_END", "RECEIVE_RESPONSE"), "OPEN", (
        machine_data.State("OPEN", "Open.", False, False, False, "", ()),
        machine_data.State("SHUT", "Shut.", False, False, False, "It waits.",
                           ("FR-CLS-002", "FR-SER-001")),
        machine_data.State("DONE", "Done.", True, False, False, "", ())), (
            machine_data.Transition("OPEN", "SEND_END", (), (), (), "SHUT",
                                    ("FR-CLS-001",), False),
            machine_data.Transition("OPEN", "RECEIVE_END", (), (), (), "SHUT",
                                    ("FR-CLS-001",), False),
            machine_data.Transition(
                "OPEN", "RECEIVE_RESPONSE", ("ID_IN_FLIGHT",), ("ID_ZERO",),
                ("END_CALL", "DELIVER_RESPONSE"), "OPEN", (), False),
            machine_data.Transition(
                "OPEN", "RECEIVE_RESPONSE", (), ("ANY_IN_FLIGHT",),
                ("REPORT_ERROR", "END_ALL_CALLS"), "DONE", (), False),
            machine_data.Transition("SHUT", "SEND_END", (), (), (), "",
                                    ("FR-ERR-001",), True)))


class SmallTest(unittest.TestCase):

  def test_state_table(self):
    self.assertEqual(machine_tables.state_table(SMALL)[2:], [
        "| `OPEN` (initial) | Open. |  |",
        "| `SHUT` | Shut. | It waits ([CLS-002](wire.md#FR-CLS-002), "
        "[SER-001](serialisers.md#FR-SER-001)). |",
        "| `DONE` (final) | Done. |  |"])

  def test_transition_table(self):
    self.assertEqual(machine_tables.transition_table(SMALL, "OPEN")[2:], [
        "| half-closes, reads the end of the stream |  |  | `SHUT` | "
        "[CLS-001](wire.md#FR-CLS-001) |",
        "| receives a response | its id is in flight | end the call with the "
        "id, deliver the response | stays |  |",
        "| receives a response | no call is in flight | report an error | "
        "`DONE` |  |"])
    self.assertEqual(machine_tables.transition_table(SMALL, "SHUT")[2:], [
        "| half-closes |  |  | **breach** | [ERR-001](wire.md#FR-ERR-001) |"])

  def test_diagram_folds_arrows_and_leaves_loops_and_breaches_out(self):
    self.assertEqual(machine_tables.state_diagram(SMALL)[2:-1], [
        "    [*] --> OPEN",
        "    OPEN --> SHUT : half-close<br/>end of stream",
        "    OPEN --> DONE : response, none in flight",
        "    DONE --> [*]"])


class WholeTest(unittest.TestCase):
  """Against the machines themselves."""

  def setUp(self):
    text = machine_tables.markdown(MACHINES)
    self.parts = dict(zip((machine.name for machine in MACHINES),
                          re.split(r"^## .*$", text, flags=re.MULTILINE)[1:]))

  def test_every_state_transition_and_clause_is_there(self):
    for machine in MACHINES:
      part = self.parts[machine.name]
      events = 0
      for state in machine.states:
        self.assertRegex(part, rf"(?m)^\| `{state.name}`[ (]")
        table = machine_tables.transition_table(machine, state.name)[2:]
        events += sum(row.split(" | ")[0].count(",") + 1 for row in table)
        for row in table:
          self.assertIn(row, part)
      self.assertEqual(events, len(machine.transitions), machine.name)
      for transition in machine.transitions:
        for req in transition.reqs:
          self.assertIn(f"#{req})", part)

  def test_diagrams_have_every_state_and_can_be_drawn(self):
    for machine in MACHINES:
      body = re.search(r"```mermaid\n(.*?)```", self.parts[machine.name],
                       re.DOTALL)[1]
      _, edges = diagram.parse(body)
      drawn = {name for start, end, _ in edges for name in (start, end)}
      self.assertEqual(drawn - {"[*]"},
                       {state.name for state in machine.states})
      for _, _, label in edges:
        parts = label.split("<br/>")
        self.assertEqual(len(parts), len(set(parts)), label)

  def test_an_octet_is_told_by_what_it_completes(self):
    self.assertIn("HEADER --> BOUNDARY : header complete, length 0\n",
                  self.parts["reassembler"])

  def test_final_states_have_no_table(self):
    self.assertNotIn("In `DONE`", self.parts["parent-sync"])
    self.assertIn("In `LEFT`", self.parts["parent-sync"])


if __name__ == "__main__":
  unittest.main()
