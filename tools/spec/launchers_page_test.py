# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of launchers_page.py."""

import json
import pathlib
import tempfile
import unittest

import launchers_page


def row(name, kind="launcher", fit=True, mend="", **broken):
  return {"kind": kind, "program": "p", "version": "1.2", "name": name,
          "mend": mend, "fit": fit, "broken": broken,
          "not_tried": ["latest_answer"], "starts": 52}


def made(*rows):
  with tempfile.TemporaryDirectory() as folder:
    root = pathlib.Path(folder)
    (root / "spec").mkdir()
    (root / "spec/launchers.jsonl").write_text(
        "".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return launchers_page.make(root)


class LaunchersPageTest(unittest.TestCase):

  def test_how_many_workers_a_row_has_begun_at_most(self):
    self.assertIn("begun up to 54 workers", made(row("a"), {**row("b"), "starts": 54}))

  def test_what_holds(self):
    self.assertIn("| `env` | p 1.2 | all holds |  |  |", made(row("env")))

  def test_what_holds_after_a_long_time(self):
    slow = {**row("env"), "not_tried": []}
    self.assertIn("| all holds, after 75 s too |", made(slow))

  def test_what_does_not_hold_and_what_to_do(self):
    self.assertIn(
        "| `nc` | p 1.2 | the half-close does not arrive |  | nc -N |",
        made(row("nc", fit=False, mend="nc -N", half_close="nothing came")))

  def test_what_follows_of_it_is_left_out(self):
    page = made(row("cut", fit=False, late_answer="a", later_answer="b",
                    large_answer="c", last_answer="d"))
    self.assertIn("| an answer after 0.3 s is lost |", page)

  def test_what_is_good_to_know(self):
    page = made(row("nohup", plain_signals="ignored: HUP; blocked: -"))
    self.assertIn("| all holds | signals: ignored: HUP; blocked: - |", page)

  def test_a_connection_has_no_exit_status(self):
    page = made(row("x", kind="client", exit_status="0", stderr_arrives="no"))
    self.assertIn("| all holds |  |  |", page)

  def test_each_kind_has_its_table(self):
    page = made(row("a"), row("b", kind="proxy"))
    self.assertLess(page.index("| `a` |"), page.index("## Proxies"))
    self.assertGreater(page.index("| `b` |"), page.index("## Proxies"))
    self.assertNotIn("## Clients", page)

  def test_rows_that_do_not_fit_are_refused(self):
    with self.assertRaisesRegex(ValueError, "what is nonsense"):
      made(row("x", nonsense=""))
    with self.assertRaisesRegex(ValueError, "fit, or not"):
      made(row("x", fit=True, half_close=""))


if __name__ == "__main__":
  unittest.main()
