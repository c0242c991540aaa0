# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Makes conformance cases of runs that Spin finds in the formal model.

For each state worth seeing (a WITNESS of spec/model) Spin gives the shortest way
there. The parent's part of it, played by a child that follows the way, is a case
for a parent; the child's part is a case for a child in the async form, whose
functions hold their responses (H) until the case releases them (R) in the order
in which the model's functions completed.

usage: trail_case.py FOLDER FILES...
Writes FOLDER/parent/model-*.textproto and FOLDER/child/model-*.textproto; FILES
are all files of the model. A case once written is a case like any other.
"""

import dataclasses
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

_STEP = re.compile(
    r"^\s*(?P<who>parent|child|delivered): (?P<what>.*?)\s*$")
_HEAD = """# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
# proto-file: forkrpc/conformance_case.proto
# proto-message: forkrpc.conformance.Case
#
# Made by tools/spec/trail_case.py of a run of spec/model.

"""
_PARENT_REQS = ("FR-ORD-004", "FR-ORD-007", "FR-CLS-002")
_CHILD_REQS = ("FR-SID-003", "FR-ORD-003", "FR-CLS-003")


@dataclasses.dataclass(frozen=True)
class Goal:
  """A witness of the model, and the cases to make of the way there."""
  slug: str
  witness: str  # as the model prints it, behind "witness: "
  form: str  # "SYNC", "ASYNC"
  defines: tuple
  roles: tuple


GOALS = (
    Goal("ids-come-again", "id 1 comes again", "ASYNC", ("CALLS=5",),
         ("parent", "child")),
    Goal("id-left-out", "an id in flight is left out after the wrap", "ASYNC",
         ("CALLS=6",), ("parent", "child")),
    Goal("three-in-flight", "three calls in flight", "ASYNC", ("CALLS=4",),
         ("parent", "child")),
    Goal("later-first", "a later call is answered first", "ASYNC",
         ("CALLS=4",), ("parent", "child")),
    Goal("event-first", "event before the first call", "ASYNC", ("CALLS=3",),
         ("parent", "child")),
    Goal("event-idle", "event with no call in flight", "SYNC", ("CALLS=3",),
         ("parent",)),
    Goal("event-after-half-close", "event after the half-close", "ASYNC",
         ("CALLS=3",), ("parent", "child")),
    Goal("event-after-half-close-sync", "event after the half-close", "SYNC",
         ("CALLS=3",), ("parent",)),
    Goal("two-to-answer", "two calls to answer at the half-close", "ASYNC",
         ("CALLS=3",), ("parent", "child")),
    Goal("two-to-answer-sync", "two calls to answer at the half-close", "SYNC",
         ("CALLS=3",), ("parent",)),
    Goal("all-answered", "all calls answered, clean end", "SYNC",
         ("CALLS=3", "EVENTS=2"), ("parent",)),
)


def steps_of(trail):
  """The steps of a trail as (who, what); what the machines did is left out."""
  found = []
  for line in trail.splitlines():
    match = _STEP.match(line)
    if match:
      found.append((match.group("who"), match.group("what")))
  return found


def _numbers(what):
  return [int(number) for number in re.findall(r"\d+", what)]


class _ParentCase:
  """What a runner does that is the child of the way.

  Invariants: 1. `made` are the calls commanded, `seen` those whose requests were
  awaited. 2. `sent` are the frames sent and not yet awaited as reports.
  """

  def __init__(self):
    self.text = []
    self.made, self.seen, self.answered = [], [], []
    self.sent = []
    self.events = 0
    self.dropped = False

  def take(self, who, what):
    if who == "parent" and re.fullmatch(r"call \d+ made", what):
      self._call(_numbers(what)[0])
    elif who == "parent" and what.startswith("request id"):
      self._await_request(_numbers(what)[1])
    elif who == "parent" and what == "half-close":
      self._drop()
    elif who == "child" and what.startswith("frame id"):
      frame_id, body = _numbers(what)
      self._send(None if frame_id == 0 else body)
    elif who == "delivered":
      self._await_report()

  def finish(self):
    for call in self.made:
      if call not in self.seen:
        self._await_request(call)
    for call in self.made:
      if call not in self.answered:
        self._send(call)
    while self.sent:
      self._await_report()
    if not self.dropped:
      self.text.append("steps { clean_end {} }")
      return
    self.text += ["steps { half_close {} }",
                  "steps { expect_reports { item { closed {} } } }",
                  "steps { command { quit {} } }",
                  "steps { expect_exit { status: ZERO } }"]

  def _call(self, call):
    self.made.append(call)
    self.text.append(f'steps {{ command {{ call {{ tag: "c{call}" '
                     f'payload {{ octets: "call {call}" }} }} }} }}')

  def _await_request(self, call):
    self.seen.append(call)
    self.text.append(
        f'steps {{ expect_requests {{ request {{ tag: "c{call}" }} }} }}')

  def _drop(self):
    self.dropped = True
    self.text.append("steps { command { drop {} } }")
    for call in self.made:
      if call not in self.seen:
        self._await_request(call)
    self.text.append("steps { expect_eof {} }")

  def _send(self, call):
    if call is None:
      self.events += 1
      frame = f'event {{ payload {{ octets: "event {self.events}" }} }}'
      report = frame
    else:
      self.answered.append(call)
      payload = f'payload {{ octets: "result {call}" }}'
      frame = f'response {{ to: "c{call}" {payload} }}'
      report = f'result {{ tag: "c{call}" {payload} }}'
    self.sent.append(report)
    self.text.append(f"steps {{ send {{ item {{ {frame} }} }} }}")

  def _await_report(self):
    self.text.append(
        f"steps {{ expect_reports {{ item {{ {self.sent.pop(0)} }} }} }}")


class _ChildCase:
  """What a runner does that is the parent of the way.

  A release (R) and an event (V) are requests of their own, which are answered
  too. Behind the half-close there can be none: those that the way still needs
  are sent just before it.
  """

  def __init__(self, steps):
    self.text = []
    self._later = list(steps)
    self._held = []  # in the order of their requests
    self._wanted = []  # frames, in the order in which they were made
    self._released, self._events = [], 0
    self._half_closed = False

  def take(self, who, what):
    self._later.pop(0)
    if who == "parent" and what.startswith("request id"):
      call = _numbers(what)[1]
      self._held.append(call)
      self._send(f"c{call}", f'octets: "Hcall {call}"')
      # So that the order in which calls are held is known.
      self.text.append("steps { expect_silence {} }")
    elif who == "child" and not self._half_closed:
      self._make(what)
    elif who == "parent" and what == "half-close":
      self._half_close()

  def finish(self):
    if not self._half_closed:
      self._half_close()
    self.text += ["steps { expect_eof {} }",
                  "steps { expect_exit { status: ZERO } }"]

  def _make(self, what):
    if re.fullmatch(r"call \d+ completes", what):
      self._release(_numbers(what)[0])
    elif what == "event":
      self._event()
    self._await_frames()

  def _half_close(self):
    for who, what in self._later:
      if who == "child" and re.fullmatch(r"call \d+ completes", what):
        self._release(_numbers(what)[0])
      elif who == "child" and what == "event":
        self._event()
    for call in self._held:
      if call not in self._released:
        self._release(call)
    self._half_closed = True
    self.text.append("steps { half_close {} }")
    self._await_frames()

  def _send(self, tag, payload):
    self.text.append(f'steps {{ send {{ item {{ request {{ tag: "{tag}" '
                     f"payload {{ {payload} }} }} }} }} }}")

  def _release(self, call):
    if call in self._released or call not in self._held:
      return
    self._released.append(call)
    index = self._held.index(call)
    self._send(f"r{call}", f'hex: "52{index:02x}"')
    self._wanted.append([
        f'response {{ to: "c{call}" payload {{ octets: "call {call}" }} }}',
        f'response {{ to: "r{call}" }}'])

  def _event(self):
    self._events += 1
    payload = f'payload {{ octets: "event {self._events}" }}'
    self._send(f"v{self._events}", f'octets: "Vevent {self._events}"')
    self._wanted.append([f"event {{ {payload} }}",
                         f'response {{ to: "v{self._events}" }}'])

  def _await_frames(self):
    if not self._wanted:
      return
    # Calls that were sent without waiting may be served in any order.
    sequences = "".join(
        "    sequence {\n" +
        "".join(f"      item {{ {frame} }}\n" for frame in frames) +
        "    }\n" for frames in self._wanted)
    self.text.append("steps {\n  expect_frames {\n" + sequences + "  }\n}")
    self._wanted = []


def case_text(goal, role, trail):
  """The case as textproto."""
  steps = steps_of(trail)
  case = _ParentCase() if role == "parent" else _ChildCase(steps)
  for who, what in steps:
    case.take(who, what)
  case.finish()
  reqs = _PARENT_REQS if role == "parent" else _CHILD_REQS
  lines = [f'id: "{role}/model-{goal.slug}"']
  lines += [f'reqs: "{req}"' for req in reqs]
  lines += ["level: MUST", f"role: {role.upper()}", f"forms: {goal.form}",
            f'title: "of the model: {goal.witness}"', "why:"]
  lines += ['  "The shortest run of the formal model that comes to this state, '
            'with what "', '  "each end does on the way."']
  return _HEAD + "\n".join(lines) + "\n\n" + "\n".join(case.text) + "\n"


def find(goal, files):
  """Spin's shortest way to the goal."""
  with tempfile.TemporaryDirectory() as temporary:
    folder = pathlib.Path(temporary)
    for file in files:
      shutil.copy(file, folder)
    for line in _lines_of(goal.witness, folder):
      trail = _trail(goal, line, folder)
      if trail:
        return trail
  raise LookupError(f"no run of the model comes to: {goal.witness}")


