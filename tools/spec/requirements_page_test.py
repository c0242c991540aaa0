# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""requirements_page.py lists each requirement with what its record says."""

import unittest

from google.protobuf import text_format

import prose
import requirements_page
import textproto

RECORDS = """
version: "1.0"
requirements { id: "FR-FRM-001" level: MUST roles: PARENT roles: CHILD
               forms: SYNC testability: CASE original: CONFORMS }
requirements { id: "FR-FRM-002" level: SHOULD roles: CHILD forms: SYNC
               forms: ASYNC testability: REVIEW original: HAS_NOT }
requirements { id: "FR-FRM-003" withdrawn: "1.0" }
requirements { id: "FR-SER-001" level: MUST roles: PARENT forms: ASYNC
               testability: VECTOR original: CONFORMS }
"""


def line(name, text):
  return f'- <a id="{name}"></a>**[{name}]** {text}\n'


WIRE = (line("FR-FRM-001", "It MUST [go](x.md) `a|b`.") +
        line("FR-FRM-002", "It SHOULD " + "go on and on, " * 9 + "and on."))
SERIALISERS = line("FR-SER-001", "It MUST keep *all*.")


class RequirementsPageTest(unittest.TestCase):

  def setUp(self):
    super().setUp()
    self.records = text_format.Parse(RECORDS, textproto.message_class(
        "requirement", "forkrpc.spec.Requirements")())

  def page(self):
    return requirements_page.markdown(
        self.records, prose.read("wire.md", WIRE).requirements +
        prose.read("serialisers.md", SERIALISERS).requirements)

  def test_a_row_says_what_the_record_says(self):
    self.assertIn("| [FR-FRM-001](wire.md#FR-FRM-001) | MUST | both | sync | "
                  "case | conforms | It MUST go a\\|b. |\n", self.page())
    self.assertIn("| [FR-SER-001](serialisers.md#FR-SER-001) | MUST | parent | "
                  "async | vector | conforms | It MUST keep \\*all\\*. |\n",
                  self.page())

  def test_a_long_sentence_is_cut_between_words(self):
    self.assertIn("| child | both | review | has not | It SHOULD " +
                  "go on and on, " * 7 + "go on and … |\n", self.page())

  def test_rows_stand_below_their_area(self):
    page = self.page()
    places = [page.index(text) for text in (
        "## Frames", "[FR-FRM-001]", "[FR-FRM-002]", "## Serialisers",
        "[FR-SER-001]", "## Withdrawn", "| FR-FRM-003 | 1.0 |")]
    self.assertEqual(places, sorted(places))

  def test_totals(self):
    page = self.page()
    self.assertIn(": 3 in all.", page)
    self.assertIn("| MUST | 2 | 1 | 1 | 0 | 0 | 2 | 0 | 0 |\n", page)
    self.assertIn("| SHOULD | 1 | 0 | 0 | 0 | 1 | 0 | 0 | 1 |\n", page)
    self.assertIn("| **all** | 3 | 1 | 1 | 0 | 1 | 2 | 0 | 1 |\n", page)
    self.assertNotIn("MAY", page)

  def test_an_area_needs_a_name(self):
    self.records.requirements[0].id = "FR-XXX-001"
    global_name = 'id="FR-XXX-001"></a>**[FR-XXX-001]** It MUST.\n'
    sentences = prose.read("wire.md", "- <a " + global_name).requirements
    with self.assertRaisesRegex(ValueError, "area XXX has no name"):
      requirements_page.markdown(self.records, sentences)


if __name__ == "__main__":
  unittest.main()
