# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""prose.py reads what is there, and names every defect with its line."""

import hashlib
import pathlib
import sys
import unittest

import prose

LINE = '- <a id="FR-FRM-001"></a>**[FR-FRM-001]** A parent MUST send it.\n'


def problems(text, name="notes.md"):
  return [(problem.line, problem.text.partition(";")[0])
          for problem in prose.read(name, text).problems]


def requirement(sentence):
  text = f'- <a id="FR-FRM-001"></a>**[FR-FRM-001]** {sentence}\n'
  return prose.read("notes.md", text).requirements[0]


class HeadingTest(unittest.TestCase):

  def test_anchors_are_those_of_a_forge(self):
    document = prose.read("wire.md", "# The wire\n## The end, of a "
                          "`connection`!\n## 2. Ids_x (SID)\n## Ids\n"
                          "## [Ids](a.md)\n")
    self.assertEqual([(h.level, h.anchor, h.line) for h in document.headings], [
        (1, "the-wire", 1), (2, "the-end-of-a-connection", 2),
        (2, "2-ids_x-sid", 3), (2, "ids", 4), (2, "ids-1", 5)])

  def test_a_remark_in_code_is_no_heading(self):
    document = prose.read("notes.md", "```sh\n# no\n```\n\n    # no\n# yes\n")
    self.assertEqual([h.anchor for h in document.headings], ["yes"])


class RequirementTest(unittest.TestCase):

  def test_reads_id_sentence_section_and_line(self):
    document = prose.read("wire.md", "# T\n## Frames\n### Small\n" + LINE +
                          "  and [go *on*](x.md#y),\n  `as is`.\nNot this.\n")
    [found] = document.requirements
    self.assertEqual((found.id, found.anchor, found.document, found.section,
                      found.line, found.area),
                     ("FR-FRM-001", "FR-FRM-001", "wire.md", "wire.md#small", 4,
                      "FRM"))
    self.assertEqual(found.sentence,
                     "A parent MUST send it. and go *on*, `as is`.")
    self.assertEqual(found.sha256,
                     hashlib.sha256(found.sentence.encode()).hexdigest())

  def test_blanks_and_links_do_not_change_the_text(self):
    self.assertEqual(requirement("It  MUST\n  go [on](a.md).").sha256,
                     requirement("It MUST go [on](b.md#c).").sha256)
    self.assertNotEqual(requirement("It MUST go.").sha256,
                        requirement("It MUST `go`.").sha256)

  def test_level_is_that_of_the_strongest_key_word(self):
    for sentence, level in [
        ("It MUST NOT go.", "MUST"), ("It is REQUIRED.", "MUST"),
        ("It SHALL go.", "MUST"), ("It SHOULD go.", "SHOULD"),
        ("It is NOT RECOMMENDED.", "SHOULD"), ("It MAY go.", "MAY"),
        ("It is OPTIONAL.", "MAY"), ("It MAY go, it MUST NOT stay.", "MUST"),
        ("It MAY send `MUST`.", "MAY"), ("It must MUSTER.", None)]:
      with self.subTest(sentence):
        self.assertEqual(requirement(sentence).level, level)

  def test_a_clean_one_has_no_problem(self):
    self.assertEqual(problems(LINE), [])

  def test_defects(self):
    for text, what in [
        (LINE.replace('"FR-FRM-001"', '"FR-FRM-002"'),
         'FR-FRM-001 has the anchor "FR-FRM-002"'),
        ("- **[FR-FRM-001]** It MUST.\n", "FR-FRM-001 has no anchor"),
        (LINE.replace("MUST", "must"), "FR-FRM-001 has no key word"),
        (LINE.replace("it", "it and SHOULD wait"),
         "FR-FRM-001 has key words of different level, MUST and SHOULD"),
        (LINE.replace("FR-FRM-001", "FR-FR-001"), "'FR-FR-001' is not an id"),
        (LINE.replace("FR-FRM-001", "FR-FRM-901"),
         "FR-FRM-901 is an id for tests to make up"),
        ("  * **[FR-FRM-001]** It does.\n",
         "a requirement that is not at the start of a list item")]:
      with self.subTest(what):
        self.assertEqual(problems(text), [(1, what)])


