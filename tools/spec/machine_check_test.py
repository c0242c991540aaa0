# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""machine_check.py finds each defect that it is for, and only that one."""

import contextlib
import io
import pathlib
import tempfile
import unittest

import machine_check
import machine_data

# A reassembler of one state to speak of: the smallest whole machine.
SMALL = """
machines {
  name: "reassembler" title: "t" initial: "HEADER" events: OCTET events: END
  states { name: "HEADER" meaning: "m" }
  states { name: "CUT" meaning: "m" final: true }
  transitions {
    from: "HEADER" event: OCTET unless: LAST_OF_HEADER to: "HEADER"
    reqs: "FR-FRM-007"
  }
  transitions {
    from: "HEADER" event: OCTET when: LAST_OF_HEADER to: "HEADER"
    actions: DELIVER_FRAME
  }
  transitions { from: "HEADER" event: END to: "CUT" }
}
"""

# A parent that knows one state and the end.
PARENT = """
machines {
  name: "parent-async" title: "t" initial: "OPEN"
  events: SEND_REQUEST events: SEND_END events: RECEIVE_RESPONSE
  events: RECEIVE_EVENT events: RECEIVE_END events: RECEIVE_CUT
  events: RECEIVE_LOSS events: REFUSE_LENGTH
  states { name: "OPEN" meaning: "m" owes: "o" owes_reqs: "FR-CLS-002" }
  states { name: "DONE" meaning: "m" final: true }
  transitions {
    from: "OPEN" event: SEND_REQUEST when: ID_ZERO breach: true
    reqs: "FR-SID-001"
  }
  transitions {
    from: "OPEN" event: SEND_REQUEST unless: ID_ZERO to: "OPEN"
    actions: BEGIN_CALL
  }
  transitions { from: "OPEN" event: SEND_END to: "OPEN" }
  transitions {
    from: "OPEN" event: RECEIVE_RESPONSE when: ID_IN_FLIGHT to: "OPEN"
    actions: END_CALL
  }
  transitions {
    from: "OPEN" event: RECEIVE_RESPONSE unless: ID_IN_FLIGHT to: "OPEN"
  }
  transitions { from: "OPEN" event: RECEIVE_EVENT to: "OPEN" }
  transitions {
    from: "OPEN" event: RECEIVE_END when: ANY_IN_FLIGHT to: "OPEN"
  }
  transitions {
    from: "OPEN" event: RECEIVE_END unless: ANY_IN_FLIGHT to: "DONE"
  }
  transitions { from: "OPEN" event: RECEIVE_CUT to: "OPEN" }
  transitions { from: "OPEN" event: RECEIVE_LOSS to: "OPEN" }
  transitions { from: "OPEN" event: REFUSE_LENGTH to: "OPEN" }
}
"""


class Fixture(unittest.TestCase):

  def defects(self, text, known=None):
    with tempfile.TemporaryDirectory() as folder:
      path = pathlib.Path(folder) / "machines.textproto"
      path.write_text(text, encoding="utf-8")
      return machine_check.defects(machine_data.load(path), known)

  def assert_defects(self, text, *pairs, found):
    """`text`, each old replaced by new once, has just the defects `found`."""
    for old, new in pairs:
      self.assertEqual(text.count(old), 1, f"{old!r} stands not once")
      text = text.replace(old, new)
    self.assertEqual(self.defects(text), found)


