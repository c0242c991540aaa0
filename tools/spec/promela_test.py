# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The Promela of a small machine, word for word, and what is refused."""

import unittest

import promela
import textproto
from google.protobuf import text_format

_MACHINES = """
machines {
  name: "parent-async"
  title: "The parent"
  events: SEND_REQUEST
  events: RECEIVE_END
  initial: "OPEN"
  states { name: "OPEN" }
  states { name: "LEFT" input_ended: true final: true }
  transitions {
    from: "OPEN" event: SEND_REQUEST when: ID_ZERO breach: true
    reqs: "FR-SID-001"
  }
  transitions {
    from: "OPEN" event: SEND_REQUEST unless: ID_ZERO actions: BEGIN_CALL
    to: "OPEN" reqs: "FR-FRM-002" reqs: "FR-ORD-007"
  }
  transitions {
    from: "OPEN" event: RECEIVE_END when: ANY_IN_FLIGHT unless: ID_ZERO
    actions: REPORT_ERROR actions: END_ALL_CALLS to: "LEFT"
  }
}
"""

_EXPECTED = """\
#define PARENT_OPEN 0
#define PARENT_LEFT 1
#define PARENT_INITIAL PARENT_OPEN
#define PARENT_FINAL(state) ((state) == PARENT_LEFT)
#define PARENT_INPUT_ENDED(state) ((state) == PARENT_LEFT)
#define PARENT_OUTPUT_ENDED(state) (false)

inline parent_SEND_REQUEST() {
  if
  :: PARENT_AT(PARENT_OPEN) && PARENT_ID_ZERO ->
     PARENT_BREACH("parent-async: OPEN SEND_REQUEST ID_ZERO breaks FR-SID-001\\n")
  :: PARENT_AT(PARENT_OPEN) && !PARENT_ID_ZERO ->
     PARENT_STEP("parent-async: OPEN SEND_REQUEST !ID_ZERO to OPEN FR-FRM-002 FR-ORD-007\\n");
     PARENT_BEGIN_CALL;
     PARENT_GO(PARENT_OPEN)
  :: else -> PARENT_UNFORESEEN("parent-async: no transition for SEND_REQUEST\\n")
  fi
}

inline parent_RECEIVE_END() {
  if
  :: PARENT_AT(PARENT_OPEN) && PARENT_ANY_IN_FLIGHT && !PARENT_ID_ZERO ->
     PARENT_STEP("parent-async: OPEN RECEIVE_END ANY_IN_FLIGHT !ID_ZERO to LEFT \\n");
     PARENT_REPORT_ERROR;
     PARENT_END_ALL_CALLS;
     PARENT_GO(PARENT_LEFT)
  :: else -> PARENT_UNFORESEEN("parent-async: no transition for RECEIVE_END\\n")
  fi
}
"""


def _parse(text):
  return text_format.Parse(
      text, textproto.message_class("machine", "forkrpc.spec.Machines")())


class PromelaTest(unittest.TestCase):

  def test_a_machine(self):
    text = promela.to_promela(_parse(_MACHINES), "parent-async")
    head, blank, rest = text.partition("\n\n")
    self.assertIn("do not edit", head)
    self.assertEqual(blank + rest, "\n\n" + _EXPECTED)

  def test_an_unknown_machine(self):
    with self.assertRaisesRegex(ValueError, "no machine 'child'"):
      promela.to_promela(_parse(_MACHINES), "child")

  def test_a_transition_to_no_state(self):
    broken = _MACHINES.replace('to: "LEFT"', 'to: "GONE"')
    with self.assertRaisesRegex(ValueError, "parent-async: no state 'GONE'"):
      promela.to_promela(_parse(broken), "parent-async")

  def test_a_transition_from_no_state(self):
    broken = _MACHINES.replace('from: "OPEN" event: RECEIVE_END',
                               'from: "SHUT" event: RECEIVE_END')
    with self.assertRaisesRegex(ValueError, "parent-async: no state 'SHUT'"):
      promela.to_promela(_parse(broken), "parent-async")


if __name__ == "__main__":
  unittest.main()
