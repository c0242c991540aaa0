# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Writes spec/examples.md: sessions and payloads, octet by octet.

Everything on the page comes from spec/vectors; here stand only the choice, the
order and the words.

  text = examples_page.make(root)
"""

import machine_tables
import vectors

_LEAD = """\
<!-- Made from vectors/*.json by `bazel run //tools/spec:update`. -->

# Examples

Whole sessions, one frame a line: `>` is what the parent sends and `<` what the
child sends, from top to bottom as it happens; `end` is the end of that direction.
The header's fields stand apart from the payload. Calls are counted from 1 in the
order of their requests. Where nothing is said under a session, everything is
delivered in this order and the connection stays open. Otherwise it is said what
the two sides make of it; a side that breaks a clause is not looked at further.

The requests are those of the conformance suite's functions: the first octet names
one, and the rest is its argument. `E` responds with the rest, `V` raises an event
with it, `B` does both, `H` holds its response back and `X` fails.

Each session is a vector, and its heading is the vector's name. There are many more
in [vectors/](vectors/README.md), to be read by a program.
"""

# Heading and sessions.
_SECTIONS = (
    ("Calls", (
        "session-sync-echo", "session-sync-three-queued", "session-async-echo",
        "session-async-out-of-order", "session-async-four-calls-events-between",
        "session-async-empty", "session-payload-like-frames")),
    ("Events", (
        "session-event-before-response", "session-event-before-any-call",
        "session-event-between-calls", "session-event-empty",
        "session-event-is-no-response")),
    ("Ids", (
        "session-sync-any-id", "session-id-wrap",
        "session-id-wrap-leaves-out-those-in-flight", "session-ids-with-gaps",
        "session-id-again-after-response")),
    ("The end", (
        "session-stdio-empty", "session-half-close-after-response",
        "session-half-close-drain", "session-drain-events",
        "session-early-end")),
    ("What a parent has to notice", (
        "session-unknown-id", "session-unknown-id-octets-behind",
        "session-second-response-sync", "session-second-response-async",
        "session-response-without-call-async", "session-end-in-flight",
        "session-end-in-flight-async", "session-end-inside-response-payload",
        "session-end-inside-event", "session-response-length-refused")),
    ("What a child has to notice", (
        "session-end-inside-request-header",
        "session-end-inside-request-payload", "session-request-id-zero",
        "session-request-id-in-flight")),
)

_STRING_PACK = """
## String-pack values

A list of strings and its payload; a string that is not plain text is in
hexadecimal.
"""
_ACCEPTABLE = """
A decoder should refuse these. The original takes them, for the list given; a
number of octets that is announced and not there counts for as many as are.
"""
_INVALID = """
These are errors, for the original too.
"""
# Octets; longer payloads stay in the vectors.
_LONGEST = 14
_MARKS = {"parent": ">", "child": "<"}
_OUTCOMES = {
    ("parent", "open"): "the connection stays open",
    ("parent", "clean"): "clean end",
    ("parent", "error"): "reports an error",
    ("parent", "wrong"): "breaks a clause",
    ("child", "open"): "goes on",
    ("child", "clean"): "ends with exit status 0",
    ("child", "error"): "reports an error, ends with another exit status",
    ("child", "failed"): "its function fails, ends with another exit status",
    ("child", "wrong"): "breaks a clause",
}


def _plain(octets):
  return bool(octets) and all(0x20 < octet < 0x7f and octet not in b'"`|\\'
                              for octet in octets)


def _spaced(octets):
  return octets.hex(" ")


def _count(size, what="octet"):
  return f"{size} {what}{'' if size == 1 else 's'}"


def _id(call_id):
  return f"id {call_id}" if call_id < 0x10000 else f"id {call_id:#x}"


def _text(octets):
  """ " "Ehi"" if that is plain text, else nothing."""
  return f': "{octets.decode()}"' if _plain(octets) else ""


class _Reader:
  """Makes lines of a session's octets, frame by frame.

  Invariant: `_open` has (id, number) of each call in flight, oldest first.
  """

  def __init__(self, vector):
    self._vector = vector
    self._has_ids = vector["form"] == "async"
    self._open = []
    self._made = 0

  def step(self, step):
    """The lines of one step: pairs of octets and remark."""
    mark = _MARKS[step["from"]]
    if step.get("end"):
      return [(f"{mark} end", "")]
    octets, lines = vectors.octets(step), []
    while octets:
      size, (fields, remark) = self._frame(step["from"], octets)
      lines.append((f"{mark} " + "  ".join(map(_spaced, fields)), remark))
      octets = octets[size:]
    return lines

  def _frame(self, side, octets):
    """The first frame, or what there is of it."""
    header = 8 if side == "child" or self._has_ids else 4
    if len(octets) < header:
      return len(octets), ([octets], f"{len(octets)} of the {header} octets of "
                                     "a header")
    fields = [octets[start:start + 4] for start in range(0, header, 4)]
    length = int.from_bytes(fields[-1], "big")
    payload = octets[header:header + length]
    if payload:
      fields.append(payload)
    call_id = int.from_bytes(fields[0], "big") if header == 8 else None
    if len(payload) < length:
      remark = f"{len(payload)} of {_count(length)} of payload"
    else:
      remark = f"{self._name(side, call_id)}, {_count(length)}{_text(payload)}"
      receiver = "parent" if side == "child" else "child"
      limit = self._vector[receiver].get("limit")
      if limit is not None and length > limit:
        remark += f"; the receiver's limit is {limit}"
    return header + len(payload), (fields, remark)

  def _name(self, side, call_id):
    if side == "parent":
      self._made += 1
      self._open.append((call_id, self._made))
      return f"request {self._made}" + (
          "" if call_id is None else f", {_id(call_id)}")
    if call_id == 0:
      return "event"
    for entry in self._open:
      if not self._has_ids or entry[0] == call_id:
        self._open.remove(entry)
        return f"response to call {entry[1]}" + (
            f", {_id(call_id)}" if self._has_ids or call_id != 1 else "")
    return f"response to no call, {_id(call_id)}"


def session_lines(vector):
  """The session as the lines of a fenced block, remarks aligned."""
  reader = _Reader(vector)
  lines = [line for step in vector["steps"] for line in reader.step(step)]
  width = max((len(octets) for octets, remark in lines if remark), default=0)
  return [f"{octets:<{width}}    # {remark}" if remark else octets
          for octets, remark in lines]


def _seen(entry):
  octets = vectors.octets(entry)
  if entry["kind"] in ("request", "response"):
    words = f"{entry['kind']} {entry['call']}"
  elif entry["kind"] == "failed":
    return f"call {entry['call']} fails"
  else:
    words = entry["kind"]
  if entry["kind"] == "event" and octets:
    return f"event `{octets.decode()}`" if _plain(octets) else "event"
  return words


def outcome(name, side):
  """ "*Parent*: response 1; clean end." """
  seen = ", ".join(_seen(entry) for entry in side["sees"]
                   if entry["kind"] not in ("end", "error"))
  outcome = _OUTCOMES[name, side["result"]]
  if "requirement" in side:
    outcome += f" ({machine_tables.links([side['requirement']])})"
  return f"*{name.capitalize()}*: {seen + '; ' if seen else ''}{outcome}."


def _session(vector):
  lines = ["", f"### {vector['id']}", "", vector["comment"], "",
           f"```hex vector={vector['id']}", *session_lines(vector), "```"]
  if {vector[side]["result"] for side in _MARKS} == {"open"}:
    return lines
  return lines + [""] + [f"- {outcome(side, vector[side])}" for side in _MARKS]


def _value(octets):
  if _plain(octets):
    return f'"{octets.decode()}"'
  return f"{_spaced(octets)}" if octets else '""'


def _list(strings):
  inner = ", ".join(_value(vectors.octets(string)) for string in strings)
  return f"`[{inner}]`"


def _payload(vector):
  octets = vectors.octets(vector)
  return f"`{_spaced(octets)}`" if octets else "no octets"


def string_pack(all_vectors):
  """The tables of string-pack payloads."""
  short = [vector for vector in all_vectors
           if len(vectors.octets(vector)) <= _LONGEST]
  rows = {result: [vector for vector in short if vector["result"] == result]
          for result in ("valid", "acceptable", "invalid")}
  lines = [_STRING_PACK, "| list | payload |", "|---|---|"]
  lines += [f"| {_list(vector['strings'])} | {_payload(vector)} |"
            for vector in rows["valid"]]
  lines += [_ACCEPTABLE, "| payload | what is wrong | clause | the original "
            "takes it for |", "|---|---|---|---|"]
  lines += [f"| {_payload(vector)} | {vector['comment']} | {_clause(vector)} | "
            f"{_list(vector['strings'])} |" for vector in rows["acceptable"]]
  lines += [_INVALID, "| payload | what is wrong | clause |", "|---|---|---|"]
  lines += [f"| {_payload(vector)} | {vector['comment']} | {_clause(vector)} |"
            for vector in rows["invalid"]]
  return lines


def _clause(vector):
  return machine_tables.links([vector["error_requirement"]])


def markdown(sessions, string_pack_vectors):
  """The text of spec/examples.md, of these vectors."""
  by_id = {vector["id"]: vector for vector in sessions}
  lines = []
  for title, names in _SECTIONS:
    lines += ["", f"## {title}"]
    for name in names:
      if name not in by_id:
        raise ValueError(f"examples.md wants {name}, which is no vector")
      lines += _session(by_id[name])
  lines += string_pack(string_pack_vectors)
  return _LEAD + "\n".join(lines) + "\n"


def make(root):
  """The generator of tools/spec/update.py."""
  return markdown(vectors.load(root, "sessions")["vectors"],
                  vectors.load(root, "string_pack")["vectors"])
