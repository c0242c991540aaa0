# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Each rule on the prose and its records finds the defect that it is for.

Those on what stands around the prose are in surroundings_rules_test.py.
"""

import unittest

from tools.trace import fixture
from tools.trace import records
from tools.trace import rules
from tools.trace import tree

WIRE = "spec/wire.md"
RECORDS = records.FILE
REST = fixture.sentence("FR-FRM-003", "A parent MAY rest.")


class CheckTest(fixture.RulesCase):

  def test_where_all_fits_nothing_is_said(self):
    self.assertEqual(self.checkout.problems(), [])

  def test_a_problem_names_line_and_remedy(self):
    self.checkout.edit("cc/a.cc", "//= spec/wire.md#FR-FRM-001\n",
                       "\n//= spec/wire.md#FR-FRM-999\n")
    self.assertEqual(self.checkout.problems()[0], (
        "cc/a.cc:2: cites FR-FRM-999, which does not exist; correct or remove "
        "it"))


class ProseRulesTest(fixture.RulesCase):

  def test_a_sentence_without_id(self):
    self.planted("spec/security.md", "See", "It MUST be. See",
                 "spec/security.md:3: a normative sentence without id, "
                 "'It MUST be. See [it](wire.md#FR-FRM-001).'")

  def test_an_id_line_with_a_defect_of_its_own(self):
    self.planted(WIRE, 'id="FR-FRM-003"', 'id="FR-FRM-004"',
                 'spec/wire.md:9: FR-FRM-003 has the anchor "FR-FRM-004"',
                 "spec/wire.md:9: cites FR-FRM-004, which does not exist")

  def test_an_id_twice(self):
    self.planted("spec/serialisers.md", "\n```",
                 fixture.sentence("FR-FRM-003", "A parent MAY rest.") + "\n```",
                 "spec/serialisers.md:6: FR-FRM-003 stands here and at "
                 "spec/wire.md:9")
    self.checkout.edit(WIRE, "\n```", fixture.sentence(
        "FR-FRM-003", "A parent MAY rest.") + "\n```")
    self.assert_problems("spec/wire.md:10: FR-FRM-003 stands here and at "
                         "spec/wire.md:9")

  def test_a_requirement_outside_the_normative_documents(self):
    self.checkout.edit(WIRE, REST, "")
    self.checkout.edit("spec/security.md", "See", fixture.sentence(
        "FR-FRM-003", "A parent MAY rest.") + "\nSee")
    self.assertIn("spec/security.md:3: FR-FRM-003 stands in a document that is "
                  "not normative",
                  [p.partition("; ")[0] for p in self.checkout.problems()])


class RecordRulesTest(fixture.RulesCase):

  def test_a_sentence_without_record(self):
    self.planted(WIRE, "\n```",
                 fixture.sentence("FR-FRM-004", "It MAY go.") + "\n```",
                 "spec/wire.md:10: FR-FRM-004 has no record")

  def test_a_record_without_sentence(self):
    self.checkout.edit(WIRE, REST, "")
    # Once, not at each place that cites it.
    self.assert_problems("records: FR-FRM-003 has no sentence in the prose")
    self.checkout.edit("conformance/cases/child/a.textproto",
                       'steps { req: "FR-FRM-003" }', "")
    self.checkout.edit(RECORDS, 'id: "FR-FRM-003"',
                       'id: "FR-FRM-003" withdrawn: "1.0"')
    self.assert_problems()
    self.checkout.edit(RECORDS, 'withdrawn: "1.0"', 'withdrawn: "1.1"')
    self.assert_problems("records: FR-FRM-003 is withdrawn in '1.1', which is "
                         "not a version up to 1.0")

  def test_a_withdrawn_record_with_sentence_or_citation(self):
    self.planted(RECORDS, 'id: "FR-FRM-003"',
                 'id: "FR-FRM-003" withdrawn: "1.0"',
                 "records: FR-FRM-003 is withdrawn in 1.0, but its sentence "
                 "stands at spec/wire.md:9",
                 "conformance/cases/child/a.textproto:3: cites FR-FRM-003, "
                 "which version 1.0 withdrew")

  def test_what_is_withdrawn_needs_no_test_and_is_cited_by_prose_only(self):
    self.checkout.edit(WIRE, fixture.sentence(
        "FR-FRM-002", "A parent SHOULD hurry."), "Instead of FRM-002:\n\n")
    self.checkout.edit(RECORDS, 'id: "FR-FRM-002"',
                       'id: "FR-FRM-002" withdrawn: "1.0"')
    gone = "cites FR-FRM-002, which version 1.0 withdrew"
    self.assert_problems(f"cc/a_test.cc:1: {gone}",
                         f"{tree.MACHINES}:3: {gone}")
    self.checkout.write("cc/a_test.cc", "")
    self.checkout.edit(tree.MACHINES, "FR-FRM-002", "FR-FRM-001")
    self.assert_problems()

  def test_two_records(self):
    text = self.checkout.read(RECORDS)
    record = text[text.index("requirements {"):text.index("\n}\n") + 3]
    self.planted(RECORDS, "requirements {", record + "requirements {",
                 "records: FR-FRM-001 has two records")

  def test_a_field_that_disagrees(self):
    self.planted(RECORDS, "level: SHOULD", "level: MAY",
                 "records: FR-FRM-002 has level MAY, its sentence says SHOULD")
    self.planted(RECORDS, 'section: "wire.md#frames"', 'section: "wire.md#ids"',
                 'records: FR-FRM-001 has section "wire.md#ids", its sentence '
                 'stands in "wire.md#frames"')

  def test_a_level_that_is_missing(self):
    self.planted(RECORDS, "  level: SHOULD\n", "",
                 "records: FR-FRM-002 has level none, its sentence says SHOULD")

  def test_a_sentence_that_loses_its_key_word(self):
    self.planted(WIRE, "MAY rest", "may rest",
                 "spec/wire.md:9: FR-FRM-003 has no key word",
                 "spec/wire.md:9: FR-FRM-003 was reworded since version 1.0")

  def test_an_id_that_is_none(self):
    self.planted(RECORDS, "# Serialisers.",
                 'requirements { id: "FRM-1" withdrawn: "1.0" }\n',
                 "records: 'FRM-1' is not an id")

  def test_a_section_that_is_renamed(self):
    self.checkout.edit("spec/serialisers.md", "## Raw", "## Raw octets")
    self.assert_problems('records: FR-SER-001 has section "serialisers.md#raw",'
                         ' its sentence stands in "serialisers.md#raw-octets"')
    self.checkout.update()
    self.assert_problems()

  def test_a_field_that_is_missing(self):
    for field, line in [
        ("roles", "  roles: PARENT\n"), ("forms", "  forms: SYNC\n"),
        ("testability", "  testability: REVIEW\n"),
        ("how", '  how: "It shows."\n'),
        ("rationale", '  rationale: "It has to."\n'),
        ("original", "  original: CONFORMS\n")]:
      with self.subTest(field):
        before = self.checkout.read(RECORDS)
        at = before.index('id: "FR-FRM-003"')
        self.checkout.write(
            RECORDS, before[:at] + before[at:].replace(line, "", 1))
        self.assert_problems(f"records: FR-FRM-003 has no `{field}`")
        self.checkout.write(RECORDS, before)

  def test_a_must_that_the_original_breaks(self):
    self.planted(RECORDS, "original: CONFORMS", "original: DIFFERS",
                 "records: FR-FRM-001 is a MUST that the original breaks")

  def test_a_file_that_is_no_message(self):
    self.checkout.edit(RECORDS, "roles:", "rolls:")
    [problem] = self.checkout.problems()
    self.assertIn("rolls", problem)


class BindingRulesTest(fixture.RulesCase):

  def test_a_case_about_another_end(self):
    case = "conformance/cases/child/a.textproto"
    for old, new in (("role: PARENT", "role: CHILD"),
                     ("forms: SYNC", "forms: ASYNC")):
      with self.subTest(new):
        self.planted(case, old, new, *[
            f"{case}: the case cites {name}, which binds the parent in the "
            "sync form" for name in ("FR-FRM-001", "FR-FRM-003")])

  def test_one_form_in_common_is_enough(self):
    self.checkout.edit("conformance/cases/child/a.textproto", "forms: SYNC",
                       "forms: ASYNC forms: SYNC")
    self.assert_problems()

  def test_a_machine_of_another_end(self):
    for name in ("child-sync", "parent-async"):
      with self.subTest(name):
        self.planted("spec/machines.textproto", "parent-sync", name, *[
            f"spec/machines.textproto: {name}: OPEN {what} cites {req}, which "
            "binds the parent in the sync form"
            for req, what in (("FR-FRM-001", "SEND_REQUEST"),
                              ("FR-FRM-002", "owes"))])

  def test_the_reassembler_is_of_either_end(self):
    self.checkout.edit("spec/machines.textproto", "parent-sync", "reassembler")
    self.assert_problems()


class RevisionRulesTest(fixture.RulesCase):

  def reword(self):
    self.checkout.edit(WIRE, "MAY rest.", "MAY rest, briefly.")

  def test_a_draft_that_is_reworded(self):
    self.reword()
    self.assert_problems("spec/wire.md:9: FR-FRM-003 was reworded since "
                         "version 1.0")
    self.checkout.update()
    self.assert_problems()

  def test_a_release_that_is_reworded(self):
    self.checkout.release()
    self.assert_problems()
    self.reword()
    self.assertEqual(self.checkout.problems(), [
        "spec/wire.md:9: FR-FRM-003 was reworded since version 1.0; restore "
        f"the sentence, or raise `version` above 1.0 and run {rules.UPDATE}"])
    with self.assertRaisesRegex(records.Refusal, "FR-FRM-003 was reworded"):
      self.checkout.update()

  def test_a_record_without_revision(self):
    text = self.checkout.read(RECORDS)
    start = text.index("  revisions {")
    self.planted(RECORDS, text[start:text.index("  }\n", start) + 4], "",
                 "records: FR-FRM-001 has no revision of its text")

  def test_a_new_version_is_reworded(self):
    self.checkout.release()
    self.reword()
    self.checkout.release("1.1")
    self.assert_problems()
    self.assertEqual(len(self.checkout.read(RECORDS).split("revisions {")), 6)

  def test_published_text_that_is_edited_in_place(self):
    self.checkout.release()
    self.reword()
    old = records.parse(self.checkout.read(RECORDS)).requirements[2]
    new = tree.read(self.checkout.root).sentences[2]
    self.assertEqual((old.id, new.id), ("FR-FRM-003", "FR-FRM-003"))
    self.checkout.edit(RECORDS, old.revisions[0].text_sha256, new.sha256)
    [problem] = self.checkout.problems()
    self.assertRegex(problem, r"^spec/requirements.textproto:6: what was "
                     "released as 1.0 has been edited: its digest is now "
                     "[0-9a-f]{64}; restore")

  def test_a_published_record_that_is_taken_out(self):
    self.checkout.release()
    text = self.checkout.read(RECORDS)
    self.checkout.write(RECORDS, text[:text.index("# Serialisers.")])
    self.checkout.edit("spec/serialisers.md", fixture.sentence(
        "FR-SER-001", "An encoder MUST keep it."), "")
    self.checkout.edit("cc/a.cc", "//= spec/serialisers.md#FR-SER-001\n", "")
    self.checkout.edit("spec/vectors/all.json", "FR-SER-001", "FR-FRM-001")
    [problem] = self.checkout.problems()
    self.assertIn("what was released as 1.0 has been edited", problem)

  def test_what_is_added_or_withdrawn_later_leaves_the_release(self):
    self.checkout.release()
    self.checkout.edit(RECORDS, 'version: "1.0"', 'version: "1.1"')
    self.checkout.edit(WIRE, REST,
                       fixture.sentence("FR-FRM-004", "A parent MAY go."))
    self.checkout.edit("conformance/cases/child/a.textproto", "FR-FRM-003",
                       "FR-FRM-004")
    self.checkout.edit(RECORDS, 'id: "FR-FRM-003"',
                       'id: "FR-FRM-003"\n  withdrawn: "1.1"')
    self.checkout.edit(RECORDS, "\n# Serialisers.", fixture.record(
        "FR-FRM-004", "REVIEW") + "\n# Serialisers.")
    self.checkout.update()
    self.assert_problems()

  def test_versions_that_cannot_be(self):
    self.planted(RECORDS, 'version: "1.0"', 'version: "1"',
                 "records: version '1' is not MAJOR.MINOR")
    self.planted(RECORDS, 'version: "1.0"', 'version: "0.9"', *[
        f"records: {name} has a revision that is newer than version 0.9"
        for name in ("FR-FRM-001", "FR-FRM-002", "FR-FRM-003", "FR-SER-001")])
    self.planted(RECORDS, '    version: "1.0"', '    version: "one"',
                 "records: FR-FRM-001 has a revision whose version is not "
                 "MAJOR.MINOR")
    self.planted(RECORDS, "  revisions {",
                 '  revisions { version: "1.0" }\n  revisions {',
                 "records: FR-FRM-001 has revisions that are not in the order "
                 "of their versions")

  def test_versions_are_numbers(self):
    self.checkout.release()
    self.checkout.release("1.9")
    self.reword()
    with self.assertRaises(records.Refusal):
      self.checkout.update()
    self.checkout.release("1.10")
    self.assert_problems()

  def test_releases_that_cannot_be(self):
    self.checkout.release()
    self.planted(RECORDS, 'releases {\n  version: "1.0"',
                 'releases {\n  version: "1.1"',
                 "records: release '1.1' is not a version up to 1.0")
    text = self.checkout.read(RECORDS)
    release = text[text.index("releases {"):text.index("\n}\n") + 3]
    self.planted(RECORDS, release, release + release,
                 "records: release 1.0 stands behind a later one")


if __name__ == "__main__":
  unittest.main()