def _lines_of(witness, folder):
  """Where the compiler may say that the witness stands."""
  for file in ("parent.pml", "child.pml"):
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
      if f'"witness: {witness}\\n"' in line:
        return [number, number + 1, number + 2]
  raise LookupError(f"the model has no witness: {witness}")


def _trail(goal, line, folder):
  flags = [f"-D{define}" for define in goal.defines] + [f"-DREACH={line}"]
  if goal.form == "ASYNC":
    flags.append("-DASYNC")
  for command in (
      ["spin", "-a", *flags, "session.pml"],
      ["gcc", "-O1", "-w", "-DSAFETY", "-DBFS", "-DNOREDUCE", "-DMEMLIM=1500",
       "-o", "pan", "pan.c"],
      ["./pan", "-w22"]):
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
  if not (folder / "session.pml.trail").exists():
    return ""
  said = subprocess.run(["spin", "-t", "-T", *flags, "session.pml"], cwd=folder,
                        capture_output=True, text=True, check=True).stdout
  (folder / "session.pml.trail").unlink()
  return said if f"witness: {goal.witness}" in said else ""


def main():
  if len(sys.argv) < 3:
    print(__doc__.partition("usage: ")[2].partition("\n")[0], file=sys.stderr)
    return 2
  for goal in GOALS:
    trail = find(goal, sys.argv[2:])
    for role in goal.roles:
      path = pathlib.Path(sys.argv[1]) / role / f"model-{goal.slug}.textproto"
      path.write_text(case_text(goal, role, trail), encoding="utf-8")
      print(path)
  return 0


if __name__ == "__main__":
  sys.exit(main())
