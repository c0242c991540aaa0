# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The session vectors and the state machines say the same.

And a vector that says something else, in each of the ways in which it can, is
found out.
"""

import copy
import unittest

import machine_data
import machine_replay
import textproto
import vectors

MACHINES = {machine.name: machine for machine in machine_data.load(
    textproto.ROOT / "spec" / "machines.textproto")}
SESSIONS = {vector["id"]: vector for vector in vectors.load(
    textproto.ROOT, "sessions")["vectors"]}


class SessionsTest(unittest.TestCase):

  def test_machines_agree_with_every_session(self):
    self.assertGreater(len(SESSIONS), 50)
    for name, vector in SESSIONS.items():
      with self.subTest(name):
        self.assertEqual(machine_replay.compare(MACHINES, vector), [])

  def test_every_result_occurs_on_both_sides(self):
    for side, results in (("parent", {"open", "clean", "error", "wrong"}),
                          ("child", {"open", "clean", "error", "failed",
                                     "wrong"})):
      self.assertEqual({vector[side]["result"] for vector in SESSIONS.values()},
                       results)


class DefectTest(unittest.TestCase):

  def problems(self, name, change):
    vector = copy.deepcopy(SESSIONS[name])
    change(vector)
    return machine_replay.compare(MACHINES, vector)

  def assert_found(self, name, change, pattern):
    self.assertRegex(" ".join(self.problems(name, change)), pattern)

  def test_another_result(self):
    for name, side, result in (
        ("session-sync-echo", "parent", "clean"),
        ("session-sync-echo", "child", "clean"),
        ("session-half-close-drain", "parent", "open"),
        ("session-unknown-id", "parent", "open"),
        ("session-request-id-zero", "child", "clean")):
      with self.subTest(name):
        self.assert_found(name,
                          lambda vector: vector[side].update(result=result),
                          f"^{side}: ")

  def test_another_requirement(self):
    for name, side in (("session-unknown-id", "parent"),
                       ("session-unknown-id", "child"),
                       ("session-end-inside-request-payload", "parent"),
                       ("session-end-inside-request-payload", "child")):
      with self.subTest(name):
        self.assert_found(
            name,
            lambda vector: vector[side].update(requirement="FR-EVT-001"),
            f"^{side}: .* not FR-EVT-001$")

  def test_another_kind_of_failure(self):
    self.assert_found(
        "session-request-id-in-flight",
        lambda vector: vector["child"].update(result="failed"),
        "^child: was never in FAILING$")

  def test_a_side_that_broke_a_clause_is_not_looked_at_further(self):
    def end_twice(vector):
      vector["steps"] += [{"from": "child", "end": True}] * 2

    self.assertEqual(self.problems("session-unknown-id", end_twice),
                     ["parent: END cannot occur in the state ENDED"])

  def test_a_breach_that_is_not_one(self):
    self.assert_found(
        "session-sync-echo",
        lambda vector: vector["child"].update(result="wrong",
                                              requirement="FR-ORD-005"),
        "^child: breaks nothing, not FR-ORD-005$")

  def test_a_side_that_sees_something_else(self):
    def drop(vector):
      vector["parent"]["sees"].pop()

    def swap(vector):
      vector["parent"]["sees"].reverse()

    def other(vector):
      vector["parent"]["sees"][0]["hex"] = "00"

    def renumber(vector):
      vector["parent"]["sees"][0]["call"] = 1

    for change in (drop, swap, other, renumber):
      with self.subTest(change.__name__):
        self.assert_found("session-async-out-of-order", change,
                          "^parent: sees ")

  def test_other_octets(self):
    def answer_nobody(vector):
      vector["steps"][1]["hex"] = "00000009" + vector["steps"][1]["hex"][8:]

    self.assert_found("session-async-echo", answer_nobody,
                      "parent: ends in FAILED, not open.*child: breaks")

  def test_another_order_of_steps(self):
    self.assert_found("session-sync-echo",
                      lambda vector: vector["steps"].reverse(),
                      "parent: breaks FR-ERR-002.*child: breaks FR-ORD-005")

  def test_steps_behind_the_end(self):
    self.assert_found(
        "session-half-close-drain",
        lambda vector: vector["steps"].append({"from": "child", "end": True}),
        "parent: END cannot occur.*child: END cannot occur")


if __name__ == "__main__":
  unittest.main()
