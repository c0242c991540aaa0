# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Requirement x code x tests x cases x vectors x transitions x mutants.

  rows = matrix.rows(tree, records)
  print(matrix.tsv(rows))
"""

import dataclasses
from typing import Dict, List

import prose
from tools.trace import records as records_lib
from tools.trace import rules

# Key and title; the mutants are left out while there are none.
COLUMNS = (
    ("code", "code"),
    ("others", "other code"),
    ("tests", "tests"),
    ("cases", "cases"),
    ("vectors", "vectors"),
    ("machines", "transitions"),
    ("mutants", "mutants killed"),
)


@dataclasses.dataclass
class Row:
  """One requirement and all that speaks of it."""
  id: str
  level: str
  roles: List[str]
  forms: List[str]
  testability: str
  original: str
  section: str
  sentence: str  # plain text
  how: str
  rationale: str
  cells: Dict[str, List[str]]  # by the keys of COLUMNS
  lacking: List[str]  # the keys of cells that must not be empty, but are


def rows(tree, records):
  """A Row for each requirement that stands in the prose, in their order."""
  cells = _cells(tree)
  found = []
  for record in records.requirements:
    sentence = tree.by_id.get(record.id)
    if sentence is None or record.withdrawn:
      continue
    own = {key: cells[key].get(record.id, []) for key, _ in columns(tree)}
    found.append(Row(
        record.id, records_lib.name_of(record, "level"),
        records_lib.names_of(record, "roles"),
        records_lib.names_of(record, "forms"),
        records_lib.name_of(record, "testability"),
        records_lib.name_of(record, "original"), sentence.section,
        prose.plain(sentence.sentence), record.how, record.rationale, own,
        [key for key in rules.needs(record, tree.has_kills) if not own[key]]))
  return found


def columns(tree):
  """Those of COLUMNS that the tree has something for."""
  return [column for column in COLUMNS
          if column[0] != "mutants" or tree.has_kills]


def tsv(found):
  """The rows with tabs between columns and blanks inside them."""
  keys = list(found[0].cells) if found else []
  head = ["id", "level", "roles", "forms", "testability", "original", *keys,
          "lacking"]
  lines = [head]
  for row in found:
    lines.append([row.id, row.level, " ".join(row.roles), " ".join(row.forms),
                  row.testability, row.original] +
                 [" ".join(name.replace(" ", "/") for name in row.cells[key])
                  for key in keys] + [" ".join(row.lacking)])
  return "".join("\t".join(line) + "\n" for line in lines)


def _cells(tree):
  """For each key, requirement id to what speaks of it."""
  cells = {key: {} for key, _ in COLUMNS}
  cells["machines"] = tree.machines

  def add(key, req, name):
    names = cells[key].setdefault(req, [])
    if name not in names:
      names.append(name)

  for citation in tree.code():
    key = "code" if citation.path.startswith("cc/") else "others"
    add(key, citation.id, citation.where)
  for citation in tree.tests():
    add("tests", citation.id, citation.where)
  for key, things in (("cases", tree.cases), ("vectors", tree.vectors)):
    for thing in things:
      for req in thing.reqs:
        add(key, req, thing.id)
  for kill in tree.kills:
    if kill.verdict == "killed":
      for req in kill.reqs:
        add("mutants", req, kill.mutant)
  return cells
