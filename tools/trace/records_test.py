# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The records are rewritten without loss, and published ones not at all."""

import hashlib
import unittest

import prose
from tools.trace import fixture
from tools.trace import records

SENTENCES = prose.read("wire.md", "## Frames\n" + fixture.sentence(
    "FR-FRM-001", "It MUST go.") + fixture.sentence(
        "FR-ERR-002", "It MAY fail.")).requirements
SHA = hashlib.sha256(b"It MUST go.").hexdigest()

WRITTEN = f'''# Head.

version: "1.0"

# Frames.
requirements {{
  id: "FR-FRM-001"
  level: MUST
  roles: PARENT
  roles: CHILD
  section: "wire.md#frames"
  revisions {{
    version: "1.0"
    text_sha256:
      "{SHA}"
  }}
  testability: CASE
  how: "A \\"quoted\\" word, a back\\\\slash."
  rationale:
    "One line is not enough for all that can be said about this one sentence "
    "of the text."
}}
'''


def updated(text, count=1):
  return records.updated(text, SENTENCES[:count])


class UpdateTest(unittest.TestCase):

  def test_what_is_written_stays_as_it_is(self):
    self.assertEqual(updated(WRITTEN), WRITTEN)

  def test_the_form_does_not_depend_on_how_it_was_written(self):
    loose = WRITTEN.replace("  level: MUST\n", "").replace(
        "  roles: PARENT\n  roles: CHILD\n", "  roles: [ PARENT, CHILD ]\n")
    start = loose.index("  revisions")
    loose = loose[:start] + loose[loose.index("  testability"):]
    loose = loose.replace('"\n    "of the text."', 'of the text."')
    self.assertNotEqual(loose, WRITTEN)
    self.assertEqual(updated(loose), WRITTEN)

  def test_a_new_sentence_gets_a_record_in_its_area(self):
    text = updated(WRITTEN, 2)
    self.assertTrue(text.startswith(WRITTEN))
    found = records.parse(text).requirements[1]
    self.assertEqual((found.id, records.name_of(found, "level"), found.section,
                      found.revisions[0].text_sha256),
                     ("FR-ERR-002", "MAY", "wire.md#frames",
                      SENTENCES[1].sha256))
    self.assertEqual(updated(text, 2), text)

  def test_areas_stay_and_ids_ascend(self):
    text = 'version: "1.0"\n\n' + "".join(
        f'requirements {{\n  id: "{name}"\n}}\n'
        for name in ("FR-SID-002", "FR-ERR-009", "FR-SID-001"))
    found = records.parse(records.updated(text, [])).requirements
    self.assertEqual([record.id for record in found],
                     ["FR-SID-001", "FR-SID-002", "FR-ERR-009"])

  def test_remarks_go_with_their_record(self):
    record = '# Errors.\n# More.\nrequirements {\n  id: "FR-ERR-002"\n'
    self.assertIn("}\n\n" + record, updated(WRITTEN + record + "}\n", 2))

  def test_a_remark_that_would_be_lost_is_refused(self):
    for text in [WRITTEN.replace("  roles: PARENT", "  # why\n  roles: PARENT"),
                 WRITTEN + "# the end\n",
                 WRITTEN.replace("# Frames.", "releases {\n  # x\n  date: "
                                 '"x"\n}\n# Frames.')]:
      with self.subTest(text):
        with self.assertRaisesRegex(records.Refusal, "remark"):
          updated(text)

  def test_a_record_that_cannot_be_told_is_refused(self):
    for old, new, line in [('  id: "FR-FRM-001"\n  level: MUST',
                            '  level: MUST id: "FR-FRM-001"', 6),
                           ("  how", "  # why\n  how", 6)]:
      with self.subTest(new):
        with self.assertRaisesRegex(
            records.Refusal, f"^spec/requirements.textproto:{line}: a record "
            "without `id` on a line of its own, or with a remark inside"):
          updated(WRITTEN.replace(old, new))

  def test_a_file_without_version_is_refused(self):
    with self.assertRaisesRegex(records.Refusal, "no `version`"):
      updated(WRITTEN.replace('version: "1.0"', "", 1))

  def test_a_line_has_80_columns_and_no_more(self):
    head = 'version: "1.0"\n\nrequirements {\n  id: "FR-FRM-001"\n'
    for length, lines in [(65, 1), (66, 2), (74, 2), (75, 3)]:
      text = "x" * 30 + " " + "y" * (length - 31)
      written = records.updated(f'{head}  rationale: "{text}"\n}}\n', [])
      found = written[len(head):].splitlines()[:-1]
      self.assertEqual(len(found), lines, found)
      self.assertLessEqual(max(map(len, found)), 80)
      self.assertEqual(records.parse(written).requirements[0].rationale, text)

  def test_an_error_says_where(self):
    with self.assertRaisesRegex(ValueError, "^x.textproto:6:"):
      records.parse(WRITTEN.replace("requirements {", "requirement {"),
                    "x.textproto")

  def test_a_reworded_draft_keeps_one_revision(self):
    text = updated(WRITTEN.replace(SHA, "0" * 64))
    self.assertEqual(text, WRITTEN)

  def test_a_reworded_release_is_refused_until_the_version_rises(self):
    text = records.released(WRITTEN.replace(SHA, "0" * 64), "2026-11-23")
    with self.assertRaisesRegex(records.Refusal, "wire.md:2: FR-FRM-001 was "
                                "reworded, but 1.0 is released"):
      updated(text)
    newer = updated(text.replace('version: "1.0"', 'version: "1.1"', 1))
    self.assertEqual(
        [(r.version, r.text_sha256)
         for r in records.parse(newer).requirements[0].revisions],
        [("1.0", "0" * 64), ("1.1", SHA)])

  def test_a_new_sentence_in_a_release_is_refused(self):
    text = records.released(WRITTEN, "2026-11-23")
    with self.assertRaisesRegex(records.Refusal, "FR-ERR-002 is new"):
      updated(text, 2)


