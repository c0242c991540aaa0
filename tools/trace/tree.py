# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Reads from a checkout everything that speaks of requirements.

Cases, vectors, machines and kill matrices say it in fields of their own; code
and tests say it in a line "//= spec/wire.md#FR-FRM-003" ("#=" in languages
whose remarks begin so). Any other place that names an id is a Mention only: it
must not be wrong, and it proves nothing.

The kill matrix has one line for each mutant and case that killed it (or that
was to): mutant, "killed" or "survived", case, and the requirement ids that the
death is put down to with commas between them; tabs between the four. "#" at the
start of a line begins a remark.

  tree = tree.read(root)
  for citation in tree.citations: print(citation.where, citation.id)
"""

import collections
import dataclasses
import functools
import json
import os
import pathlib
import re
import subprocess
from typing import Dict, List

from google.protobuf import text_format

import prose
import textproto

CASES = "conformance/cases/"
VECTORS = "spec/vectors/"
MACHINES = "spec/machines.textproto"
KILLS = "conformance/mutants/kill_matrix.tsv"
KILLS_HEAD = "# mutant\tverdict\tcase\trequirements"

_TEST = re.compile(r"_test\.(cc|js|py|sh|pl)$")
# Where ids may be made up: tests, and what they feed to programs.
_TEST_DATA = re.compile(r"(_test\.\w+$|/testdata/|/test_[^/]*$)")
_CITATION = re.compile(r"^\s*(?://|#)= *(\S+)")
# Longer than an id can be, so that one octet too many is seen.
_NAMED = r"FR-[A-Z]{3}-[0-9]+"
_LINKED = re.compile(r"(?:([\w-]+)\.md|(?<![\w.]))#(%s)" % _NAMED)
# "FRM-001", as the specification may call it when it speaks to itself.
_SHORT = re.compile(r"(?<![-\w])[A-Z]{3}-[0-9]{3}(?![-\w])")
_BINARY = (".bin", ".png", ".jpg", ".gz", ".ico", ".pdf", ".woff2")
_SKIPPED_FOLDERS = (".git", ".local", "out")


@dataclasses.dataclass(frozen=True)
class Mention:
  """A place that names a requirement; `document` is "" where it names none."""
  path: str
  line: int
  id: str
  document: str = ""
  short: bool = False  # without "FR-": an id only if there is such an area

  @property
  def where(self):
    return f"{self.path}:{self.line}"


@dataclasses.dataclass
class Case:
  id: str
  path: str
  reqs: List[str]
  role: str  # "PARENT", "CHILD", "" if the case does not say
  forms: List[str]  # "SYNC", "ASYNC"


@dataclasses.dataclass
class Vector:
  id: str
  path: str
  line: int
  reqs: List[str]
  data: dict  # the object as it stands in the file


@dataclasses.dataclass
class Kill:
  mutant: str
  verdict: str  # "killed" or "survived"
  case: str
  reqs: List[str]
  line: int


@dataclasses.dataclass
class Problem:
  where: str
  text: str

  def __str__(self):
    return f"{self.where}: {self.text}"


@dataclasses.dataclass
class Tree:
  documents: List[prose.Document]  # the normative ones first
  records_text: str  # "" if there is none
  mentions: List[Mention]
  # Lines "//= ...": of code, of cc/ and other; and of tests.
  citations: List[Mention]
  cases: List[Case]
  vectors: List[Vector]
  # Requirement id to the transitions and debts ("parent-sync OPEN SEND_END").
  machines: Dict[str, List[str]]
  kills: List[Kill]
  has_kills: bool
  problems: List[Problem]

  @property
  def sentences(self):
    return [r for document in self.documents for r in document.requirements]

  @property
  def by_id(self):
    """The sentences by id; the first one of two."""
    return {r.id: r for r in reversed(self.sentences)}

  def code(self, folder=""):
    return [c for c in self.citations
            if c.path.startswith(folder) and not is_test(c.path)]

  def tests(self):
    return [c for c in self.citations if is_test(c.path)]


def is_test(path):
  return bool(_TEST.search(path))


def read(root):
  """The Tree of the checkout at `root`."""
  root = pathlib.Path(root)
  tree = Tree([], "", [], [], [], [], {}, [], False, [])
  for path in files(root):
    # What a fuzz target is fed with is octets, not text.
    if path.endswith(_BINARY) or "_corpus/" in path:
      continue
    try:
      text = (root / path).read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError):
      continue  # not text; a file that vanished is not ours to report
    _Reader(tree, path, text).read()
  tree.documents.sort(key=lambda document: (
      document.name not in prose.NORMATIVE,
      prose.NORMATIVE.index(document.name)
      if document.name in prose.NORMATIVE else 0, document.name))
  return tree


def files(root):
  """What git tracks or would track; outside a checkout, every file."""
  result = subprocess.run(
      ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others",
       "--exclude-standard"], capture_output=True, check=False)
  if result.returncode == 0:
    names = set(result.stdout.decode().split("\0"))
    return sorted(n for n in names if n and (root / n).is_file())
  found = []
  for folder, folders, names in os.walk(root):
    folders[:] = [f for f in folders if f not in _SKIPPED_FOLDERS
                  and not f.startswith("bazel-")]
    found += [os.path.relpath(os.path.join(folder, n), root) for n in names]
  return sorted(found)


_message_class = functools.lru_cache(maxsize=None)(textproto.message_class)


def _enum_name(message, field, number):
  """The name of a value of an enum field; "" for none."""
  enum = message.DESCRIPTOR.fields_by_name[field].enum_type
  return enum.values_by_number[number].name if number else ""


class _Reader:
  """Adds one file to the tree."""

  def __init__(self, tree, path, text):
    self._tree = tree
    self._path = path
    self._text = text

  def read(self):
    path = self._path
    folder, _, name = path.rpartition("/")
    if path == "spec/requirements.textproto":
      self._tree.records_text = self._text
    if folder == "spec" and name.endswith(".md"):
      if name not in prose.GENERATED:
        self._tree.documents.append(prose.read(name, self._text))
    if path.startswith(CASES) and path.endswith(".textproto"):
      self._case()
    elif path.startswith(VECTORS) and path.endswith(".json"):
      self._vectors()
    elif path == MACHINES:
      self._machines()
    elif path == KILLS:
      self._kills()
      return
    if "FR-" in self._text:
      self._mentions()

  def _complain(self, line, text):
    self._tree.problems.append(Problem(f"{self._path}:{line}", text))

  def _mentions(self):
    for number, line in enumerate(self._text.splitlines(), 1):
      citation = _CITATION.match(line)
      if "FR-" in line and citation:
        self._citation(number, citation.group(1))
      elif "FR-" in line:
        self._named(number, line)
      if self._path.startswith("spec/"):
        self._tree.mentions += [
            Mention(self._path, number, "FR-" + match.group(), short=True)
            for match in _SHORT.finditer(line)]

  def _named(self, number, line):
    test_data = _TEST_DATA.search(self._path)
    documents = {match.start(2): match.group(1) or ""
                 for match in _LINKED.finditer(line)}
    for match in re.finditer(_NAMED, line):
      if test_data and prose.is_made_up(match.group()):
        continue
      document = documents.get(match.start())
      if document == "" and self._path.endswith(".md"):
        document = os.path.basename(self._path)[:-3]  # "#FR-FRM-001"
      self._tree.mentions.append(Mention(
          self._path, number, match.group(),
          document + ".md" if document and not test_data else ""))

  def _citation(self, number, target):
    match = re.fullmatch(r"spec/([\w-]+\.md)#(%s)" % _NAMED, target)
    if not match:
      self._complain(number, f"cites {target!r}; write "
                     '"spec/wire.md#FR-FRM-003"')
      return
    mention = Mention(self._path, number, match.group(2), match.group(1))
    self._tree.mentions.append(mention)
    self._tree.citations.append(mention)

  def _case(self):
    message = _message_class("conformance_case", "forkrpc.conformance.Case")()
    try:
      text_format.Parse(self._text, message)
    except text_format.ParseError as error:
      self._tree.problems.append(Problem(
          f"{self._path}:{error}", "not a case; correct it"))
      return
    reqs = list(message.reqs) + [s.req for s in message.steps if s.req]
    self._tree.cases.append(Case(
        message.id, self._path, list(dict.fromkeys(reqs)),
        _enum_name(message, "role", message.role),
        [_enum_name(message, "forms", form) for form in message.forms]))

  def _vectors(self):
    try:
      data = json.loads(self._text)
    except json.JSONDecodeError as error:
      self._complain(error.lineno, f"is not JSON: {error.msg}")
      return
    vectors = data.get("vectors", []) if isinstance(data, dict) else []
    for vector in vectors:
      name = vector.get("id", "")
      at = self._text.find(f'"id": {json.dumps(name)}')
      line = self._text.count("\n", 0, max(at, 0)) + 1
      self._tree.vectors.append(
          Vector(name, self._path, line, vector.get("requirements", []),
                 vector))

  def _machines(self):
    message = _message_class("machine", "forkrpc.spec.Machines")()
    try:
      text_format.Parse(self._text, message)
    except text_format.ParseError as error:
      self._tree.problems.append(Problem(
          f"{self._path}:{error}", "not a machine; correct it"))
      return
    found = collections.defaultdict(list)
    for machine in message.machines:
      for state in machine.states:
        for req in state.owes_reqs:
          found[req].append(f"{machine.name}: {state.name} owes")
      for transition in machine.transitions:
        name = _enum_name(transition, "event", transition.event)
        for req in transition.reqs:
          source = getattr(transition, "from")
          found[req].append(f"{machine.name}: {source} {name}")
    self._tree.machines = dict(found)

  def _kills(self):
    self._tree.has_kills = True
    for number, line in enumerate(self._text.splitlines(), 1):
      if not line.strip() or line.startswith("#"):
        continue
      fields = line.split("\t")
      if len(fields) != 4 or fields[1] not in ("killed", "survived"):
        self._complain(number, "expected mutant, killed or survived, case, "
                       "requirement ids, with tabs between them")
        continue
      reqs = [req.strip() for req in fields[3].split(",") if req.strip()]
      self._tree.kills.append(
          Kill(fields[0], fields[1], fields[2], reqs, number))
      for req in reqs:
        self._tree.mentions.append(Mention(self._path, number, req))