class StrayTest(unittest.TestCase):

  def stray(self, text):
    return [line for line, what in problems(text)
            if what.startswith("a normative sentence without id")]

  def test_a_key_word_in_prose_is_found_wherever_it_stands(self):
    for text, line in [
        ("A\nparent MUST go.\n", 2), ("# A parent MUST go\nx\n\nIt MAY.\n", 4),
        ("- item\n- It SHOULD NOT.\n", 2), ("> It is REQUIRED.\n", 1),
        ("| a | it MUST go |\n", 1), (LINE + "\nIt **MUST** go.\n", 3),
        ("Each MUST go.\n", 1), ("<!-- x -->\nIt MAY.\n", 2)]:
      with self.subTest(text):
        self.assertEqual(self.stray(text), [line])

  def test_code_remarks_and_small_letters_are_no_sentences(self):
    for text in ["It must go.\n", "The word `MUST`.\n", "```\nIt MUST.\n```\n",
                 "x\n\n    It MUST.\n", "<!-- It MUST.\n\nIt MAY. -->\n",
                 "MUSTER\n", "`a\nMUST b`\n", "~~~\n```\nMUST\n~~~\n"]:
      with self.subTest(text):
        self.assertEqual(self.stray(text), [])

  def test_a_word_that_is_spoken_of_is_no_sentence(self):
    for text in ["It breaks no MUST.\n", "A **SHOULD** is kept.\n",
                 "The text says SHOULD.\n", "each MUST is kept\n",
                 "| id | SHOULD NOT |\n"]:
      with self.subTest(text):
        self.assertEqual(self.stray(text), [])

  def test_the_section_that_defines_them_may_name_them(self):
    defines = "## Words\nMUST and MAY are as in RFC 8174.\n\nOr MUST they?\n"
    self.assertEqual(self.stray(defines), [])
    self.assertEqual(self.stray(defines + "## Next\nIt MUST.\n"), [6])


class ExampleTest(unittest.TestCase):

  def test_reads_octets_marks_remarks_and_ends(self):
    document = prose.read("notes.md", "## A\n```hex vector=x-1\n"
                          "> 00 0a  41 # \"A\"\n\n# all\n< FF\n<end\n```\n"
                          "```hex vector=y\n03 61\n```\n")
    first, second = document.examples
    self.assertEqual(first, prose.Example(
        "x-1", [(">", b"\0\nA"), ("<", b"\xff"), ("<", None)], "notes.md#a", 2))
    self.assertEqual(second.lines, [("", b"\3a")])
    self.assertEqual([first.octets(mark) for mark in ("<", ">", "")],
                     [b"\xff", b"\0\nA", b""])
    self.assertEqual(document.problems, [])

  def test_defects(self):
    for text, what in [
        ("```hex vector=x\n> 0g\n```\n",
         (2, "'> 0g' is not octets in hexadecimal")),
        ("```hex vector=x\n> 000\n```\n",
         (2, "'> 000' is not octets in hexadecimal")),
        ("```hex\n00\n```\n", (1, "a hex example without its vector")),
        ("```hex vector=x\n00\n", (1, "a fenced block that never ends"))]:
      with self.subTest(text):
        self.assertEqual(problems(text), [what])

  def test_each_section_of_a_normative_document_ends_with_one(self):
    example = "```hex vector=x\n00\n```\n"
    lacking = 'section "A" does not end with an example'
    for text, wanted in [
        ("## A\ntext\n" + example, []), ("## A\ntext\n", [(1, lacking)]),
        ("## A\n" + example + "text\n", [(1, lacking)]),
        ("## A\n" + example + LINE, [(1, lacking)]),
        ("## A\n" + example + "\n<!-- remark -->\n", []),
        ("## A\n### B\n" + example, []),
        ("## A\n" + example + "### B\ntext\n", [(1, lacking)]),
        ("## A\n```sh\n00\n```\n## B\n" + example, [(1, lacking)]),
        ("## A\n<!-- no example: it is about words -->\ntext\n", []),
        ("## A\n<!-- no example: -->\ntext\n", [(1, lacking)]),
        ("# A\ntext\n", [])]:
      with self.subTest(text):
        self.assertEqual(problems(text, "wire.md"), wanted)
        self.assertEqual(problems(text, "security.md"), [])


class PlainTest(unittest.TestCase):

  def test_plain_text_has_no_marks(self):
    self.assertEqual(prose.plain("a [b `c`](d)  **e**\nf"), "a b c e f")


class NormativeTest(unittest.TestCase):

  # What //spec:normative names, which the conformance runner has built in.
  built_in = ()

  def test_the_runner_reads_the_same_documents(self):
    names = [pathlib.PurePath(path).name for path in self.built_in]
    self.assertCountEqual(names, prose.NORMATIVE)


if __name__ == "__main__":
  NormativeTest.built_in = sys.argv[1:]
  unittest.main(argv=sys.argv[:1])
