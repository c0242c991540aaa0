# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of trail_case.py: what a way through the model becomes in a case."""

import re
import unittest

import trail_case

GOAL = trail_case.Goal("x", "a witness", "ASYNC", (), ("parent", "child"))
# Two calls; the second is answered first, an event comes after the half-close.
TRAIL = """
parent: call 0 made
parent: request id 1 call 0
    parent-async: OPEN SEND_REQUEST !ID_ZERO !ID_IN_FLIGHT to OPEN FR-FRM-002
child: request id 1 call 0
parent: call 1 made
parent: request id 2 call 1
child: request id 2 call 1
child: call 1 completes
child: frame id 2 body 1
parent: frame id 2
  delivered: call 1, response of 1
parent: half-close
child: end of the stream
child: event
child: frame id 0 body 7
witness: a witness
spin: trail ends after 60 steps
"""


def steps(role, trail=TRAIL):
  """The kinds of the steps, in order."""
  text = trail_case.case_text(GOAL, role, trail)
  return re.findall(r"steps \{\s+(\w+ \{ (?:drop|quit|call)|\w+)", text), text


class TrailCaseTest(unittest.TestCase):

  def test_the_parent_is_led_along_the_way_and_to_its_end(self):
    kinds, text = steps("parent")
    self.assertEqual(kinds, [
        "command { call", "expect_requests", "command { call",
        "expect_requests", "send", "expect_reports", "command { drop",
        "expect_eof", "send", "send", "expect_reports", "expect_reports",
        "half_close", "expect_reports", "command { quit", "expect_exit"])
    # The second call is answered first, then comes the event, then the first;
    # the last of the list is the event's report.
    self.assertEqual(re.findall(r'item \{ (response \{ to: "c\d"|event)', text),
                     ['response { to: "c1"', "event", 'response { to: "c0"',
                      "event"])

  def test_without_a_half_close_the_case_ends_by_itself(self):
    kinds, _ = steps("parent", TRAIL.partition("parent: half-close")[0])
    self.assertEqual(kinds[-1], "clean_end")

  def test_requests_not_yet_sent_are_awaited_before_the_end(self):
    kinds, _ = steps("parent", "parent: call 0 made\nparent: half-close\n")
    self.assertEqual(kinds[:4], ["command { call", "command { drop",
                                 "expect_requests", "expect_eof"])

  def test_the_child_completes_its_calls_in_the_order_of_the_model(self):
    kinds, text = steps("child")
    self.assertEqual(kinds, [
        "send", "expect_silence", "send", "expect_silence", "send",
        "expect_frames", "send", "send", "half_close", "expect_frames",
        "expect_eof", "expect_exit"])
    # Call 1 was held second; what comes behind the half-close is asked for
    # before it: the event, and call 0, which nobody has released.
    self.assertEqual(re.findall(r'tag: "(\w+)"', text),
                     ["c0", "c1", "r1", "v1", "r0"])
    self.assertIn('payload { hex: "5201" }', text)
    self.assertIn('payload { hex: "5200" }', text)

  def test_the_case_is_of_the_role(self):
    for role in ("parent", "child"):
      _, text = steps(role)
      self.assertIn(f'id: "{role}/model-x"', text)
      self.assertIn(f"role: {role.upper()}", text)
      self.assertIn("forms: ASYNC", text)


if __name__ == "__main__":
  unittest.main()
