# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The HTML report in a headless Chromium, by keyboard, from disk.

usage: page_test.py RENDERER RESULTS
Needs a Chromium; without one it fails, so run it only where there is one.
"""

import os
import pathlib
import subprocess
import sys
import unittest

import browser

RENDERER, RESULTS = sys.argv[1:3]
_SHOWN = ("[...document.querySelectorAll('#matrix tr.case')]"
          ".filter((row) => row.offsetHeight > 0).map((row) => row.index)")
_FOCUS = "document.activeElement.getAttribute('aria-label')"
_DIALOG = "document.getElementById('details')"
_HEAD = "document.getElementById('details-title').textContent"
_LINKS = "[...document.querySelectorAll('a[href]')].map((a) => a.hash)"
_WIDTH = "document.documentElement.scrollWidth"

# Testees beside the hostile one: six with long names, of which the last breaks
# nothing but a SHOULD, and the others a MUST of the suite's last case.
_MORE = """
started: "2026-11-30T17:45:00Z"
command: "forkrpc-conformance" command: "matrix" command: "--filter=child/*" command: "it's"
""" + "".join(f"""
testees {{
  name: "implementation_number_{number}_with_a_name_that_goes_on_and_on" version: "1.{number}"
  language: "L" manifest: "m.json"
""" + "".join(f"""
  classes {{
    role: CHILD form: {form} state: RAN
    runs {{ id: "child/a:x" case_id: "child/a" level: MUST verdict: PASS }}
    runs {{ id: "child/b:x" case_id: "child/b" level: SHOULD verdict: {"FAIL" if number == 6 else "PASS"}
      broken_req: "FR-FRM-002" }}
    runs {{ id: "child/c:x" case_id: "child/c" level: MUST verdict: {"PASS" if number == 6 else "CRASH"}
      broken_req: "FR-FRM-001" errors: "Traceback: line 7" wire_log: "  0.000001 - step 1\\n" }}
  }}""" for form in ("SYNC", "ASYNC")) + "\n}\n" for number in range(1, 7))


class PageTest(unittest.TestCase):

  @classmethod
  def setUpClass(cls):
    cls.url = cls.rendered(RESULTS, "reports")
    many = pathlib.Path(os.environ["TEST_TMPDIR"]) / "many.textproto"
    many.write_text(pathlib.Path(RESULTS).read_text(encoding="utf-8") + _MORE,
                    encoding="utf-8")
    cls.many = cls.rendered(str(many), "many")
    cls.browser = cls.entered(browser.Browser(browser.find()))

  @classmethod
  def rendered(cls, results, name):
    folder = pathlib.Path(os.environ["TEST_TMPDIR"]) / name
    subprocess.run([RENDERER, results, str(folder)], check=True)
    return (folder / "report.html").absolute().as_uri()

  @classmethod
  def entered(cls, context):
    value = context.__enter__()
    cls.addClassCleanup(context.__exit__, None, None, None)
    return value

  def setUp(self):
    self.browser.size(1600, 1000)
    self.browser.scheme("light")
    self.browser.open(self.url)

  def tearDown(self):
    self.assertEqual(self.browser.errors, [])
    self.assertEqual([url for url in self.browser.requests
                      if url.split("#")[0] not in
                      (self.url, self.many, "about:blank")], [])
    # No text of the results became a script or an element.
    self.assertIsNone(self.browser.eval("window.broken"))
    self.assertEqual(self.browser.eval("document.images.length"), 0)

  def choose(self, name, value):
    self.browser.eval(
        f"document.getElementById('{name}').value = '{value}';"
        f"document.getElementById('{name}').dispatchEvent("
        "new Event('input', {bubbles: true}))")

  def keys(self, *names):
    for name in names:
      self.browser.key(name)

  def focus_grid(self):
    self.browser.eval("document.querySelector('#matrix td[tabindex=\"0\"]')"
                      ".focus()")

  def test_cells_tell_worst_verdict_and_counts(self):
    self.assertEqual(
        self.browser.eval("[...document.querySelectorAll('#matrix td')]"
                          ".map((td) => td.textContent + ' ' + td.className)"),
        ["C 3/4 full fail", "! 1/1 full fail", "F 1/1 full should"])

  def test_one_testee_is_one(self):
    self.assertIn(" 3 requirements · 1 testee", self.text("about"))

  def text(self, name):
    return self.browser.eval(f"document.getElementById('{name}').innerText")

  def test_the_head_tells_the_verdicts_worst_first(self):
    self.browser.open(self.many)
    lines = self.browser.eval("[...document.querySelectorAll('#verdicts li')]"
                              ".map((line) => line.textContent)")
    self.assertEqual(len(lines), 7)
    self.assertTrue(lines[0].startswith(
        "✗evil breaks 1 MUST in 1 case: FR-FRM-001; misses 1 SHOULD in 1 case: "
        "FR-FRM-002; "), lines[0])
    name = "implementation_number_{}_with_a_name_that_goes_on_and_on"
    self.assertTrue(lines[1].startswith(
        f"✗{name.format(1)} breaks 1 MUST in 1 case: FR-FRM-001; "), lines[1])
    self.assertTrue(lines[6].startswith(
        f"~{name.format(6)} keeps every MUST"), lines[6])
    # It stands before all figures.
    self.assertLess(
        self.browser.eval("document.getElementById('verdicts')"
                          ".getBoundingClientRect().bottom"),
        self.browser.eval("document.getElementById('scores')"
                          ".getBoundingClientRect().top"))

  def test_the_head_tells_date_versions_and_command(self):
    self.browser.open(self.many)
    for part in ("2026-11-30 17:45:00 UTC", "forkrpc-conformance 0.1.0",
                 "specification 1.0"):
      self.assertIn(part, self.text("about"))
    self.assertIn("forkrpc-conformance matrix '--filter=child/*' 'it'\\''s'",
                  self.text("command"))
    self.assertIn("name_that_goes_on_and_on 1.3", self.text("scores"))

  def test_the_head_tells_what_shared_sessions_did_otherwise(self):
    self.assertEqual(self.text("shared").splitlines(), [
        "1 run in a process of many sessions differed",
        "evil, child sync: child/a:sync differs as session 7 of a process FAIL: "
        "got ]]> # <b> \\xff; in a process of its own PASS, which counts",
        "evil, child sync: no sessions are shared: no </script> & \\x1b folder"])

  def test_what_failed_stands_first_and_the_most_failed_before_it(self):
    self.browser.open(self.many)
    # c is failed by six, a only by the hostile one; b is a SHOULD.
    self.assertEqual(self.browser.eval(_SHOWN), [2, 0, 1])
    self.choose("testee", "implementation_number_6_with_a_name_that_goes_on_and_on")
    self.assertEqual(self.browser.eval(_SHOWN), [1, 0, 2])
    # Only its columns are left.
    self.assertEqual(self.browser.eval(
        "document.querySelectorAll('#matrix tr.case td').length"), 3 * 2)

  def test_keys_work_from_the_start(self):
    self.keys("n")
    self.assertIn("child/a", self.browser.eval(_FOCUS))
    self.keys("j")
    self.assertIn("child/c", self.browser.eval(_FOCUS))
    self.keys("n", "p", "k", "Enter")
    self.assertEqual(self.browser.eval(_HEAD), "child/a")
    # In an open cell, too.
    self.keys("n")
    self.assertEqual(self.browser.eval(_HEAD), "child/c")
    self.keys("k", "k")
    self.assertEqual(self.browser.eval(_HEAD), "child/a")
    self.keys("Escape")
    self.browser.wait(f"!{_DIALOG}.open")
    # From the other end, and not while somebody writes.
    self.browser.open(self.url + "#group=section")
    self.keys("p")
    self.assertIn("child/c", self.browser.eval(_FOCUS))
    self.browser.eval("document.getElementById('text').focus()")
    self.keys("n", "k")
    self.assertEqual(self.browser.eval("document.activeElement.value"), "nk")

  def test_no_cell_hides_below_the_head_of_the_table(self):
    self.browser.size(1300, 240)
    self.browser.open(self.many)
    seen = set()
    for key in "n" * 16 + "p" * 16:
      self.keys(key)
      seen.add(self.browser.eval(_FOCUS))
      self.assertGreaterEqual(
          self.browser.eval("document.activeElement.getBoundingClientRect().top"),
          self.browser.eval("document.querySelector('#matrix thead')"
                            ".getBoundingClientRect().bottom - 1"))
    self.assertEqual(len(seen), 15)

  def test_every_link_leads_somewhere(self):
    for page in (self.url, self.many):
      self.browser.open(page)
      links = self.browser.eval(_LINKS)
      self.assertGreater(
          sum(link.startswith("#req=") for link in links), 2)
      for link in sorted(set(links) - {"#matrix"}):
        self.browser.open(page + link)
        if link.startswith("#req="):
          self.assertTrue(self.browser.eval(
              "document.getElementById('clause').open"), link)
        else:
          self.assertNotEqual(self.browser.eval(_SHOWN), [], link)

  def test_a_clause_opens_with_its_text(self):
    self.browser.eval("document.querySelector('#verdicts a.clause').click()")
    self.assertTrue(self.browser.eval("document.getElementById('clause').open"))
    text = self.text("clause")
    for part in ("FR-FRM-001 MUST", "A child MUST <b>.</b>", "“Frames”",
                 "evil: child/a"):
      self.assertIn(part, text)
    self.keys("Escape")
    # Above an open cell, which stays.
    self.keys("n", "Enter")
    self.browser.eval(f"{_DIALOG}.querySelector('a.clause').click()")
    self.assertTrue(self.browser.eval("document.getElementById('clause').open"))
    self.keys("Escape")
    self.browser.wait("!document.getElementById('clause').open")
    self.assertEqual(self.browser.eval(_HEAD), "child/a")
    self.assertTrue(self.browser.eval(f"{_DIALOG}.open"))

  def test_a_figure_of_the_score_leads_to_its_cases(self):
    self.browser.open(self.many)
    figures = self.browser.eval(
        "[...document.querySelectorAll('#scores td[data-label=\"MUST failed\"] a')]"
        ".map((a) => [a.textContent, a.hash])")
    self.assertEqual(len(figures), 11)
    for number, place in figures:
      self.browser.open(self.many)
      self.browser.eval(f"document.querySelector('#scores a[href=\"{place}\"]').click()")
      self.browser.wait("document.getElementById('level').value === 'MUST'")
      self.assertEqual(self.browser.eval(
          "[...document.querySelectorAll('#matrix tr.case')]"
          ".filter((row) => row.offsetHeight > 0).flatMap(cellsOf)"
          ".filter((td) => td.cell)"
          ".reduce((sum, td) => sum + td.cell.count(...FAILED), 0)"), int(number))
      self.browser.eval("document.getElementById('reset').click()")
      self.assertEqual(len(self.browser.eval(_SHOWN)), 3)

  def test_what_it_wrote_stands_before_the_log_and_the_command(self):
    self.browser.open(self.many + "#testee=implementation_number_1_with_a_name_that_goes_on_and_on")
    self.keys("n", "Enter")
    text = self.browser.eval(f"{_DIALOG}.innerText")
    self.assertLess(text.index("CRASH"), text.index("Traceback: line 7"))
    self.assertLess(text.index("Traceback: line 7"), text.index("Reproduce"))
    self.assertLess(text.index("Reproduce"), text.index("Wire log"))

  def test_nothing_is_wider_than_a_telephone(self):
    for width in (400, 320):
      self.browser.size(width, 800)
      self.browser.open(self.many)
      self.assertLessEqual(self.browser.eval(_WIDTH), width)
      # Nothing hides behind an edge, either: not of the score, nor of the head.
      self.assertEqual(self.browser.eval(
          "[...document.querySelectorAll('#scores *, #verdicts *, #matrix thead *, #filters *')]"
          ".filter((e) => e.getBoundingClientRect().right > innerWidth)"
          ".map((e) => e.outerHTML.slice(0, 80))"), [])
      self.keys("n", "Enter")
      self.assertLessEqual(self.browser.eval(f"{_DIALOG}.scrollWidth"),
                           self.browser.eval(f"{_DIALOG}.clientWidth"))
      self.browser.eval(f"{_DIALOG}.querySelector('a.clause').click()")
      self.assertLessEqual(
          self.browser.eval("document.getElementById('clause').scrollWidth"), width)

  def test_filters(self):
    self.assertEqual(self.browser.eval(_SHOWN), [0, 2, 1])
    self.browser.eval("document.getElementById('text').focus()")
    self.browser.type("fr-frm-001 more")
    self.assertEqual(self.browser.eval(_SHOWN), [0])
    self.choose("text", "")
    self.choose("level", "SHOULD")
    self.assertEqual(self.browser.eval(_SHOWN), [1])
    self.choose("level", "")
    self.choose("verdict", "UNSUPPORTED")
    self.assertEqual(self.browser.eval(_SHOWN), [0])
    self.choose("verdict", "not-passed")
    self.assertEqual(self.browser.eval(_SHOWN), [0, 2, 1])
    self.choose("verdict", "failed")
    self.assertEqual(self.browser.eval(_SHOWN), [0, 1])
    self.choose("role", "parent")
    self.assertEqual(self.browser.eval(_SHOWN), [])
    self.assertEqual(
        self.browser.eval("document.getElementById('shown').textContent"),
        "0 of 3 cases")
    # The view can be sent on: the address has it.
    self.browser.open(self.url + "#verdict=HARNESS&group=level")
    self.assertEqual(self.browser.eval(_SHOWN), [2])

  def test_groups(self):
    heads = ("[...document.querySelectorAll('#matrix tr.group th')]"
             ".map((head) => head.firstChild.textContent)")
    self.assertEqual(self.browser.eval(heads),
                     ["Failed: a MUST", "Failed: a SHOULD"])
    self.choose("group", "section")
    self.assertEqual(self.browser.eval(heads), ["Frames"])
    self.choose("group", "requirement")
    self.assertEqual(self.browser.eval(heads),
                     ["FR-FRM-001 MUST", "FR-FRM-002 SHOULD"])
    self.assertEqual(self.browser.eval(_SHOWN), [0, 2, 1])
    self.choose("group", "level")
    self.assertEqual(self.browser.eval(heads), ["MUST", "SHOULD"])

  def test_by_keyboard_alone(self):
    # From the top of the page Tab reaches the grid.
    for _ in range(60):
      self.keys("Tab")
      if "child/a" in (self.browser.eval(_FOCUS) or ""):
        break
    self.assertEqual(
        self.browser.eval(_FOCUS),
        "child/a, evil sync: CRASH 1, FAIL 1, UNSUPPORTED 1, PASS 1 of 4 runs")
    self.assertNotEqual(
        self.browser.eval("getComputedStyle(document.activeElement)"
                          ".outlineStyle"), "none")
    self.keys("ArrowDown")
    self.assertIn("child/c", self.browser.eval(_FOCUS))
    self.keys("ArrowDown", "ArrowDown", "ArrowRight")
    self.assertIn("child/b", self.browser.eval(_FOCUS))
    self.keys("p", "ArrowUp", "ArrowLeft")
    self.assertIn("child/a", self.browser.eval(_FOCUS))
    self.keys("Enter")
    self.assertTrue(self.browser.eval(f"{_DIALOG}.open"))
    self.assertEqual(self.browser.eval(_HEAD), "child/a")
    self.keys("Escape")
    self.browser.wait(f"!{_DIALOG}.open")
    self.browser.wait(f"({_FOCUS} || '').startsWith('child/a')")
    self.keys("n", "Enter")
    self.assertEqual(self.browser.eval(_HEAD), "child/c")

  def test_what_a_failing_cell_tells(self):
    self.focus_grid()
    self.keys("Enter")
    text = self.browser.eval(f"{_DIALOG}.innerText")
    for part in ("A child MUST <b>.</b>", "step 2: got ]]> <img", "at octet 4",
                 "FR-FRM-002 SHOULD", "status 0",
                 "forkrpc-conformance run --filter child/a:sync:pipes "
                 "'it'\\''s here/testee.json'"):
      self.assertIn(part, text)
    log = f"{_DIALOG}.querySelector('pre.log')"
    self.assertIn("]]></script>", self.browser.eval(f"{log}.textContent"))
    # Both directions, told apart, and the step that is not passed.
    self.assertEqual(
        self.browser.eval(f"[...{log}.children].map((line) => line.className)"),
        ["parent", "parent", "child", "child", "found", ""])
    self.assertIn("not ok 7",
                  self.browser.eval(f"{_DIALOG}.querySelector('pre.errors')"
                                    ".textContent"))
    # Each run that is not passed.
    self.assertEqual(
        self.browser.eval(f"{_DIALOG}.querySelectorAll('article').length"), 3)

  def test_a_long_log_shows_its_end(self):
    self.browser.eval("document.styleSheets[0].insertRule("
                      "'pre.log { max-height: 2rem !important }')")
    self.focus_grid()
    self.keys("Enter")
    log = f"{_DIALOG}.querySelector('pre.log')"
    self.assertGreater(self.browser.eval(f"{log}.scrollTop"), 0)

  def test_the_dialog_tells_of_the_twin(self):
    self.focus_grid()
    self.keys("n", "n", "Enter")
    self.assertIn("child/b", self.browser.eval(_HEAD))
    self.assertIn("its twin child/a failed too (FAIL)",
                  self.browser.eval(f"{_DIALOG}.innerText"))

  def test_both_schemes_and_both_widths(self):
    papers = set()
    for scheme in ("light", "dark"):
      self.browser.scheme(scheme)
      papers.add(self.browser.eval(
          "getComputedStyle(document.body).backgroundColor"))
      for width in (390, 1600):
        self.browser.size(width, 900)
        self.assertLessEqual(
            self.browser.eval("document.documentElement.scrollWidth"), width)
        self.focus_grid()
        self.keys("Enter")
        self.assertLessEqual(
            self.browser.eval(f"{_DIALOG}.scrollWidth"),
            self.browser.eval(f"{_DIALOG}.clientWidth"))
        self.keys("Escape")
        self.browser.wait(f"!{_DIALOG}.open")
    self.assertEqual(len(papers), 2)


if __name__ == "__main__":
  unittest.main(argv=sys.argv[:1])