class NameTest(Fixture):

  def test_fixtures_are_sound(self):
    self.assertEqual(self.defects(SMALL + PARENT), [])

  def test_machine_twice(self):
    self.assertEqual(self.defects(SMALL + SMALL),
                     ["reassembler: the name stands twice"])

  def test_state_twice(self):
    self.assert_defects(
        SMALL, ('states { name: "CUT"', 'states { name: "HEADER"'),
        ('to: "CUT"', 'to: "HEADER"'),
        found=["reassembler: state HEADER stands twice"])

  def test_states_that_do_not_exist(self):
    self.assert_defects(
        SMALL, ('initial: "HEADER"', 'initial: "START"'),
        ('from: "HEADER" event: END to: "CUT"', 'from: "A" event: END to: "B"'),
        found=["reassembler: the initial state START does not exist",
               "reassembler: A, END: no state is called A",
               "reassembler: A, END: no state is called B"])

  def test_no_target(self):
    self.assert_defects(
        SMALL, ('event: END to: "CUT"', "event: END"),
        found=["reassembler: HEADER, END: no state is called (none)"])

  def test_unknown_role_and_form(self):
    self.assert_defects(
        SMALL, ('name: "reassembler"', 'name: "broker-duplex"'),
        found=["broker-duplex: no machine is called broker",
               "broker-duplex: no form is called duplex"])

  def test_event_twice_and_no_title(self):
    self.assert_defects(
        SMALL, ("events: END", "events: END events: END"),
        ('title: "t"', ""),
        found=["reassembler: event END is declared twice",
               "reassembler: has no title"])


class StateTest(Fixture):

  def test_unreachable(self):
    self.assert_defects(
        SMALL, ('event: END to: "CUT"', 'event: END to: "HEADER"'),
        found=["reassembler: CUT cannot be reached"])

  def test_reachable_by_more_than_one_step(self):
    found = self.defects(SMALL.replace('when: LAST_OF_HEADER to: "HEADER"',
                                       'when: LAST_OF_HEADER to: "NEXT"')
                         .replace("  transitions {", """
      states { name: "NEXT" meaning: "m" }
      states { name: "LAST" meaning: "m" final: true }
      transitions { from: "NEXT" event: OCTET to: "NEXT" }
      transitions { from: "NEXT" event: END to: "LAST" }
  transitions {""", 1))
    self.assertEqual(found, [])

  def test_a_breach_reaches_nothing(self):
    self.assert_defects(
        PARENT, ('RECEIVE_END unless: ANY_IN_FLIGHT to: "DONE"',
                 'RECEIVE_END unless: ANY_IN_FLIGHT breach: true '
                 'reqs: "FR-CLS-002"'),
        found=["parent-async: DONE cannot be reached"])

  def test_transition_out_of_a_final_state(self):
    self.assert_defects(
        SMALL, ('from: "HEADER" event: END to: "CUT"',
                'from: "HEADER" event: END to: "CUT" } transitions { '
                'from: "CUT" event: END to: "CUT"'),
        found=["reassembler: CUT is final and has a transition",
               "reassembler: CUT, END: the event cannot occur in this state"])

  def test_owing_in_a_final_state_and_by_no_clause(self):
    self.assert_defects(
        SMALL, ("final: true", 'final: true owes: "o"'),
        found=["reassembler: CUT is final and owes something",
               "reassembler: CUT: owes and owes_reqs go together"])

  def test_no_meaning(self):
    self.assert_defects(SMALL, ('"CUT" meaning: "m"', '"CUT"'),
                        found=["reassembler: CUT has no meaning"])


class EventTest(Fixture):

  def test_undeclared_event(self):
    self.assert_defects(
        SMALL, (" events: END", ""),
        found=["reassembler: END is not declared",
               "reassembler: HEADER, END: the event is not declared"])

  def test_event_of_another_role(self):
    self.assert_defects(
        SMALL, (" events: END", " events: END events: SEND_END"),
        found=["reassembler: SEND_END is no event of a reassembler",
               "reassembler: HEADER, SEND_END: no transitions fit "
               "(not ANY_IN_FLIGHT)",
               "reassembler: HEADER, SEND_END: no transitions fit "
               "(ANY_IN_FLIGHT)"])

  def test_event_that_the_state_rules_out(self):
    for flag, event in (("output_ended", "SEND_END"),
                        ("input_ended", "RECEIVE_CUT")):
      with self.subTest(flag):
        found = self.defects(PARENT.replace(
            '"OPEN" meaning: "m"', f'"OPEN" meaning: "m" {flag}: true'))
        self.assertIn(f"parent-async: OPEN, {event}: the event cannot occur "
                      "in this state", found)
        self.assertNotIn("parent-async: OPEN, RECEIVE_LOSS: the event cannot "
                         "occur in this state", found)


