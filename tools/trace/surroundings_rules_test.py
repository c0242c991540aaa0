# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The same for the rules on cases, code, tests, mutants and examples."""

import unittest

from tools.trace import fixture
from tools.trace import records
from tools.trace import rules
from tools.trace import tree

WIRE = "spec/wire.md"
RECORDS = records.FILE
KILLS = tree.KILLS


class CoverageRulesTest(fixture.RulesCase):

  def test_a_requirement_without_case(self):
    path = "conformance/cases/child/a.textproto"
    wanted = ("records: FR-FRM-001 is to be tested by a CASE, but no "
              "conformance case cites it")
    self.planted(path, "FR-FRM-001", "FR-FRM-003", wanted)
    # A step's citation will do; a vector's will not, nor a word in a remark.
    self.checkout.write(path, 'id: "child/a" role: PARENT forms: SYNC\n'
                        'steps { req: "FR-FRM-001" }\n')
    self.assert_problems()
    self.checkout.write(path, 'id: "child/a"\n# FR-FRM-001\n')
    self.assert_problems(wanted)

  def test_a_requirement_without_vector(self):
    self.planted("spec/vectors/all.json", "FR-SER-001", "FR-FRM-001",
                 "records: FR-SER-001 is to be tested by a VECTOR, but no "
                 "vector cites it")

  def test_a_requirement_without_test(self):
    wanted = ("records: FR-FRM-002 is to be tested by a TEST, but no test "
              "cites it")
    self.planted("cc/a_test.cc", "//=", "//", wanted)
    self.planted("cc/a_test.cc", "//= spec/wire.md#FR-FRM-002", "", wanted)
    self.checkout.write("cc/a_test.cc", "")
    self.checkout.edit("cc/a.cc", "//=", "//= spec/wire.md#FR-FRM-002\n//=")
    self.assert_problems(wanted)
    for path in ("x_test.py", "tools/x_test.sh", "conformance/x_test.pl",
                 "conformance/x_test.js"):
      self.checkout.write(path, "  #= spec/wire.md#FR-FRM-002\n")
      self.assert_problems()
      self.checkout.write(path, "")

  def test_a_review_without_reason(self):
    self.checkout.edit(RECORDS, 'testability: REVIEW\n  how: "It shows."',
                       "testability: REVIEW")
    self.assert_problems("records: FR-FRM-003 has no `how`")


class CitationRulesTest(fixture.RulesCase):

  def test_an_unknown_id_wherever_it_stands(self):
    for path, line in [
        ("conformance/cases/child/a.textproto", 2),
        ("spec/vectors/all.json", 2), ("spec/machines.textproto", 4),
        ("cc/a.cc", 1), ("conformance/runner/r.cc", 1),
        ("spec/security.md", 3)]:
      with self.subTest(path):
        before = self.checkout.read(path)
        self.checkout.edit(path, "FR-FRM-001", "FR-FRM-999")
        self.assertIn(f"{path}:{line}: cites FR-FRM-999, which does not exist",
                      [p.partition("; ")[0] for p in self.checkout.problems()])
        self.checkout.write(path, before)
    self.planted("cc/a_test.cc", "//=", "//= spec/wire.md#FR-FRM-999\n//=",
                 "cc/a_test.cc:1: cites FR-FRM-999, which does not exist")
    longer = "FR-FRM-001" + "1"
    self.planted("conformance/runner/r.cc", "FR-FRM-001", longer,
                 f"conformance/runner/r.cc:1: cites {longer}, which does not "
                 "exist")

  def test_a_test_may_make_up_an_id_but_not_mistake_one(self):
    self.checkout.write("cc/b_test.cc", '"FR-FRM-999", "FR-XXX-001"')
    self.assert_problems()
    mistaken = "FR-FRM-" + "899"
    self.checkout.write("cc/b_test.cc", f'Find("{mistaken}");')
    self.assert_problems(f"cc/b_test.cc:1: cites {mistaken}, which does not "
                         "exist")

  def test_an_explanation_may_speak_of_any_id(self):
    self.checkout.write("conformance/runner/s.h", "// FR-ABC-123, FR-AREA-NNN")
    self.assert_problems()

  def test_the_specification_may_leave_out_the_prefix(self):
    self.planted(RECORDS, "It has to.", "As FRM-001, not UTF-016.")
    self.planted(RECORDS, "It has to.", "As FRM-004.",
                 "records: cites FR-FRM-004, which does not exist")

  def test_the_wrong_document(self):
    self.planted("cc/a.cc", "serialisers.md", "wire.md",
                 "cc/a.cc:2: cites wire.md#FR-SER-001, which stands in "
                 "serialisers.md")
    self.planted("spec/security.md", "(wire.md#", "(serialisers.md#",
                 "spec/security.md:3: cites serialisers.md#FR-FRM-001, which "
                 "stands in wire.md")
    self.planted("spec/security.md", "(wire.md#", "(#",
                 "spec/security.md:3: cites security.md#FR-FRM-001, which "
                 "stands in wire.md")
    self.planted(WIRE, "\n```", "\nSee [it](#FR-SER-001).\n\n```",
                 "spec/wire.md:11: cites wire.md#FR-SER-001, which stands in "
                 "serialisers.md")

  def test_a_citation_that_cannot_be_read(self):
    self.checkout.write("cc/b.h", "  //= wire.md FR-FRM-001\n")
    self.assert_problems("cc/b.h:1: cites 'wire.md'")


