# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Reads and writes spec/requirements.textproto, the records of the sentences.

`level`, `section` and `revisions` are mechanical: updated() fills them in from
the prose. Everything else is written by hand and kept, with the comments above
each record.

A version of the specification is a draft until released() has written its
digest. A draft's sentences may be reworded; a released one's may not, only in a
version that is newer.

  records = records.parse(text, path)
  text = records.updated(text, path, sentences)
"""

import hashlib
import json
import re

from google.protobuf import text_format

import textproto

FILE = "spec/requirements.textproto"

_VERSION = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)")
_WIDTH = 80
# A record and the comment lines above it.
_RECORD = re.compile(
    r"((?:^#.*\n|^ *\n)*)^requirements \{.*\n((?:.*\n)*?)^\}\n", re.MULTILINE)
_REMARK = re.compile(r"^ *#", re.MULTILINE)
_BLOCKS = re.compile(r"^(?:requirements|releases) \{", re.MULTILINE)


class Refusal(ValueError):
  """What was asked for would break what was published, or lose a remark."""


def schema():
  """The class of the message that the file holds."""
  return textproto.message_class("requirement", "forkrpc.spec.Requirements")


def parse(text, path=FILE):
  """The message; ValueError with file, line and column."""
  try:
    return text_format.Parse(text, schema()())
  except text_format.ParseError as error:
    raise ValueError(f"{path}:{error}") from None


def version_key(version):
  """What versions are ordered by; None if it is not MAJOR.MINOR."""
  match = _VERSION.fullmatch(version)
  return tuple(map(int, match.groups())) if match else None


def name_of(record, field):
  """The name of an enum field's value, without its UNSPECIFIED: "MUST"."""
  number = getattr(record, field)
  if not number:
    return ""
  values = record.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number
  return values[number].name if number in values else str(number)


def names_of(record, field):
  """The names of a repeated enum field's values."""
  values = record.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number
  return [values[number].name for number in getattr(record, field)]


def is_released(records, version):
  return any(release.version == version for release in records.releases)


def in_force(record, version):
  """The revision of a record that held in that version, or None."""
  key = version_key(version)
  found = None
  for revision in record.revisions:
    if (version_key(revision.version) or key) <= key:
      found = revision
  return found


def digest(records, version):
  """The sha256 of what the specification said in that version.

  Over one JSON line for each requirement of that version in the order of the
  ids: id, text_sha256, and the version that withdrew it if that is not newer.
  The level needs no place there: it is the key word of the text.
  """
  key = version_key(version)
  octets = hashlib.sha256()
  for record in sorted(records.requirements, key=lambda record: record.id):
    revision = in_force(record, version)
    if revision is None:
      continue
    gone = version_key(record.withdrawn)
    withdrawn = record.withdrawn if gone and gone <= key else ""
    line = json.dumps([record.id, revision.text_sha256, withdrawn])
    octets.update(line.encode() + b"\n")
  return octets.hexdigest()


def updated(text, sentences, path=FILE):
  """The file's text with the mechanical fields filled in.

  `sentences` are prose.Requirements. Raises Refusal where a released text would
  change, ValueError where the file cannot be read.
  """
  records = parse(text, path)
  known = {record.id: record for record in records.requirements}
  for sentence in sentences:
    record = known.get(sentence.id)
    if record is None:
      record = records.requirements.add(id=sentence.id)
      known[sentence.id] = record
    _fill(records, record, sentence)
  return _print(records, text, path)


def released(text, date, path=FILE):
  """The file's text with the entry that publishes its version."""
  records = parse(text, path)
  if version_key(records.version) is None:
    raise Refusal(f"{path}: version {records.version!r} is not MAJOR.MINOR")
  if is_released(records, records.version):
    raise Refusal(f"{path}: {records.version} is released already; raise "
                  "`version` first")
  records.releases.add(version=records.version, date=date,
                       digest=digest(records, records.version))
  return _print(records, text, path)


def _fill(records, record, sentence):
  if sentence.level:
    level = record.DESCRIPTOR.fields_by_name["level"].enum_type
    record.level = level.values_by_name[sentence.level].number
  record.section = sentence.section
  last = record.revisions[-1] if record.revisions else None
  if last is not None and last.text_sha256 == sentence.sha256:
    return
  if is_released(records, records.version):
    what = "was reworded" if last is not None else "is new"
    raise Refusal(f"{sentence.document}:{sentence.line}: {sentence.id} {what}, "
                  f"but {records.version} is released; raise `version` first")
  if last is not None and last.version == records.version:
    last.text_sha256 = sentence.sha256  # a draft is reworded
    return
  record.revisions.add(version=records.version, text_sha256=sentence.sha256)


def _print(records, text, path):
  """The file: its head, the releases, the records with their comments."""
  comments = {}
  for match in _RECORD.finditer(text):
    name = re.search(r'^  id: *"([^"]*)"', match.group(2), re.MULTILINE)
    if name is None or re.search(r"^ *#", match.group(2), re.MULTILINE):
      line = text.count("\n", 0, match.start(2))
      raise Refusal(f"{path}:{line}: a record without `id` on a line of its "
                    "own, or with a remark inside; put the remark above it")
    comments[name.group(1)] = match.group(1).strip("\n")
  first = _BLOCKS.search(text)
  head = text[:first.start()] if first else text
  # The head ends with the version; what follows belongs to the first record.
  cut = re.search(r"^version:.*\n", head, re.MULTILINE)
  if cut is None:
    raise Refusal(f"{path}: no `version` before the first record")
  parts = [head[:cut.end()]]
  for release in records.releases:
    parts.append(_block("releases", release, "") + "\n")
  for record in _ordered(records):
    comment = comments.get(record.id)
    if comment:
      parts += ([] if parts[-1].endswith("\n") else [""]) + [comment]
    parts.append(_block("requirements", record, ""))
  result = "\n".join(parts) + "\n"
  if len(_REMARK.findall(result)) != len(_REMARK.findall(text)):
    raise Refusal(f"{path}: a remark would be lost; remarks stand at the top "
                  "or above a record")
  return result


def _ordered(records):
  """By area, in the order in which the areas come first, then by id."""
  areas = {}
  for record in records.requirements:
    areas.setdefault(record.id[:7], len(areas))
  return sorted(records.requirements,
                key=lambda record: (areas[record.id[:7]], record.id))


def _block(name, message, indent):
  lines = [f"{indent}{name} {{"]
  for field, value in message.ListFields():
    repeated = field.label == field.LABEL_REPEATED
    for one in value if repeated else [value]:
      lines.append(_field(field, one, indent + "  "))
  return "\n".join(lines + [indent + "}"])


def _field(field, value, indent):
  if field.message_type:
    return _block(field.name, value, indent)
  if field.enum_type:
    name = field.enum_type.values_by_number[value].name
    return f"{indent}{field.name}: {name}"
  line = f"{indent}{field.name}: {_quoted(value)}"
  if len(line) <= _WIDTH:
    return line
  return "\n".join([f"{indent}{field.name}:"] + [
      f"{indent}  {_quoted(part)}"
      for part in _pieces(value, _WIDTH - len(indent) - 2)])


def _quoted(text):
  escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
  return '"' + "".join(escapes.get(c, c) for c in text) + '"'


def _pieces(text, width):
  """The text cut behind blanks into pieces that fit when they are quoted."""
  pieces = [""]
  for word in re.findall(r"\S*\s*", text):
    if pieces[-1] and len(_quoted(pieces[-1] + word)) > width:
      pieces.append("")
    pieces[-1] += word
  return pieces
