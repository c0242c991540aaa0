# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The implementation against the vectors of the specification."""

import json
import os
import random
import select
import socket
import unittest
from unittest import mock

from forkrpc import descriptor, string_pack
from forkrpc.child import serve_async, serve_sync
from forkrpc.frame import FrameDecoder, WireError, encode_frame
from forkrpc.parent import AsyncParent, SyncParent

ROOT = os.path.abspath(__file__)
for _ in range(5):
  ROOT = os.path.dirname(ROOT)
READS = (1 << 16, 3, 1)  # Octets that a connection gets by one read.
NO_LIMIT = 0xFFFFFFFF
WAIT = descriptor.wait


def vectors(*areas):
  for area in areas:
    path = os.path.join(ROOT, "spec", "vectors", area + ".json")
    with open(path, encoding="utf-8") as file:
      yield from json.load(file)["vectors"]


def octets_of(node):
  """The octets that "hex" or "parts" stand for; none for the end of a side."""
  return bytes.fromhex(node.get("hex", "")) + b"".join(
      bytes.fromhex(part.get("hex") or part["repeat"]) * part.get("count", 1)
      for part in node.get("parts", []))


def frames_of(vector):
  return [(frame.get("id"), octets_of(frame)) for frame in vector["frames"]]


def has_id(vector):
  return vector["form"] != "sync" or vector["direction"] == "to-parent"


def decode(vector, pieces):
  """The frames delivered, and the result in the vectors' words."""
  # The rule on id 0 is the child's, who has the decoder check it.
  check = vector["direction"] == "to-child" and has_id(vector)
  decoder = FrameDecoder(
      has_id(vector), vector.get("limit", NO_LIMIT),
      lambda number: ("FR-ERR-009", "0") if check and not number else None)
  frames = []
  try:
    for piece in pieces:
      decoder.feed(piece)
      frames.extend(iter(decoder.next, None))
    decoder.end()
  except WireError as error:
    return frames, error.requirement
  return frames, None


def cut(octets, ends):
  ends = [0, *ends, len(octets)]
  return [octets[start:end] for start, end in zip(ends, ends[1:])]


