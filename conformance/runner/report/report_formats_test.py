# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The reports of hostile results, read by parsers that are not ours.

usage: report_formats_test.py RENDERER RESULTS
"""

import html.parser
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree

RENDERER, RESULTS = sys.argv[1:3]
_POINT = re.compile(
    r"(not )?ok (\d+) - ((?:[^#\\]|\\.)*?)(?: # (SKIP|TODO)(?: (.*))?)?$")


class _Page(html.parser.HTMLParser):
  """Scripts and the document's tags."""

  def __init__(self):
    super().__init__(convert_charrefs=True)
    self.tags = []
    self.scripts = []

  def handle_starttag(self, tag, attrs):
    self.tags.append((tag, dict(attrs)))
    if tag == "script":
      self.scripts.append("")

  def handle_data(self, data):
    if self.tags and self.tags[-1][0] == "script":
      self.scripts[-1] += data


class FormatsTest(unittest.TestCase):

  @classmethod
  def setUpClass(cls):
    cls.folder = pathlib.Path(os.environ["TEST_TMPDIR"]) / "reports"
    subprocess.run([RENDERER, RESULTS, str(cls.folder)], check=True)

  def read(self, name):
    # Strict: what is not UTF-8 raises.
    return (self.folder / name).read_bytes().decode("utf-8")

  def test_no_format_has_control_characters(self):
    names = sorted(path.name for path in self.folder.iterdir())
    self.assertEqual(names, ["junit.xml", "report.html", "report.json",
                             "report.md", "report.tap"])
    for name in names:
      self.assertNotRegex(self.read(name), r"[\x00-\x08\x0b-\x1f\x7f-\x9f]",
                          name)

  def test_json(self):
    report = json.loads(self.read("report.json"))
    run = report["testees"][0]["classes"][0]["runs"][1]
    self.assertEqual(run["verdict"], "FAIL")
    self.assertIn(r"\x00\x1b[31m\xff {{DATA}}", run["reason"])
    self.assertEqual(report["testees"][0]["classes"][0]["score"]["runs_total"],
                     6)

  def test_every_format_tells_of_the_twin(self):
    said = "its twin child/a failed too (FAIL): the fault may be elsewhere"
    for path in self.folder.iterdir():
      if path.name != "report.json":
        self.assertEqual(path.read_text("utf-8").count(said), 1, path.name)
    runs = json.loads(self.read("report.json"))["testees"][0]["classes"][0]["runs"]
    self.assertEqual([run["id"] for run in runs if run["twin"]],
                     ["child/b:sync"])
    self.assertEqual((runs[4]["twin"], runs[4]["twin_verdict"]),
                     ("child/a", "FAIL"))

  def test_every_format_tells_of_shared_sessions(self):
    differs = r"as session 7 of a process FAIL: got ]]> # <b> \xff; in a process" \
              " of its own PASS, which counts"
    not_shared = r"no </script> & \x1b folder"
    junit = xml.etree.ElementTree.fromstring(self.read("junit.xml"))
    properties = {each.get("name"): each.get("value")
                  for each in junit[0].iter("property")}
    self.assertEqual(properties["shared_session_differs"],
                     f"child/a:sync: {differs}")
    self.assertEqual(properties["sessions_not_shared"], not_shared)
    lines = self.read("report.tap").splitlines()
    self.assertIn(f"# evil child sync child/a:sync differs {differs}", lines)
    self.assertIn(f"# evil child sync: no sessions are shared: {not_shared}",
                  lines)
    page = _Page()
    page.feed(self.read("report.html"))
    data = next(script for script, (_, attributes) in zip(
        page.scripts, (each for each in page.tags if each[0] == "script"))
                if attributes.get("type") == "application/json")
    each = json.loads(data)["testees"][0]["classes"][0]
    self.assertEqual(each["differences"], [{"run": "child/a:sync", "text": differs}])
    self.assertEqual(each["not_shared"], not_shared)
    self.assertIn(f"            {differs}\n", self.read("report.md"))

  def test_junit_counts_are_those_of_its_cases(self):
    root = xml.etree.ElementTree.fromstring(self.read("junit.xml"))
    self.assertEqual(root.tag, "testsuites")
    self.assertEqual([suite.get("name") for suite in root],
                     ["evil.child.sync", "evil.parent.async"])
    for node in [root, *root]:
      cases = list(node.iter("testcase"))
      self.assertEqual(int(node.get("tests")), len(cases))
      for attribute, tag in (("failures", "failure"), ("errors", "error"),
                             ("skipped", "skipped")):
        self.assertEqual(int(node.get(attribute)),
                         sum(case.find(tag) is not None for case in cases))
      self.assertAlmostEqual(
          float(node.get("time")),
          sum(float(case.get("time")) for case in cases))

  def test_junit_has_only_what_its_schema_has(self):
    attributes = {
        "testsuites": {"name", "tests", "failures", "errors", "skipped",
                       "time"},
        "testsuite": {"name", "tests", "failures", "errors", "skipped", "time"},
        "testcase": {"name", "classname", "time"},
        "properties": set(), "property": {"name", "value"},
        "failure": {"type", "message"}, "error": {"type", "message"},
        "skipped": {"message"}, "system-out": set(), "system-err": set()}
    children = {
        "testsuites": r"(testsuite )*",
        "testsuite": r"properties (testcase )*",
        "testcase": r"((skipped|error|failure) )?(system-out )?(system-err )?",
        "properties": r"(property )*"}
    root = xml.etree.ElementTree.fromstring(self.read("junit.xml"))
    for node in root.iter():
      self.assertLessEqual(set(node.keys()), attributes[node.tag])
      self.assertRegex("".join(f"{child.tag} " for child in node),
                       rf"\A{children.get(node.tag, '')}\Z")

  def test_junit_outcomes(self):
    root = xml.etree.ElementTree.fromstring(self.read("junit.xml"))
    outcomes = {case.get("name"): next((child.tag for child in case), "")
                for case in root.iter("testcase")}
    self.assertEqual(outcomes, {
        "child/a:sync": "", "child/a:sync:pipes": "failure",
        "child/a:sync:every-octet": "failure",
        "child/a:sync:coalesced": "skipped", "child/b:sync": "skipped",
        "child/c:sync": "error", "start-up": "error"})
    case = root.find(".//testcase[@name='child/a:sync:pipes']")
    self.assertIn("]]> <img src=x onerror=window.broken=1> & \"'\n# TODO",
                  case.find("failure").get("message"))
    self.assertIn("]]></script>", case.find("system-out").text)
    self.assertIn("</pre>]]>", case.find("system-err").text)

  def test_tap(self):
    lines = self.read("report.tap").split("\n")
    self.assertEqual(lines[0], "TAP version 14")
    self.assertEqual(lines[1], "1..7")
    points = []
    block = False
    for line in lines[2:-1]:
      if block:
        self.assertTrue(line.startswith("  "), line)
        block = line != "  ..."
      elif line == "  ---":
        block = True
      elif not line.startswith("# "):
        point = _POINT.match(line)
        self.assertTrue(point, line)
        points.append((not point[1], int(point[2]), point[3], point[4]))
    self.assertFalse(block)
    self.assertEqual(points, [
        (True, 1, "evil child sync child/a:sync", None),
        (False, 2, "evil child sync child/a:sync:pipes", None),
        (False, 3, "evil child sync child/a:sync:every-octet", None),
        (True, 4, "evil child sync child/a:sync:coalesced", "SKIP"),
        (False, 5, "evil child sync child/b:sync", "TODO"),
        (False, 6, "evil child sync child/c:sync", None),
        (False, 7, "evil parent async start-up", None)])
    self.assertIn("# SKIP no \\# way", "\n".join(lines))

  @unittest.skipUnless(shutil.which("prove"), "Perl's prove is not installed")
  def test_tap_is_read_by_prove(self):
    # Up to Perl 5.36 it knows version 13 only; nothing else here is newer.
    text = self.read("report.tap").replace("version 14", "version 13", 1)
    old = self.folder.parent / "old.tap"
    old.write_text(text, encoding="utf-8")
    said = subprocess.run(["prove", "-e", "cat", str(old)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False).stdout.decode()
    self.assertIn("Failed tests:  2-3, 6-7", said)
    self.assertIn("Tests=7,", said)
    self.assertNotIn("Parse errors", said)

  def test_the_page_has_no_markup_from_results(self):
    page = _Page()
    page.feed(self.read("report.html"))
    names = [tag for tag, _ in page.tags]
    self.assertNotIn("img", names)
    self.assertEqual(len(page.scripts), 2)
    for tag, attributes in page.tags:
      self.assertNotIn("src", attributes)
      self.assertRegex(attributes.get("href", "#"), "^#")
    self.assertNotIn("{{", page.scripts[1])
    data = json.loads(page.scripts[0])
    run = data["testees"][0]["classes"][0]["runs"]["0"][0]
    self.assertIn("{{DATA}}", run["reason"])
    self.assertIn("]]></script>", run["log"])
    self.assertEqual(data["testees"][0]["classes"][0]["cells"],
                     {"0": [1, 1, 1, 0, 1], "1": [0, 1],
                      "2": [0, 0, 0, 0, 0, 1]})

  def test_the_markdown_names_what_no_case_cites(self):
    text = self.read("report.md")
    self.assertIn("- FR-FRM-003 (test): A child MUST \\`x\\`.", text)
    self.assertIn("| evil | child sync | 2 of 5 | 1 of 1 | 1 of 6 | 4 of 6 | "
                  "2 of 3 |", text)
    self.assertNotIn("<img", text)
    tables = [line for line in text.split("\n") if line.startswith("| evil")]
    self.assertEqual(len(tables), 3 + 3 + 5)
    # Every row has the bars of its head; those in cells are escaped.
    for line in tables:
      self.assertIn(len(re.findall(r"(?<!\\)\|", line)), (8, 10))


if __name__ == "__main__":
  unittest.main(argv=sys.argv[:1])
