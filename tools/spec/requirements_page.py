# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Writes spec/requirements.md: every requirement in a table, and how many.

  text = requirements_page.markdown(records, sentences)
"""

import collections

import prose
import textproto

_LEAD = """\
<!-- Made from requirements.textproto and the prose by
     `bazel run //tools/spec:update`. -->

# Requirements

Version {version}. Every numbered sentence of [The wire](wire.md) and of
[Serialisers](serialisers.md): {count} in all. A number leads to the sentence
itself, which alone is binding; the last column shortens it. Why it is so and
how a breach shows is in [requirements.textproto](requirements.textproto).

*Binds* is the end that has to keep it, and *form* the one in which it does.
*Tested by* is how a breach is found: on the wire by a conformance **case**, in
a serialiser by a **vector**, behind an implementation's own interface by a
**test**, or by nothing but **review** of its source. *Original* is what
AnyEvent::Fork::RPC 1.1 to 2.0 does: it **conforms**, it **differs**, or it **has
not** anything of the kind.
"""
_AREAS = {
    "FRM": "Frames", "SID": "Ids", "ORD": "Order", "EVT": "Events",
    "CLS": "The end of a connection", "ERR": "Errors", "LIM": "Limits and flow",
    "PRC": "Processes and transports", "SER": "Serialisers",
}
_LEVELS = ("MUST", "SHOULD", "MAY")
_WIDTH = 120


def make(root):
  """The page of the specification below `root`."""
  folder = root / "spec"
  records = textproto.load("requirement", "forkrpc.spec.Requirements",
                           folder / "requirements.textproto")
  sentences = []
  for name in prose.NORMATIVE:
    text = (folder / name).read_text(encoding="utf-8")
    sentences += prose.read(name, text).requirements
  return markdown(records, sentences)


def markdown(records, sentences):
  """The page; ValueError for an area that has no name here."""
  by_id = {sentence.id: sentence for sentence in sentences}
  rows = [r for r in records.requirements if r.id in by_id and not r.withdrawn]
  parts = [_LEAD.format(version=records.version, count=len(rows)),
           _totals(rows)]
  areas = collections.defaultdict(list)
  for record in rows:
    areas[record.id[3:6]].append(record)
  for area, found in areas.items():
    if area not in _AREAS:
      raise ValueError(f"requirements_page.py: area {area} has no name")
    parts += [f"## {_AREAS[area]}", _table(
        ["id", "level", "binds", "form", "tested by", "original", "in short"],
        [_row(record, by_id[record.id]) for record in found])]
  gone = [r for r in records.requirements if r.withdrawn]
  if gone:
    parts += ["## Withdrawn", "Their numbers are not given again.", _table(
        ["id", "taken out in"], [[r.id, r.withdrawn] for r in gone])]
  return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _totals(rows):
  """Levels by means of testing and by what the original does."""
  columns = [("testability", 1, "case"), ("testability", 2, "vector"),
             ("testability", 3, "test"), ("testability", 4, "review"),
             ("original", 1, "conforms"), ("original", 2, "differs"),
             ("original", 3, "has not")]
  lines = []
  for level in (*_LEVELS, ""):
    found = [r for r in rows if level in ("", _name(r, "level"))]
    if found:
      lines.append([level or "**all**", str(len(found))] + [
          str(sum(getattr(r, field) == value for r in found))
          for field, value, _ in columns])
  return _table(["level", "all"] + [name for *_, name in columns], lines)


def _row(record, sentence):
  return [
      f"[{record.id}]({sentence.document}#{record.id})",
      _name(record, "level"),
      _both(record, "roles"),
      _both(record, "forms"),
      _word(_name(record, "testability")),
      _word(_name(record, "original")),
      _short(sentence.sentence),
  ]


def _name(record, field):
  values = record.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number
  return values[getattr(record, field)].name


def _both(record, field):
  values = record.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number
  names = [_word(values[number].name) for number in getattr(record, field)]
  return "both" if len(names) == 2 else ", ".join(names)


def _word(name):
  return name.lower().replace("_", " ")


def _short(sentence):
  """The beginning of the sentence, as plain text in a cell."""
  text = prose.plain(sentence)
  if len(text) > _WIDTH:
    text = text[:_WIDTH - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"
  for mark in ("\\", "|", "<", "*", "_", "["):
    text = text.replace(mark, "\\" + mark)
  return text


def _table(head, rows):
  lines = [head, ["---"] * len(head), *rows]
  return "\n".join("| " + " | ".join(line) + " |" for line in lines)
