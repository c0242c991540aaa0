# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The runner believes Spin only as far as it may."""

import pathlib
import tempfile
import unittest

import spin

_MODEL = """
mtype = { breach, small, even };
byte x;
active proctype Counter() {
  do
  :: x < LIMIT -> x++; printf("counted\\n")
  :: x == 77 -> printf("far\\n")
  :: else -> break
  od;
#ifdef BREACH
  printf("child breaks FR-AAA-001 FR-BBB-002\\n"); assert(breach == 0)
#endif
#ifdef LOOP
  do :: x = 1 - x od;
#endif
#ifdef DEADLOCK
  x == 99;
#endif
  if :: x >= 5 -> assert(small == 0) :: else fi;
  if :: x % 2 -> assert(even == 0) :: else fi
}
"""


class SpinTest(unittest.TestCase):

  def setUp(self):
    self._folder = tempfile.TemporaryDirectory()
    self.addCleanup(self._folder.cleanup)
    self._model = pathlib.Path(self._folder.name) / "counter.pml"
    self._model.write_text(_MODEL)

  def _complaints(self, *lines):
    table = "\n".join(f"group name{i} counter {line}"
                      for i, line in enumerate(lines))
    return spin.run_group(table + "\nnever far", "group", [str(self._model)])

  def test_as_expected(self):
    self.assertEqual(self._complaints("LIMIT=4 : holds"), [])
    self.assertEqual(self._complaints("LIMIT=6 : breaks small"), [])
    self.assertEqual(self._complaints("LIMIT=3 : breaks even"), [])
    self.assertEqual(self._complaints("LIMIT=1 BREACH : breach FR-BBB-002"), [])
    self.assertEqual(self._complaints("LIMIT=1 LOOP : loops"), [])

  def test_a_counterexample_where_none_should_be(self):
    self.assertEqual(
        self._complaints("LIMIT=6 : holds"),
        ["name0: expected 'holds', Spin found 'breaks small'"])

  def test_no_counterexample_where_one_should_be(self):
    self.assertEqual(
        self._complaints("LIMIT=2 : breaks small"),
        ["name0: expected 'breaks small', Spin found 'no counterexample'"])

  def test_a_counterexample_of_another_property(self):
    self.assertEqual(
        self._complaints("LIMIT=3 : breaks small"),
        ["name0: expected 'breaks small', Spin found 'breaks even'"])

  def test_a_breach_of_another_clause(self):
    self.assertIn("Spin found 'breach FR-AAA-001 FR-BBB-002'",
                  self._complaints("LIMIT=1 BREACH : breach FR-CCC-003")[0])

  def test_a_deadlock_is_no_property(self):
    self.assertIn("an error that is no property: invalid end state",
                  self._complaints("LIMIT=2 DEADLOCK : breaks small")[0])

  def test_a_search_cut_short_does_not_hold(self):
    depth, spin._DEPTH = spin._DEPTH, 5
    try:
      self.assertEqual(self._complaints("LIMIT=60 : holds"),
                       ["name0: the search was cut short: depth or memory"])
    finally:
      spin._DEPTH = depth

  def test_what_no_run_reaches(self):
    self.assertEqual(self._complaints("LIMIT=0 : holds"),
                     ["never reached: counted"])
    self.assertEqual(self._complaints("LIMIT=0 : holds", "LIMIT=2 : holds"), [])

  def test_a_model_that_is_no_promela(self):
    self._model.write_text("active proctype P() { x = }")
    with self.assertRaisesRegex(spin.RunError, "name0: spin: .*Error"):
      self._complaints("LIMIT=0 : holds")

  def test_a_table_with_a_fault(self):
    with self.assertRaisesRegex(spin.RunError, "expected GROUP NAME MODEL"):
      spin.read_table("group name model breaks it")
    with self.assertRaisesRegex(spin.RunError, "no group 'other'"):
      spin.run_group("group name model : holds", "other", [])


if __name__ == "__main__":
  unittest.main()