class ReleaseTest(unittest.TestCase):

  def test_the_entry_has_version_date_and_digest(self):
    text = records.released(WRITTEN, "2026-11-23")
    digest = hashlib.sha256(
        f'["FR-FRM-001", "{SHA}", ""]\n'.encode()).hexdigest()
    self.assertIn(
        'version: "1.0"\n\nreleases {\n  version: "1.0"\n  date: "2026-11-23"\n'
        f'  digest: "{digest}"\n}}\n\n# Frames.\n', text)
    self.assertEqual(updated(text), text)

  def test_a_version_is_released_once(self):
    text = records.released(WRITTEN, "2026-11-23")
    with self.assertRaisesRegex(records.Refusal, "1.0 is released already"):
      records.released(text, "2026-11-24")

  def test_a_version_is_two_numbers(self):
    for version in ("1", "1.0.0", "v1.0", "01.0", ""):
      with self.assertRaisesRegex(records.Refusal, "not MAJOR.MINOR"):
        records.released(WRITTEN.replace("1.0", version, 1), "2026-11-23")

  def test_the_digest_sees_text_id_and_withdrawal_but_no_order(self):
    text = updated(WRITTEN, 2)
    message = records.parse(text)
    digest = records.digest(message, "1.0")
    turned = records.parse(text)
    turned.requirements.reverse()
    self.assertEqual(records.digest(turned, "1.0"), digest)
    for change in (
        lambda m: setattr(m.requirements[0].revisions[0], "text_sha256", "0"),
        lambda m: setattr(m.requirements[0], "id", "FR-FRM-002"),
        lambda m: setattr(m.requirements[0], "withdrawn", "1.0"),
        lambda m: m.requirements.pop()):
      other = records.parse(text)
      change(other)
      self.assertNotEqual(records.digest(other, "1.0"), digest)
    later = records.parse(text)
    later.requirements[0].withdrawn = "1.1"
    later.requirements[0].revisions.add(version="1.1", text_sha256="0")
    later.requirements.add(id="FR-FRM-003").revisions.add(version="1.1")
    self.assertEqual(records.digest(later, "1.0"), digest)
    self.assertNotEqual(records.digest(later, "1.1"), digest)


if __name__ == "__main__":
  unittest.main()