class ChoiceTest(Fixture):

  def test_event_without_transition(self):
    self.assert_defects(
        PARENT,
        ('  transitions { from: "OPEN" event: SEND_END to: "OPEN" }\n', ""),
        found=[
            "parent-async: OPEN, SEND_END: no transitions fit "
            "(not ANY_IN_FLIGHT)",
            "parent-async: OPEN, SEND_END: no transitions fit (ANY_IN_FLIGHT)"])

  def test_one_value_without_transition(self):
    self.assert_defects(
        PARENT, ("SEND_REQUEST unless: ID_ZERO",
                 "SEND_REQUEST unless: ID_ZERO unless: ID_IN_FLIGHT"),
        found=["parent-async: OPEN, SEND_REQUEST: no transitions fit "
               "(not ID_ZERO, ID_IN_FLIGHT, ANY_IN_FLIGHT)"])

  def test_two_transitions_for_one_value(self):
    self.assert_defects(
        PARENT, ("RECEIVE_RESPONSE unless: ID_IN_FLIGHT",
                 "RECEIVE_RESPONSE unless: ANY_IN_FLIGHT"),
        ("RECEIVE_RESPONSE when: ID_IN_FLIGHT to: \"OPEN\"\n"
         "    actions: END_CALL", "RECEIVE_RESPONSE to: \"OPEN\""),
        found=["parent-async: OPEN, RECEIVE_RESPONSE: 2 transitions fit "
               "(not ID_IN_FLIGHT, not ANY_IN_FLIGHT)"])

  def test_values_that_cannot_be_are_not_asked_for(self):
    found = self.defects(PARENT.replace(
        "SEND_REQUEST unless: ID_ZERO",
        "SEND_REQUEST unless: ID_ZERO unless: ANY_IN_FLIGHT"))
    self.assertNotIn("ID_ZERO, ID_IN_FLIGHT", " ".join(
        defect for defect in found if "not ID_ZERO" not in defect))
    self.assertEqual(len(found), 2)


