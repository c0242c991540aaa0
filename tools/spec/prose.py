# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Reads the prose of the specification: headings, requirements, examples.

A requirement is one item of a list, with lines that go on by two blanks:

  - <a id="FR-FRM-001"></a>**[FR-FRM-001]** A parent MUST send ...

An example is a fenced block with the info string "hex vector=ID"; its lines are
octets in hexadecimal, "> " before what the parent sends, "< " before what the
child sends, no mark for a serialised value, and "#" before a remark; "> end"
and "< end" close that direction.

read() never fails on what the text says: what is wrong with it is in
Document.problems, each with its line.

  document = prose.read("wire.md", text)
  for requirement in document.requirements: print(requirement.sentence)
"""

import dataclasses
import hashlib
import re
from typing import List, Optional, Tuple

# The documents that may hold requirements, in reading order; the same list as
# //spec:normative.
NORMATIVE = ("wire.md", "serialisers.md")
# Written by tools/spec/update.py from what the others say.
GENERATED = ("requirements.md", "machines.md", "examples.md")

ID = re.compile(r"FR-[A-Z]{3}-[0-9]{3}")
LEVELS = ("MAY", "SHOULD", "MUST")  # weakest first

_LEVEL_OF = {"MUST": "MUST", "REQUIRED": "MUST", "SHALL": "MUST",
             "SHOULD": "SHOULD", "RECOMMENDED": "SHOULD",
             "MAY": "MAY", "OPTIONAL": "MAY"}
_KEY_WORD = re.compile(r"\b(%s)\b" % "|".join(_LEVEL_OF))
# The paragraph that names it says how the key words are to be read.
_DEFINES = "RFC 8174"

# "a MUST", "says SHOULD": the sentence is about the word.
_NOUN = re.compile(
    r"\b(?:an?|no|every|the|new|says?)\s+%(word)s|"
    r"\beach\s+%(word)s(?=\s+(?:is|of|that)\b)" %
    {"word": r"\**(?:%s)\b" % "|".join(_LEVEL_OF)}, re.IGNORECASE)

_HEADING = re.compile(r"(#{1,6}) +(.*?) *#*$")
_REQUIREMENT = re.compile(
    r'- (?:<a id="(?P<anchor>[^"]*)"></a>)?\*\*\[(?P<id>[^\]]*)\]\*\*'
    r"(?P<text>.*)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_EXAMPLE = re.compile(r"hex\s+vector=(\S+)$")
_NO_EXAMPLE = re.compile(r"<!-- no example: .*\S.* -->")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_ONLY_CELL = re.compile(r"(?<=\|) *\**(?:%s)(?: NOT)?\** *(?=\|)" %
                        "|".join(_LEVEL_OF))


@dataclasses.dataclass
class Heading:
  level: int
  text: str
  anchor: str  # as a forge makes it
  line: int


@dataclasses.dataclass
class Requirement:
  id: str
  anchor: Optional[str]
  sentence: str  # in Markdown, blanks joined, links reduced to their text
  document: str
  section: str  # "wire.md#frames": the heading next above
  line: int

  @property
  def levels(self):
    """The levels of its key words, strongest first."""
    found = {_LEVEL_OF[word] for word in _KEY_WORD.findall(
        _hide_code(self.sentence))}
    return [level for level in reversed(LEVELS) if level in found]

  @property
  def level(self):
    """That of its strongest key word; None without one."""
    return self.levels[0] if self.levels else None

  @property
  def sha256(self):
    return hashlib.sha256(self.sentence.encode()).hexdigest()

  @property
  def area(self):
    return self.id[3:6]


@dataclasses.dataclass
class Example:
  vector: str
  # (">", "<" or "", octets) for each line; None is the end of the direction.
  lines: List[Tuple[str, Optional[bytes]]]
  section: str
  line: int

  def octets(self, mark):
    """Everything that goes in that direction."""
    return b"".join(octets or b"" for direction, octets in self.lines
                    if direction == mark)


@dataclasses.dataclass
class Problem:
  line: int
  text: str


@dataclasses.dataclass
class Document:
  name: str  # "wire.md"
  headings: List[Heading]
  requirements: List[Requirement]
  examples: List[Example]
  problems: List[Problem]


def is_made_up(name):
  """Whether no sentence will ever have this id, so that a test may.

  Its area is one letter three times, or its number is above 899.
  """
  return name[3] == name[4] == name[5] or name[7:8] == "9"


def normalised(markdown):
  """The text that is hashed: blanks joined, links reduced to their text."""
  previous = None
  while previous != markdown:  # a link may hold an image
    previous, markdown = markdown, _LINK.sub(r"\1", markdown)
  return " ".join(markdown.split())


def plain(markdown):
  """The normalised text without the marks of code, weight and stress."""
  text = normalised(markdown)
  text = re.sub(r"\*\*([^*]+)\*\*", r"\1", text)
  return text.replace("`", "")


def slug(heading):
  """The anchor that a forge gives to a heading."""
  text = plain(heading).replace("*", "").lower()
  return re.sub(r"[^\w\- ]", "", text).strip().replace(" ", "-")


def read(name, text):
  """The Document that stands in `text`; `name` is its file name."""
  return _Reader(name).read(text)


def _blank(match):
  """As many blanks; line ends stay."""
  return re.sub(r"[^\n]", " ", match.group())


def _hide_code(text):
  return _CODE.sub(_blank, text)


class _Reader:
  """Goes through a document line by line."""

  def __init__(self, name):
    self._document = Document(name, [], [], [], [])
    self._anchors = {}  # slug: how often it was given
    self._section = name
    # Of the section of level 2 at hand: its heading, the line of its last
    # example if nothing came behind it, and whether it is excused.
    self._chapter = None
    self._ends_with_example = False
    self._excused = False
    self._paragraph = []  # (line number, text)
    # Whether the section at hand says how the key words are to be read. Then
    # it speaks of them and not with them.
    self._defining = False
    self._strays = []

  def read(self, text):
    lines = text.splitlines()
    number = 0
    while number < len(lines):
      number = self._take(lines, number)
    self._end_section()
    self._end_chapter()
    return self._document

  def _take(self, lines, at):
    """Reads what begins at lines[at]; returns where the next thing begins."""
    line = lines[at]
    number = at + 1
    if not line.strip():
      self._end_paragraph()
      return at + 1
    if line.startswith("    ") and not self._paragraph:
      self._ends_with_example = False  # an indented block of code
      return at + 1
    fence = _FENCE.match(line)
    if fence:
      return self._take_fence(lines, at, fence)
    if line.lstrip().startswith("<!--") and not self._paragraph:
      return self._take_comment(lines, at)
    heading = _HEADING.match(line)
    if heading:
      self._take_heading(heading, number)
      return at + 1
    self._ends_with_example = False
    requirement = _REQUIREMENT.match(line)
    if requirement:
      return self._take_requirement(requirement, lines, at)
    if "**[FR-" in _hide_code(line):
      self._complain(number, "a requirement that is not at the start of a list "
                     'item; write \'- <a id="ID"></a>**[ID]** sentence\'')
    if re.match(r" *([-*+]|[0-9]+[.)]) ", line):
      self._end_paragraph()
    self._paragraph.append((number, line))
    return at + 1

  def _take_fence(self, lines, at, fence):
    self._end_paragraph()
    mark, info = fence.group(1), fence.group(2).strip()
    end = at + 1
    while end < len(lines) and not re.fullmatch(
        r" {0,3}%s{%d,} *" % (mark[0], len(mark)), lines[end]):
      end += 1
    if end == len(lines):
      self._complain(at + 1, "a fenced block that never ends; close it")
    example = _EXAMPLE.match(info)
    self._ends_with_example = bool(example)
    if example:
      found = Example(example.group(1), [], self._section, at + 1)
      for number, line in enumerate(lines[at + 1:end], at + 2):
        self._take_octets(found, line, number)
      self._document.examples.append(found)
    elif info.startswith("hex"):
      self._complain(at + 1, "a hex example without its vector; write "
                     '"hex vector=ID"')
    return end + 1

  def _take_octets(self, example, line, number):
    text = line.partition("#")[0].strip()
    mark = text[:1] if text[:1] in ("<", ">") else ""
    digits = "".join(text[len(mark):].split())
    if mark and digits == "end":
      example.lines.append((mark, None))
      return
    try:
      octets = bytes.fromhex(digits)
    except ValueError:
      self._complain(number, f"{line.strip()!r} is not octets in hexadecimal")
      return
    if octets:
      example.lines.append((mark, octets))

  def _take_comment(self, lines, at):
    end = at
    while end < len(lines) and "-->" not in lines[end]:
      end += 1
    if _NO_EXAMPLE.match(" ".join(" ".join(lines[at:end + 1]).split())):
      self._excused = True
    return end + 1

  def _take_heading(self, match, number):
    self._end_section()
    level, text = len(match.group(1)), match.group(2)
    anchor = slug(text)
    count = self._anchors.get(anchor, 0)
    self._anchors[anchor] = count + 1
    if count:
      anchor += f"-{count}"
    heading = Heading(level, normalised(text), anchor, number)
    self._document.headings.append(heading)
    self._section = f"{self._document.name}#{anchor}"
    if level <= 2:
      self._end_chapter()
      self._chapter = heading if level == 2 else None
    self._ends_with_example = False

  def _take_requirement(self, match, lines, at):
    self._end_paragraph()
    parts = [match.group("text")]
    end = at + 1
    while end < len(lines) and re.match(r"  +\S", lines[end]):
      parts.append(lines[end])
      end += 1
    requirement = Requirement(
        match.group("id"), match.group("anchor"), normalised(" ".join(parts)),
        self._document.name, self._section, at + 1)
    self._document.requirements.append(requirement)
    self._check_requirement(requirement)
    return end

  def _check_requirement(self, requirement):
    where, name = requirement.line, requirement.id
    if not ID.fullmatch(name):
      self._complain(where, f"{name!r} is not an id; write FR-, three "
                     "capitals, -, three digits")
    elif is_made_up(name):
      self._complain(where, f"{name} is an id for tests to make up; take a "
                     "number below 900")
    if requirement.anchor != name:
      found = ("no anchor" if requirement.anchor is None else
               f'the anchor "{requirement.anchor}"')
      self._complain(where, f'{name} has {found}; write <a id="{name}"></a> '
                     "before it")
    if not requirement.levels:
      self._complain(where, f"{name} has no key word; say MUST, SHOULD or MAY, "
                     "or take the id away")
    if len(requirement.levels) > 1:
      self._complain(where, f"{name} has key words of different level, "
                     f"{' and '.join(requirement.levels)}; make it two "
                     "sentences, each with its id")

  def _end_paragraph(self):
    text = "\n".join(line for _, line in self._paragraph)
    text = _hide_code(_NOUN.sub(_blank, _ONLY_CELL.sub(_blank, text)))
    if _DEFINES in text:
      self._defining = True
    for match in _KEY_WORD.finditer(text):
      number, line = self._paragraph[text.count("\n", 0, match.start())]
      self._strays.append(Problem(
          number, f"a normative sentence without id, {line.strip()!r}; make it "
          f"a requirement, or put {match.group()} in code or small letters"))
    self._paragraph = []

  def _end_section(self):
    self._end_paragraph()
    if not self._defining:
      self._document.problems += self._strays
    self._strays = []
    self._defining = False

  def _end_chapter(self):
    if (self._chapter and self._document.name in NORMATIVE and
        not self._ends_with_example and not self._excused):
      self._complain(
          self._chapter.line,
          f'section "{self._chapter.text}" does not end with an example; add a '
          '"hex vector=ID" block, or "<!-- no example: reason -->"')
    self._excused = False

  def _complain(self, line, text):
    self._document.problems.append(Problem(line, text))
