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


class PageTest(unittest.TestCase):

  @classmethod
  def setUpClass(cls):
    folder = pathlib.Path(os.environ["TEST_TMPDIR"]) / "reports"
    subprocess.run([RENDERER, RESULTS, str(folder)], check=True)
    cls.url = (folder / "report.html").absolute().as_uri()
    cls.browser = cls.entered(browser.Browser(browser.find()))

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
                      if url not in (self.url, "about:blank")
                      and not url.startswith(self.url + "#")], [])
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
        ["C 3/4 full fail", "F 1/1 full should", "! 1/1 full fail"])

  def test_one_testee_is_one(self):
    self.assertIn(" requirements, 1 testee. ", self.browser.eval(
        "document.getElementById('lead').textContent"))

  def test_filters(self):
    self.assertEqual(self.browser.eval(_SHOWN), [0, 1, 2])
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
    self.assertEqual(self.browser.eval(_SHOWN), [0, 1, 2])
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
    self.assertEqual(self.browser.eval(heads), ["Frames"])
    self.choose("group", "requirement")
    self.assertEqual(self.browser.eval(heads),
                     ["FR-FRM-001 MUST", "FR-FRM-002 SHOULD"])
    self.assertEqual(self.browser.eval(_SHOWN), [0, 2, 1])
    self.choose("group", "level")
    self.assertEqual(self.browser.eval(heads), ["MUST", "SHOULD"])

  def test_by_keyboard_alone(self):
    # From the top of the page Tab reaches the grid.
    for _ in range(30):
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
    self.assertIn("child/b", self.browser.eval(_FOCUS))
    self.keys("ArrowDown", "ArrowDown", "ArrowRight")
    self.assertIn("child/c", self.browser.eval(_FOCUS))
    self.keys("p", "ArrowUp", "ArrowLeft")
    self.assertIn("child/a", self.browser.eval(_FOCUS))
    self.keys("Enter")
    self.assertTrue(self.browser.eval(f"{_DIALOG}.open"))
    self.assertEqual(self.browser.eval(_HEAD), "child/a")
    self.keys("Escape")
    self.browser.wait(f"!{_DIALOG}.open")
    self.browser.wait(f"({_FOCUS} || '').startsWith('child/a')")
    self.keys("n", "Enter")
    self.assertEqual(self.browser.eval(_HEAD), "child/b")

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
    self.keys("n", "Enter")
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