class ImplementationRulesTest(fixture.RulesCase):

  def test_a_must_that_nothing_meets(self):
    wanted = "records: FR-FRM-001 is a MUST that nothing in cc/ says it meets"
    line = "//= spec/wire.md#FR-FRM-001\n"
    self.planted("cc/a.cc", line, "", wanted)
    # Neither a test of it nor another implementation is enough.
    self.checkout.edit("cc/a.cc", line, "")
    self.checkout.write("cc/c_test.cc", line)
    self.checkout.write("conformance/testees/x.cc", line)
    self.assert_problems(wanted)
    self.checkout.write("cc/c.h", line)
    self.assert_problems()


class KillRulesTest(fixture.RulesCase):

  def test_without_a_matrix_it_is_noted(self):
    self.assertIn("no MUST is held against killed mutants",
                  rules.notes(tree.read(self.checkout.root))[0])

  def test_a_must_that_no_mutant_died_of(self):
    wanted = ("records: FR-FRM-001 is a MUST, but no killed mutant is put down "
              "to it")
    self.checkout.write(KILLS, tree.KILLS_HEAD + "\n")
    self.assertEqual(rules.notes(tree.read(self.checkout.root)), [])
    self.assert_problems(wanted)
    self.checkout.write(KILLS, "m1\tsurvived\tchild/a\tFR-FRM-001\n")
    self.assert_problems(wanted)
    self.checkout.write(KILLS, "m1\tkilled\tchild/a\tFR-FRM-002\n")
    self.assert_problems(wanted)
    self.checkout.write(
        KILLS, "m1\tkilled\tchild/a:s-p-w\tFR-FRM-002, FR-FRM-001\n")
    self.assert_problems()

  def test_lines_that_are_wrong(self):
    good = "m1\tkilled\tchild/a\tFR-FRM-001\n"
    for line, what in [
        ("m2 killed", "expected mutant, killed or survived, case, requirement "
         "ids, with tabs between them"),
        ("m2\tdead\tchild/a\tFR-FRM-001", "expected mutant, killed or "
         "survived, case, requirement ids, with tabs between them"),
        ("m2\tkilled\tchild/b\tFR-FRM-001",
         "mutant m2 was killed by 'child/b', which is no case"),
        ("m2\tkilled\tchild/a\tFR-FRM-999",
         "cites FR-FRM-999, which does not exist")]:
      with self.subTest(line):
        self.checkout.write(KILLS, good + line + "\n")
        self.assert_problems(f"{KILLS}:2: {what}")


class ExampleRulesTest(fixture.RulesCase):

  def differs(self, shown, wanted):
    return (f"spec/wire.md:11: the example differs from vector hi: it shows "
            f"{shown}, the vector has {wanted}")

  def test_octets_that_differ(self):
    hi = "> 00 02 68 69, < end"
    self.planted(WIRE, "68 69", "68 6a",
                 self.differs("> 00 02 68 6a, < end", hi))
    self.planted(WIRE, "> 00", "< 00",
                 self.differs("< 00 02, > 68 69, < end", hi))
    self.planted(WIRE, "< end\n", "", self.differs("> 00 02 68 69", hi))
    self.planted(WIRE, "< end", "> end",
                 self.differs("> 00 02 68 69, > end", hi))
    self.planted("spec/vectors/all.json", "6869", "6868",
                 self.differs(hi, "> 00 02 68 68, < end"))
    self.planted("spec/vectors/all.json", '"count": 2', '"count": 3',
                 "spec/serialisers.md:7: the example differs from vector "
                 "value: it shows 61 61, the vector has 61 61 61")

  def test_a_vector_that_is_not_there(self):
    self.planted(WIRE, "vector=hi", "vector=ho",
                 "spec/wire.md:11: no vector has the id ho")

  def test_a_vector_that_cannot_be_read(self):
    self.planted("spec/vectors/all.json", '"parts"', '"part"',
                 "spec/vectors/all.json:6: value cannot be read: "
                 "KeyError('parts')")
    self.checkout.write("spec/vectors/all.json", "{\n,}")
    self.assertIn("spec/vectors/all.json:2: is not JSON",
                  "\n".join(self.checkout.problems()))

  def test_a_section_without_example(self):
    self.planted("spec/serialisers.md", "```hex vector=value\n61 61\n```\n",
                 "x\n", 'spec/serialisers.md:3: section "Raw" does not end '
                 "with an example")

  def test_without_vectors_it_is_noted(self):
    self.checkout.write("spec/vectors/all.json", "{}")
    self.assertIn("examples in the prose are not",
                  rules.notes(tree.read(self.checkout.root))[1])
    self.assert_problems("records: FR-SER-001 is to be tested by a VECTOR, but "
                         "no vector cites it")

  def test_a_step_or_a_vector_without_octets(self):
    self.checkout.edit("spec/vectors/all.json", '{"from": "child"',
                       '{"from": "child", "hex": ""}, {"from": "child"')
    self.assert_problems()
    self.checkout.edit("spec/serialisers.md", "61 61\n", "# nothing\n")
    self.checkout.edit("spec/vectors/all.json", '"count": 2', '"count": 0')
    self.assert_problems()


if __name__ == "__main__":
  unittest.main()
