# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The rules that hold sentences, records, code, tests and cases together.

A line and a Problem say where, what is wrong and what to do about it.

  for problem in rules.check(tree.read(root)): print(problem)
"""

import collections
import re

import prose
from tools.trace import records as records_lib
from tools.trace import tree as tree_lib
from tools.trace.tree import Problem

UPDATE = "bazel run //tools/trace -- update"
# Stands for any id in explanations.
_PLACEHOLDER = "FR-ABC-123"
_BY_HAND = ("roles", "forms", "testability", "how", "rationale", "original")


def check(tree):
  """Every Problem of the tree as a line, in the order of the files."""
  problems = tree.problems + prose_problems(tree) + example_problems(tree)
  try:
    records = records_lib.parse(tree.records_text)
    problems += _problems_with(tree, records)
  except ValueError as error:
    problems.append(Problem(records_lib.FILE, str(error)))
  return sorted(set(map(str, problems)), key=_place)


def _problems_with(tree, records):
  problems = record_problems(tree, records)
  problems += revision_problems(tree, records)
  problems += release_problems(tree, records)
  problems += coverage_problems(tree, records)
  problems += citation_problems(tree, records)
  problems += binding_problems(tree, records)
  problems += implementation_problems(tree, records)
  problems += kill_problems(tree, records)
  return problems


def notes(tree):
  """What is not checked, and why."""
  lines = []
  if not tree.has_kills:
    lines.append(f"{tree_lib.KILLS} does not exist: no MUST is held against "
                 "killed mutants yet")
  if not tree.vectors:
    lines.append(f"{tree_lib.VECTORS} is empty: the examples in the prose are "
                 "not held against vectors yet")
  return lines


def _place(text):
  match = re.match(r"([^:]*):(\d+)", text)
  return (match.group(1), int(match.group(2)), text) if match else (text, 0, "")


def prose_problems(tree):
  """Rule a: the documents by themselves, and no id in two places."""
  problems = []
  seen = {}
  for document in tree.documents:
    for problem in document.problems:
      problems.append(Problem(f"spec/{document.name}:{problem.line}",
                              problem.text))
    for sentence in document.requirements:
      where = _where(sentence)
      if document.name not in prose.NORMATIVE:
        problems.append(Problem(
            where, f"{sentence.id} stands in a document that is not normative; "
            f"move it to {' or '.join(prose.NORMATIVE)}"))
      if sentence.id in seen:
        problems.append(Problem(
            where, f"{sentence.id} stands here and at {seen[sentence.id]}; "
            "give the newer sentence an id of its own"))
      seen.setdefault(sentence.id, where)
  return problems


def record_problems(tree, records):
  """Rule b: one complete record for each sentence."""
  problems = []
  sentences = tree.by_id
  seen = set()
  for record in records.requirements:
    where = _record_where(tree, record)
    if record.id in seen:
      problems.append(Problem(where, f"{record.id} has two records; join them"))
    seen.add(record.id)
    if not prose.ID.fullmatch(record.id):
      problems.append(Problem(where, f"{record.id!r} is not an id; write FR-, "
                              "three capitals, -, three digits"))
    sentence = sentences.get(record.id)
    problems += _presence(where, record, records, sentence)
    if sentence is not None:
      problems += _agreement(where, record, sentence)
  for sentence in tree.sentences:
    if sentence.id not in seen:
      problems.append(Problem(
          _where(sentence), f"{sentence.id} has no record; run {UPDATE} and "
          f"fill in the rest in {records_lib.FILE}"))
  return problems


def _presence(where, record, records, sentence):
  """Whether the record has the sentence that it should have."""
  if not record.withdrawn:
    if sentence is None:
      yield Problem(where, f"{record.id} has no sentence in the prose; restore "
                    "it, or set `withdrawn` to the version that took it out")
    return
  if sentence is not None:
    yield Problem(where, f"{record.id} is withdrawn in {record.withdrawn}, but "
                  f"its sentence stands at {_where(sentence)}; take one away")
  key = records_lib.version_key(record.withdrawn)
  now = records_lib.version_key(records.version)
  if key is None or now is None or key > now:
    yield Problem(where, f"{record.id} is withdrawn in {record.withdrawn!r}, "
                  f"which is not a version up to {records.version}; correct it")


def _agreement(where, record, sentence):
  level = records_lib.name_of(record, "level")
  fresh = not record.revisions  # revision_problems() says so
  if sentence.level and level != sentence.level and not fresh:
    yield Problem(where, f"{record.id} has level {level or 'none'}, its "
                  f"sentence says {sentence.level}; run {UPDATE}")
  if record.section != sentence.section and not fresh:
    yield Problem(where, f'{record.id} has section "{record.section}", its '
                  f'sentence stands in "{sentence.section}"; run {UPDATE}')
  for field in _BY_HAND:
    if not getattr(record, field):
      yield Problem(where, f"{record.id} has no `{field}`; fill it in")
  if level == "MUST" and records_lib.name_of(record, "original") == "DIFFERS":
    yield Problem(where, f"{record.id} is a MUST that the original breaks; "
                  "make it a SHOULD, for the original has to conform")


def revision_problems(tree, records):
  """Rule c: no text changes unseen."""
  problems = []
  now = records_lib.version_key(records.version)
  if now is None:
    return [Problem(f"{records_lib.FILE}:1", f"version {records.version!r} is "
                    'not MAJOR.MINOR; write for example "1.0"')]
  sentences = tree.by_id
  for record in records.requirements:
    where = _record_where(tree, record)
    keys = [records_lib.version_key(r.version) for r in record.revisions]
    if None in keys:
      problems.append(Problem(where, f"{record.id} has a revision whose "
                              "version is not MAJOR.MINOR; correct it"))
      continue
    if any(later <= earlier for earlier, later in zip(keys, keys[1:])):
      problems.append(Problem(where, f"{record.id} has revisions that are not "
                              "in the order of their versions; restore them"))
    if keys and max(keys) > now:
      problems.append(Problem(where, f"{record.id} has a revision that is "
                              f"newer than version {records.version}; raise "
                              "`version`"))
    sentence = sentences.get(record.id)
    if sentence is not None:
      problems += _text(where, record, records, sentence)
  return problems


def _text(where, record, records, sentence):
  if not record.revisions:
    yield Problem(where, f"{record.id} has no revision of its text; run "
                  f"{UPDATE}")
  elif record.revisions[-1].text_sha256 != sentence.sha256:
    last = record.revisions[-1].version
    advice = f"run {UPDATE}"
    if records_lib.is_released(records, records.version):
      advice = (f"restore the sentence, or raise `version` above "
                f"{records.version} and {advice}")
    yield Problem(_where(sentence), f"{sentence.id} was reworded since version "
                  f"{last}; {advice}")


def release_problems(tree, records):
  """Rule c: what was published stays as it was."""
  problems = []
  now = records_lib.version_key(records.version)
  before = None
  for release in records.releases:
    where = _line_of(tree, f'version: "{release.version}"', "releases {")
    key = records_lib.version_key(release.version)
    if key is None or now is None or key > now:
      problems.append(Problem(where, f"release {release.version!r} is not a "
                              f"version up to {records.version}; correct it"))
      continue
    if before is not None and key <= before:
      problems.append(Problem(where, f"release {release.version} stands behind "
                              "a later one; put releases in order, once each"))
    before = key
    digest = records_lib.digest(records, release.version)
    if release.digest != digest:
      problems.append(Problem(
          where, f"what was released as {release.version} has been edited: its "
          f"digest is now {digest}; restore the revisions and records that it "
          "had"))
  return problems


def needs(record, has_kills):
  """What must speak of a requirement: "code", "tests", "cases" and so on."""
  means = {"CASE": ["cases"], "VECTOR": ["vectors"], "TEST": ["tests"]}
  found = means.get(records_lib.name_of(record, "testability"), [])
  if record.withdrawn or not found:
    return []
  if records_lib.name_of(record, "level") != "MUST":
    return found
  return ["code"] + found + (
      ["mutants"] if has_kills and found == ["cases"] else [])


def coverage_problems(tree, records):
  """Rule d: each requirement is tested in the way that its record says."""
  ways = {
      "cases": ("CASE", _citing(tree.cases), "no conformance case cites it; "
                f"write one below {tree_lib.CASES}"),
      "vectors": ("VECTOR", _citing(tree.vectors), "no vector cites it; write "
                  f"one below {tree_lib.VECTORS}"),
      "tests": ("TEST", {citation.id for citation in tree.tests()}, "no test "
                "cites it; write \"//= spec/{document}#{id}\" above the test "
                "that does"),
  }
  homes = _homes(tree)
  problems = []
  for record in records.requirements:
    for way in set(needs(record, False)) & set(ways):
      means, found, advice = ways[way]
      if record.id not in found:
        advice = advice.format(id=record.id,
                               document=homes.get(record.id, "wire.md"))
        problems.append(Problem(_record_where(tree, record),
                                f"{record.id} is to be tested by a {means}, "
                                f"but {advice}"))
  return problems


def _citing(things):
  return {req for thing in things for req in thing.reqs}


def citation_problems(tree, records):
  """Rule e: every id that is named exists and stands where it is said to."""
  homes = _homes(tree)
  areas = {sentence.id[:7] for sentence in tree.sentences}
  recorded = {record.id for record in records.requirements}
  withdrawn = {r.id: r.withdrawn for r in records.requirements if r.withdrawn}
  problems = []
  for mention in tree.mentions:
    if mention.id == _PLACEHOLDER or (
        mention.short and mention.id[:7] not in areas):
      continue
    home = homes.get(mention.id)
    if mention.id in withdrawn:
      if not _may_look_back(mention.path):
        problems.append(Problem(
            mention.where, f"cites {mention.id}, which version "
            f"{withdrawn[mention.id]} withdrew; take it away"))
    elif home is None and mention.id in recorded:
      continue  # rule b says that its sentence is gone
    elif home is None:
      problems.append(Problem(mention.where, f"cites {mention.id}, which does "
                              "not exist; correct or remove it"))
    elif mention.document and mention.document != home:
      problems.append(Problem(
          mention.where, f"cites {mention.document}#{mention.id}, which stands "
          f"in {home}; write {home}#{mention.id}"))
  return problems


def binding_problems(tree, records):
  """Rule i: what cites a requirement is about an end that it binds."""
  roles = {r.id: records_lib.names_of(r, "roles") for r in records.requirements}
  forms = {r.id: records_lib.names_of(r, "forms") for r in records.requirements}
  problems = []

  def judge(where, what, req, role, its_forms):
    if req not in roles or not roles[req] or not forms[req]:
      return  # rules b and e say so
    if role not in roles[req] or not set(its_forms) & set(forms[req]):
      problems.append(Problem(
          where, f"{what} cites {req}, which binds the "
          f"{' and the '.join(roles[req]).lower()} in the "
          f"{' and the '.join(forms[req]).lower()} form; cite another, or "
          "correct the record"))

  for case in tree.cases:
    for req in case.reqs:
      judge(case.path, "the case", req, case.role, case.forms)
  for req, places in tree.machines.items():
    for place in places:
      role, dash, form = place.partition(":")[0].upper().partition("-")
      if dash:  # the reassembler is of either end
        judge(tree_lib.MACHINES, place, req, role, [form])
  return problems


def _may_look_back(path):
  """Prose and records may speak of what was withdrawn."""
  return path == records_lib.FILE or re.fullmatch(r"spec/[\w-]+\.md", path)


def implementation_problems(tree, records):
  """Rule f: every MUST that can be tested is met somewhere in cc/."""
  cited = {citation.id for citation in tree.code("cc/")}
  homes = _homes(tree)
  return [
      Problem(_record_where(tree, record),
              f"{record.id} is a MUST that nothing in cc/ says it meets; write "
              f"\"//= spec/{homes.get(record.id, 'wire.md')}#{record.id}\" "
              "where it is met")
      for record in records.requirements
      if "code" in needs(record, False) and record.id not in cited
  ]


def kill_problems(tree, records):
  """Rule g: for every MUST that can be tested, some mutant died of it."""
  if not tree.has_kills:
    return []
  problems = []
  cases = {case.id for case in tree.cases}
  killed = set()
  for kill in tree.kills:
    where = f"{tree_lib.KILLS}:{kill.line}"
    if kill.verdict == "killed":
      killed.update(kill.reqs)
      if kill.case.partition(":")[0] not in cases:
        problems.append(Problem(where, f"mutant {kill.mutant} was killed by "
                                f"{kill.case!r}, which is no case; run the "
                                "mutants again"))
  for record in records.requirements:
    if "mutants" in needs(record, True) and record.id not in killed:
      problems.append(Problem(
          _record_where(tree, record), f"{record.id} is a MUST, but no killed "
          "mutant is put down to it; add a mutant that breaks it"))
  return problems


def example_problems(tree):
  """Rule h: what the prose shows is what the vectors hold."""
  if not tree.vectors:
    return []
  problems = []
  vectors = collections.defaultdict(list)
  for vector in tree.vectors:
    vectors[vector.id].append(vector)
  for document in tree.documents:
    for example in document.examples:
      where = f"spec/{document.name}:{example.line}"
      found = vectors.get(example.vector)
      if not found:
        problems.append(Problem(
            where, f"no vector has the id {example.vector}; correct it, or add "
            f"it below {tree_lib.VECTORS}"))
        continue
      problems += _same_octets(where, example, found[0])
  return problems


def _same_octets(where, example, vector):
  try:
    wanted = _flow(vector.data)
  except (KeyError, TypeError, ValueError) as error:
    yield Problem(f"{vector.path}:{vector.line}", f"{vector.id} cannot be "
                  f"read: {error!r}; correct it")
    return
  shown = _joined(example.lines)
  if shown != wanted:
    yield Problem(where, f"the example differs from vector {vector.id}: it "
                  f"shows {_flow_text(shown)}, the vector has "
                  f"{_flow_text(wanted)}; correct one")


def _flow(data):
  """What a vector sends: (mark, octets, or None for the end), in order."""
  if "steps" in data:
    marks = {"parent": ">", "child": "<"}
    return _joined((marks[step["from"]],
                    None if step.get("end") else _octets(step))
                   for step in data["steps"])
  marks = {"to-child": ">", "to-parent": "<", None: ""}
  return _joined([(marks[data.get("direction")], _octets(data))])


def _octets(data):
  """Those of "hex", or of the "parts", some of which are repeated."""
  if "hex" in data:
    return bytes.fromhex(data["hex"])
  return b"".join(_octets(part) if "hex" in part else
                  bytes.fromhex(part["repeat"]) * part["count"]
                  for part in data["parts"])


def _joined(flow):
  """Octets that follow each other in one direction are one item."""
  result = []
  for mark, octets in flow:
    if octets == b"":
      continue
    if result and None not in (octets, result[-1][1]) and result[-1][0] == mark:
      result[-1] = (mark, result[-1][1] + octets)
    else:
      result.append((mark, octets))
  return result


def _flow_text(flow):
  """The same on one line, cut where it is long."""
  text = ", ".join(
      f"{mark} {'end' if octets is None else octets.hex(' ')}".strip()
      for mark, octets in flow)
  return text if len(text) <= 120 else text[:117] + "..."


def _homes(tree):
  """Requirement id to the document in which it stands."""
  return {name: sentence.document for name, sentence in tree.by_id.items()}


def _where(sentence):
  return f"spec/{sentence.document}:{sentence.line}"


def _record_where(tree, record):
  return _line_of(tree, f'id: "{record.id}"', "requirements {")


def _line_of(tree, text, after):
  """file:line of the text, behind the first block of its kind."""
  start = tree.records_text.find(after)
  at = tree.records_text.find(text, max(start, 0))
  return (f"{records_lib.FILE}:"
          f"{tree.records_text.count(chr(10), 0, max(at, 0)) + 1}")
