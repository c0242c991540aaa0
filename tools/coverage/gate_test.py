# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

"""gate.py: what it adds up, what it excuses, and what it does not let pass."""

import unittest

import gate

WIRE = "SF:/x/_virtual_includes/frame/forkrpc/wire/frame.h"
REST = """SF:cc/forkrpc/serialiser/raw.h
DA:1,1
SF:cc/forkrpc/connection/connection.h
DA:1,1
"""


def judge(trace, exceptions="", wanted=95):
    files = gate.read_trace(trace.splitlines())
    excused = gate.read_exceptions(exceptions.splitlines())
    return gate.judge(files, excused, lambda path, line: f"text {line}", wanted)


class GateTest(unittest.TestCase):
    def test_all_ran(self):
        table, failures = judge(f"{WIRE}\nDA:1,1\nBRDA:1,0,0,1\nBRDA:1,0,1,3\n{REST}")
        self.assertEqual(failures, [])
        self.assertIn("lines 1/1  branches 2/2", table[0])

    def test_a_line_that_never_ran(self):
        _, failures = judge(f"{WIRE}\nDA:1,1\nDA:7,0\n{REST}")
        self.assertEqual(failures, ["cc/forkrpc/wire/frame.h:7: never ran: text 7"])

    def test_programs_are_added_up(self):
        other = "SF:cc/forkrpc/wire/frame.h\nDA:7,2\nBRDA:7,0,0,1\n"
        _, failures = judge(f"{WIRE}\nDA:7,0\nBRDA:7,0,0,-\n{other}{REST}", wanted=100)
        self.assertEqual(failures, [])

    def test_too_few_branches(self):
        table, failures = judge(f"{WIRE}\nDA:1,1\nBRDA:1,0,0,1\nBRDA:1,0,1,0\n{REST}")
        self.assertEqual(failures, ["wire: 50.0 % of the branches, wanted 95 %"])
        self.assertIn("  cc/forkrpc/wire/frame.h:1: never false: text 1", table)

    def test_exceptions(self):
        trace = f"{WIRE}\nDA:1,0\nBRDA:1,0,0,1\nBRDA:1,0,1,0\n{REST}"
        line = "cc/forkrpc/wire/frame.h :: line :: text 1 :: cannot be\n"
        branches = line.replace(":: line", ":: branches")
        self.assertEqual(judge(trace, line + branches)[1], [])
        self.assertEqual(len(judge(trace, line)[1]), 1)
        self.assertEqual(len(judge(trace, branches)[1]), 1)

    def test_an_exception_that_is_not_needed(self):
        _, failures = judge(
            f"{WIRE}\nDA:1,1\n{REST}", "\ncc/forkrpc/wire/frame.h :: line :: text 1 :: no more"
        )
        self.assertEqual(
            failures, ["exceptions line 2 is not needed: cc/forkrpc/wire/frame.h: text 1"]
        )

    def test_nothing_measured(self):
        self.assertIn("wire: nothing was measured", judge(REST)[1])

    def test_tests_and_other_layers_are_not_held_to_it(self):
        for path in ("cc/forkrpc/wire/frame_test.cc", "cc/forkrpc/pool/pool.cc", "/usr/x.h",
                     "cc/forkrpc/wire/frame_decoder_fuzzer.cc"):
            self.assertIsNone(gate.source_path(path))

    def test_bad_exceptions(self):
        for line in ("a :: line :: b", "a :: lines :: b :: c", "x"):
            with self.assertRaisesRegex(gate.BadInput, "line 1 is not"):
                gate.read_exceptions([line])


if __name__ == "__main__":
    unittest.main()