def all_cuts(vector, octets):
  """Ways to cut a stream into reads."""
  if "chunks" in vector:
    yield [sum(vector["chunks"][:i + 1]) for i in range(len(vector["chunks"]))]
  yield []
  size = len(octets)
  if size > 10000:
    yield [1, 3, 4, 5, 7, 8, 9, size // 2, size - 1]
    return
  yield range(1, size)
  for end in range(1, size):
    yield [end]
  numbers = random.Random(vector["id"])
  for _ in range(20):
    yield sorted(numbers.randrange(size + 1) for _ in range(size // 3))


class FrameVectorsTest(unittest.TestCase):

  #= spec/wire.md#FR-FRM-001
  #= spec/wire.md#FR-FRM-002
  #= spec/wire.md#FR-FRM-003
  #= spec/wire.md#FR-FRM-004
  #= spec/wire.md#FR-FRM-010
  def test_encoder(self):
    for vector in vectors("requests", "frames", "streams"):
      whole = b"".join(encode_frame(*frame) for frame in frames_of(vector))
      self.assertTrue(whole == octets_of(vector)[:vector["consumed"]],
                      vector["id"])

  #= spec/wire.md#FR-FRM-006
  #= spec/wire.md#FR-FRM-007
  #= spec/wire.md#FR-FRM-009
  #= spec/wire.md#FR-ERR-005
  #= spec/wire.md#FR-LIM-002
  def test_decoder_however_the_stream_is_cut(self):
    for vector in vectors("requests", "frames", "streams"):
      octets = octets_of(vector)
      expected = frames_of(vector), vector.get("error_requirement")
      for ends in all_cuts(vector, octets):
        self.assertTrue(decode(vector, cut(octets, ends)) == expected,
                        (vector["id"], list(ends)[:9]))

  #= spec/wire.md#FR-FRM-010
  def test_announced_lengths_are_unsigned(self):
    found = [vector for vector in vectors("streams") if "announced" in vector]
    for vector in found:
      _, error = decode({**vector, "limit": vector["announced"]},
                        [octets_of(vector)])
      self.assertNotEqual(error, "FR-LIM-002", vector["id"])
      _, error = decode({**vector, "limit": vector["announced"] - 1},
                        [octets_of(vector)])
      self.assertEqual(error, "FR-LIM-002", vector["id"])
    self.assertGreater(len(found), 20)


class StringPackVectorsTest(unittest.TestCase):

  def decoded(self, vector, lenient):
    try:
      return string_pack.decode(octets_of(vector), lenient)
    except string_pack.StringPackError:
      return None

  #= spec/serialisers.md#FR-SER-001
  #= spec/serialisers.md#FR-SER-002
  #= spec/serialisers.md#FR-SER-003
  #= spec/serialisers.md#FR-SER-004
  #= spec/serialisers.md#FR-SER-005
  #= spec/serialisers.md#FR-SER-006
  #= spec/serialisers.md#FR-SER-007
  def test_all(self):
    for vector in vectors("string_pack"):
      strings = None
      if "strings" in vector:
        strings = [octets_of(string) for string in vector["strings"]]
        self.assertEqual(string_pack.encode(strings) == octets_of(vector),
                         vector["result"] == "valid", vector["id"])
      strict = strings if vector["result"] == "valid" else None
      self.assertTrue(self.decoded(vector, False) == strict, vector["id"])
      self.assertTrue(self.decoded(vector, True) == strings, vector["id"])


class Wire:
  """A socket whose other end is under test."""

  def __init__(self, test):
    ours, theirs = socket.socketpair()
    self._ours = ours
    self.fd = theirs.detach()
    test.addCleanup(ours.close)

  def send(self, octets):
    try:
      self._ours.sendall(octets)
    except BrokenPipeError:
      pass  # It has found an error and has gone.

  def end(self):
    try:
      self._ours.shutdown(socket.SHUT_WR)
    except OSError:
      pass

  def receive(self):
    """What is there, and whether the stream has ended."""
    octets = b""
    while select.select([self._ours], [], [], 0)[0]:
      try:
        part = self._ours.recv(1 << 16)
      except ConnectionResetError:
        part = b""
      if not part:
        return octets, True
      octets += part
    return octets, False


def split(has_ids, octets):
  """The whole frames in octets."""
  decoder = FrameDecoder(has_ids, NO_LIMIT)
  decoder.feed(octets)
  return list(iter(decoder.next, None))


def seen_by(side):
  return [(seen["kind"], seen.get("call"),
           octets_of(seen) if "hex" in seen or "parts" in seen else None)
          for seen in side["sees"]]


class ParentTrial:
  """Makes a session's calls and notes what the parent reports."""

  def __init__(self, test, session):
    self._test = test
    self._session = session
    self._wire = Wire(test)
    self._is_async = session["form"] == "async"
    self._calls = 0
    self.seen = []
    self.error = None
    self._parent = (AsyncParent if self._is_async else SyncParent)(
        self._wire.fd, on_event=lambda octets: self.note("event", None, octets),
        on_end=self._on_end,
        max_frame=session["parent"].get("limit", NO_LIMIT))

  def note(self, *seen):
    self.seen.append(seen)

  def _on_end(self, error):
    self.error = error
    self.note("error" if error else "end", None, None)

  def run(self):
    for step in self._session["steps"]:
      if step["from"] == "child":
        self._wire.end() if "end" in step else self._wire.send(octets_of(step))
        self._let_it_go_on()
      elif "end" in step:
        self._parent.drop()
        self._let_it_go_on()
        self._test.assertEqual(self._wire.receive(), (b"", True))
      else:
        self._call(octets_of(step))
    for fd in self._parent.interest():  # It has not ended.
      self.note("open", None, None)
      os.close(fd)
    # The order of this implementation: the error, then the calls it ends.
    return sorted(self.seen, key=lambda seen: seen[0] == "error")

  def _call(self, octets):
    for number, request in split(self._is_async, octets):
      self._calls += 1
      # Only up to the wrap; what comes behind it is what is tried.
      if "wrap" in self._session["flags"] and number > 1 << 31:
        self._parent._last_id = max(self._parent._last_id, number - 1)
      self._parent.call(request, self._callback(self._calls))
    self._let_it_go_on()
    self._test.assertEqual(self._wire.receive(), (octets, False))

  def _callback(self, call):
    return lambda response, error: self.note(
        "failed" if error else "response", call, response)

  def _let_it_go_on(self):
    while True:
      poller = select.poll()
      for fd, mask in self._parent.interest().items():
        poller.register(fd, mask)
      ready = poller.poll(0)
      for fd, events in ready:
        self._parent.handle(fd, events)
      if not ready:
        return


class ChildFails(Exception):
  """What the function raises where the vector says that it fails."""


class ChildTrial:
  """Gives a child all requests of a session, and does what its function did.

  The child runs in this thread, so what the function did it does while a
  request is given to it: behind the last one before it did so in the session.
  What an async one did behind the parent's end it does when the child waits.
  """

  def __init__(self, test, session):
    self._session = session
    self._wire = Wire(test)
    test.addCleanup(os.close, self._wire.fd)
    self._turns = {}  # Number of requests given: frames made then.
    self._late = []  # Frames made behind the parent's end.
    self._fails_at = None
    self.seen = []
    self._responders = {}
    is_async = session["form"] == "async"
    requests = 0
    ended = False
    self.expected = b""
    for step in session["steps"]:
      octets = octets_of(step)
      if step["from"] == "parent":
        self._wire.send(octets)
        requests += len(split(is_async, octets))
        ended = "end" in step
      else:
        turn = self._turns.setdefault(max(requests, 1), [])
        (self._late if ended and is_async else turn).extend(split(True, octets))
        self.expected += octets
    if session["child"]["result"] == "failed":
      self._fails_at = requests
    self._wire.end()

  def run(self):
    """What it saw, and its output."""
    serve = serve_sync if self._session["form"] == "sync" else serve_async
    function = (self._sync if self._session["form"] == "sync" else self._async)
    last = ("end", None, None)
    try:
      with mock.patch.object(descriptor, "wait", self._wait):
        serve(function, self._wire.fd, self._wire.fd,
              max_frame=self._session["child"].get("limit", NO_LIMIT))
    except WireError as error:
      last = ("error", error.requirement, None)
    except ChildFails:
      last = ("failed", None, None)
    return self.seen + [last], self._wire.receive()[0]

  def _note(self, request):
    self.seen.append(("request", len(self.seen) + 1, request))
    if len(self.seen) == self._fails_at:
      raise ChildFails

  def _sync(self, request, event):
    self._note(request)
    frames = [frame for turn in self._turns.values() for frame in turn]
    answered = len(self.seen) - 1
    for number, payload in frames:
      if number and not answered:
        return payload
      if number:
        answered -= 1
      elif not answered:
        event(payload)
    raise AssertionError("no response in the vector")

  def _async(self, request, respond, event):
    try:
      self._note(request)
    finally:
      number = self._ids()[len(self.seen) - 1]
      self._responders[number] = respond
      self._event = event
      self._make(self._turns.get(len(self.seen), []))

  def _make(self, frames):
    for number, payload in frames:
      self._responders.pop(number)(payload) if number else self._event(payload)

  def _wait(self, masks):
    if self._late and not masks.get(self._wire.fd, 0) & select.POLLIN:
      self._make(self._late)
      self._late = []
      return {}
    return WAIT(masks)

  def _ids(self):
    octets = b"".join(octets_of(step) for step in self._session["steps"]
                      if step["from"] == "parent")
    return [number for number, _ in split(True, octets)]


def ends_by_itself(session):
  """Whether the child answers all: else it waits for ever, as it must."""
  responses = sum(
      number != 0 for step in session["steps"] if step["from"] == "child"
      for number, _ in split(True, octets_of(step)))
  requests = sum(
      seen["kind"] == "request" for seen in session["child"]["sees"])
  return session["child"]["result"] in ("error", "failed") or (
      responses == requests)


class SessionVectorsTest(unittest.TestCase):

  #= spec/wire.md#FR-SID-006
  #= spec/wire.md#FR-SID-007
  #= spec/wire.md#FR-SID-008
  #= spec/wire.md#FR-ORD-002
  #= spec/wire.md#FR-ORD-004
  #= spec/wire.md#FR-EVT-002
  #= spec/wire.md#FR-CLS-002
  #= spec/wire.md#FR-ERR-001
  #= spec/wire.md#FR-ERR-002
  #= spec/wire.md#FR-ERR-003
  #= spec/wire.md#FR-ERR-006
  #= spec/wire.md#FR-ERR-007
  def test_parent(self):
    tried = 0
    for session in vectors("sessions"):
      side = session["parent"]
      if side["result"] == "wrong" or "ids-chosen" in session["flags"]:
        continue
      for size in READS:
        with self.subTest(session["id"], read=size), mock.patch.object(
            descriptor, "_CHUNK", size):
          trial = ParentTrial(self, session)
          still_open = [("open", None, None)]
          self.assertEqual(
              trial.run(),
              seen_by(side) + (still_open if side["result"] == "open" else []))
          # The end before its time is an error without a name here.
          if trial.error and side["requirement"] != "FR-CLS-012":
            self.assertEqual(trial.error.requirement, side["requirement"])
      tried += 1
    self.assertGreaterEqual(tried, 45)

  #= spec/wire.md#FR-SID-003
  #= spec/wire.md#FR-SID-005
  #= spec/wire.md#FR-SID-010
  #= spec/wire.md#FR-SID-011
  #= spec/wire.md#FR-ORD-001
  #= spec/wire.md#FR-ORD-003
  #= spec/wire.md#FR-EVT-001
  #= spec/wire.md#FR-CLS-003
  #= spec/wire.md#FR-CLS-006
  #= spec/wire.md#FR-ERR-004
  #= spec/wire.md#FR-ERR-009
  #= spec/wire.md#FR-ERR-010
  def test_child(self):
    tried = 0
    for session in vectors("sessions"):
      side = session["child"]
      if side["result"] == "wrong" or not ends_by_itself(session):
        continue
      # Here the parent always half-closes in the end.
      last = {"error": ("error", side.get("requirement"), None),
              "failed": ("failed", None, None)}.get(
                  side["result"], ("end", None, None))
      expected = [seen for seen in seen_by(side) if seen[0] == "request"]
      for size in READS:
        with self.subTest(session["id"], read=size), mock.patch.object(
            descriptor, "_CHUNK", size):
          trial = ChildTrial(self, session)
          self.assertEqual(trial.run(), (expected + [last], trial.expected))
      tried += 1
    self.assertGreaterEqual(tried, 33)


if __name__ == "__main__":
  unittest.main()
