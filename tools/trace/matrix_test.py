# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The matrix has all that speaks of a requirement, and marks its gaps."""

import html.parser
import unittest

from tools.trace import fixture
from tools.trace import matrix
from tools.trace import matrix_page
from tools.trace import records
from tools.trace import tree

CASE = "conformance/cases/child/a.textproto"


class MatrixCase(unittest.TestCase):
  """What the tests of table and page need."""

  def setUp(self):
    super().setUp()
    self.checkout = fixture.Checkout(self)

  def read(self):
    """The rows by id, and the columns."""
    checkout = tree.read(self.checkout.root)
    rows = matrix.rows(checkout, records.parse(checkout.records_text))
    return {row.id: row for row in rows}, matrix.columns(checkout)


class MatrixTest(MatrixCase):

  def test_each_cell_has_what_speaks_of_it(self):
    self.checkout.write("conformance/testees/x.py",
                        "\n#= spec/wire.md#FR-FRM-001\n")
    rows, _ = self.read()
    self.assertEqual(rows["FR-FRM-001"].cells, {
        "code": ["cc/a.cc:1"], "others": ["conformance/testees/x.py:2"],
        "tests": [], "cases": ["child/a"], "vectors": ["hi"],
        "machines": ["parent-sync: OPEN SEND_REQUEST"]})
    self.assertEqual(rows["FR-FRM-002"].cells, {
        "code": [], "others": [], "tests": ["cc/a_test.cc:1"], "cases": [],
        "vectors": [], "machines": ["parent-sync: OPEN owes"]})
    self.assertEqual(rows["FR-SER-001"].cells["vectors"], ["value"])
    # By a step of the case only.
    self.assertEqual(rows["FR-FRM-003"].cells["cases"], ["child/a"])

  def test_a_case_counts_once(self):
    self.checkout.edit(CASE, 'req: "FR-FRM-003"', 'req: "FR-FRM-001"')
    self.assertEqual(self.read()[0]["FR-FRM-001"].cells["cases"], ["child/a"])

  def test_mutants_come_with_their_matrix_and_count_when_killed(self):
    self.assertNotIn(("mutants", "mutants killed"), self.read()[1])
    self.checkout.write(tree.KILLS, "m1\tkilled\tchild/a\tFR-FRM-001\n"
                        "m2\tsurvived\tchild/a\tFR-FRM-001\n")
    rows, columns = self.read()
    self.assertIn(("mutants", "mutants killed"), columns)
    self.assertEqual(rows["FR-FRM-001"].cells["mutants"], ["m1"])
    self.assertEqual(rows["FR-FRM-001"].lacking, [])

  def test_gaps_are_those_that_check_complains_of(self):
    self.assertEqual([row.lacking for row in self.read()[0].values()], [[]] * 4)
    self.checkout.write("cc/a.cc", "")
    self.checkout.write("cc/a_test.cc", "")
    self.checkout.edit(CASE, "FR-FRM-001", "FR-FRM-002")
    self.checkout.edit("spec/vectors/all.json", "FR-SER-001", "FR-FRM-001")
    self.checkout.write(tree.KILLS, "")
    rows, _ = self.read()
    self.assertEqual({name: row.lacking for name, row in rows.items()}, {
        "FR-FRM-001": ["code", "cases", "mutants"], "FR-FRM-002": ["tests"],
        "FR-FRM-003": [], "FR-SER-001": ["code", "vectors"]})
    self.assertEqual(len(self.checkout.problems()), 6)

  def test_what_is_withdrawn_has_no_row(self):
    self.checkout.edit(records.FILE, 'id: "FR-FRM-003"',
                       'id: "FR-FRM-003" withdrawn: "1.0"')
    self.assertNotIn("FR-FRM-003", self.read()[0])

  def test_table(self):
    lines = matrix.tsv(list(self.read()[0].values())).splitlines()
    self.assertEqual(lines[0].split("\t"), [
        "id", "level", "roles", "forms", "testability", "original", "code",
        "others", "tests", "cases", "vectors", "machines", "lacking"])
    self.assertEqual(lines[1].split("\t"), [
        "FR-FRM-001", "MUST", "PARENT", "SYNC", "CASE", "CONFORMS", "cc/a.cc:1",
        "", "", "child/a", "hi", "parent-sync:/OPEN/SEND_REQUEST", ""])
    self.assertEqual(len(lines), 5)


class PageTest(MatrixCase):

  def page(self):
    rows, columns = self.read()
    return matrix_page.html(list(rows.values()), columns, "1.0", "p {}")

  def test_every_element_is_closed_and_nothing_is_fetched(self):
    page = self.page()
    stack, voids, test = [], {"meta", "input", "wbr"}, self

    class Reader(html.parser.HTMLParser):

      def handle_starttag(self, tag, attrs):
        test.assertNotIn("src", dict(attrs))
        test.assertTrue(dict(attrs).get("href", "#").startswith("#"))
        if tag not in voids:
          stack.append(tag)

      def handle_endtag(self, tag):
        test.assertEqual(stack.pop(), tag)

    Reader().feed(page)
    self.assertEqual(stack, [])

  def test_a_gap_is_marked_and_counted(self):
    self.assertNotIn('class="lack"', self.page())
    self.checkout.write("cc/a_test.cc", "")
    page = self.page()
    self.assertIn('<td class="lack">none</td>', page)
    self.assertIn('<dt>lacking</dt><dd class="lack">1</dd>', page)
    self.assertEqual(page.count('<td class="lack">'), 1)

  def test_counts(self):
    page = self.page()
    for name, count in [
        ("requirements", 4), ("MUST", 2), ("SHOULD", 1), ("MAY", 1),
        ("with code", 2), ("with tests", 1), ("with cases", 2)]:
      self.assertIn(f"<dt>{name}</dt><dd>{count}</dd>", page)

  def test_text_is_escaped(self):
    self.checkout.edit("spec/wire.md", "MAY rest.", "MAY `<rest>` & \"go\".")
    self.assertIn("A parent MAY &lt;rest&gt; &amp; &quot;go&quot;.",
                  self.page())

  def test_many_names_are_folded(self):
    for number in range(4):
      self.checkout.write(f"cc/{number}_test.cc",
                          "//= spec/wire.md#FR-FRM-001\n")
    page = self.page()
    self.assertIn("<summary>4</summary><ul><li><span title=\"cc/0_test.cc:1\">",
                  page)
    # Few are not, none is a dash, and a case is no path.
    self.assertIn("<td><ul><li>child/<wbr>a</li></ul></td>", page)
    self.assertIn('<td class="empty">–</td>', page)


if __name__ == "__main__":
  unittest.main()