class TransitionTest(Fixture):

  def test_condition_of_another_event(self):
    self.assert_defects(
        SMALL, ('event: END to: "CUT"', 'event: END unless: ID_ZERO to: "CUT"'),
        found=["reassembler: HEADER, END unless ID_ZERO: ID_ZERO makes no "
               "sense for this event"])

  def test_ids_do_not_exist_in_the_sync_form(self):
    self.assertIn(
        "parent-sync: OPEN, SEND_REQUEST when ID_ZERO: ID_ZERO makes no sense "
        "for this event",
        self.defects(PARENT.replace("parent-async", "parent-sync")))

  def test_the_end_of_a_stream_knows_no_calls(self):
    self.assert_defects(
        SMALL, ('event: END to: "CUT"', 'event: END when: ANY_IN_FLIGHT to: '
                '"CUT"'),
        found=["reassembler: HEADER, END: no transitions fit (always)",
               "reassembler: HEADER, END when ANY_IN_FLIGHT: ANY_IN_FLIGHT "
               "makes no sense for this event",
               "reassembler: HEADER, END when ANY_IN_FLIGHT: never fits"])

  def test_transition_that_never_fits(self):
    contradiction = ('transitions { from: "HEADER" event: OCTET '
                     'when: LENGTH_ZERO unless: LAST_OF_HEADER to: "HEADER" }')
    self.assert_defects(
        SMALL, ('  transitions { from: "HEADER" event: END',
                contradiction + 'transitions { from: "HEADER" event: END'),
        found=["reassembler: HEADER, OCTET when LENGTH_ZERO unless "
               "LAST_OF_HEADER: never fits"])

  def test_condition_twice(self):
    self.assert_defects(
        SMALL, ("when: LAST_OF_HEADER", "when: LAST_OF_HEADER " * 2),
        found=["reassembler: HEADER, OCTET when LAST_OF_HEADER "
               "LAST_OF_HEADER: LAST_OF_HEADER stands twice"])

  def test_breach_that_goes_somewhere_and_breaks_nothing(self):
    self.assert_defects(
        PARENT, ('breach: true\n    reqs: "FR-SID-001"',
                 'breach: true to: "OPEN" actions: BEGIN_CALL'),
        found=[f"parent-async: OPEN, SEND_REQUEST when ID_ZERO: {defect}"
               for defect in ("a breach has no to", "a breach has no actions",
                              "a breach of nothing", "BEGIN_CALL with id 0")])

  def test_action_of_another_event_or_form(self):
    for action in ("EXECUTE", "END_OLDEST_CALL", "KEEP_HEADER_OCTET"):
      with self.subTest(action):
        self.assert_defects(
            PARENT, ("actions: BEGIN_CALL", f"actions: {action}"),
            found=["parent-async: OPEN, SEND_REQUEST unless ID_ZERO: "
                   f"{action} may not be done here"] +
            (["parent-async: OPEN, SEND_REQUEST unless ID_ZERO: "
              "END_OLDEST_CALL although not ANY_IN_FLIGHT"]
             if action == "END_OLDEST_CALL" else []))

  def test_end_of_a_call_that_is_not_in_flight(self):
    self.assert_defects(
        PARENT, ("unless: ID_IN_FLIGHT to: \"OPEN\"",
                 "unless: ID_IN_FLIGHT to: \"OPEN\" actions: END_CALL"),
        found=["parent-async: OPEN, RECEIVE_RESPONSE unless ID_IN_FLIGHT: "
               "END_CALL although not ID_IN_FLIGHT"])

  def test_action_twice(self):
    self.assert_defects(
        SMALL, ("actions: DELIVER_FRAME", "actions: DELIVER_FRAME " * 2),
        found=["reassembler: HEADER, OCTET when LAST_OF_HEADER: "
               "DELIVER_FRAME is done twice"])


class ClauseTest(Fixture):

  def test_clauses_come_from_the_prose(self):
    prose = ["- **[FR-FRM-007]** A receiver MUST.\n", "see FR-CLS-002"]
    known = machine_check.requirement_ids(prose)
    self.assertEqual(known, {"FR-FRM-007"})
    self.assertEqual(self.defects(SMALL, known), [])
    self.assertEqual(self.defects(PARENT, known), [
        "parent-async: OPEN: FR-CLS-002 is not in the prose",
        "parent-async: OPEN, SEND_REQUEST when ID_ZERO: FR-SID-001 is not in "
        "the prose"])
    self.assertEqual(self.defects(PARENT, {"FR-CLS-002", "FR-SID-001"}), [])

  def test_clause_twice(self):
    found = self.defects(SMALL.replace('reqs: "FR-FRM-007"',
                                       'reqs: "FR-FRM-007" ' * 2),
                         {"FR-FRM-007"})
    self.assertEqual(found, ["reassembler: HEADER, OCTET unless "
                             "LAST_OF_HEADER: FR-FRM-007 stands twice"])


class MainTest(unittest.TestCase):

  def run_main(self, machines):
    with tempfile.TemporaryDirectory() as folder:
      path = pathlib.Path(folder)
      (path / "m.textproto").write_text(machines, encoding="utf-8")
      (path / "p.md").write_text("- **[FR-FRM-007]** x\n", encoding="utf-8")
      printed = io.StringIO()
      with contextlib.redirect_stdout(printed):
        status = machine_check.main([str(path / "m.textproto"),
                                     str(path / "p.md")])
      return status, printed.getvalue()

  def test_says_what_is_wrong(self):
    self.assertEqual(self.run_main(SMALL), (0, ""))
    self.assertEqual(self.run_main(SMALL.replace('title: "t" ', "")),
                     (1, "reassembler: has no title\n"))


if __name__ == "__main__":
  unittest.main()
