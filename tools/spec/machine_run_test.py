# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The machines do what the prose says, and reassembly knows no reads.

SplitTest is the proof of FR-FRM-007 for the reassembler: short streams, each
cut in every way there is, against a decoder that sees the whole stream at once.
"""

import itertools
import struct
import unittest

import machine_data
import machine_run
import textproto

MACHINES = {machine.name: machine for machine in machine_data.load(
    textproto.ROOT / "spec" / "machines.textproto")}
LIMIT = 9  # octets; the streams below have a header with a length beyond it


def decode(stream, header_size, limit):
  """What a stream means, by slices: its frames and how it ends."""
  frames = []
  while stream:
    header, behind = stream[:header_size], stream[header_size:]
    if len(header) < header_size:
      return frames, "CUT"
    length = struct.unpack(">I", header[-4:])[0]
    if length > limit:
      return frames, "REFUSED"
    if len(behind) < length:
      return frames, "CUT"
    call_id = struct.unpack(">I", header[:4])[0] if header_size == 8 else None
    frames.append((call_id, behind[:length]))
    stream = behind[length:]
  return frames, "ENDED"


def splits(stream):
  """Every way to cut the stream into reads: 2^(n-1) for n octets."""
  places = range(1, len(stream))
  for cut in itertools.chain.from_iterable(
      itertools.combinations(places, count) for count in range(len(stream))):
    ends = (0, *cut, len(stream))
    yield [stream[start:end] for start, end in zip(ends, ends[1:])]


def run_reads(reads, header_size):
  run = machine_run.Reassembler(MACHINES["reassembler"], header_size, LIMIT)
  for read in reads:
    run.read(read)
  run.end()
  return [tuple(frame) for frame in run.frames], run.state


def sync_streams():
  """Requests of 0 to 3 octets, up to three of them, whole, cut and refused."""
  def request(size):
    return struct.pack(">I", size) + bytes(range(0xfd, 0xfd + size))
  for count in (1, 2, 3):
    for sizes in itertools.product((0, 1, 2, 3), repeat=count):
      stream = b"".join(map(request, sizes))
      if len(stream) > 13:
        continue
      yield stream
      yield stream[:-1]
      yield stream[:9] + struct.pack(">I", LIMIT + 1)


def long_header_streams():
  """Frames with an id: whole, cut at each octet, empty, event, refused."""
  for call_id in (0, 1, 0xffffffff):
    for size in (0, 1, 5):
      yield struct.pack(">II", call_id, size) + b"\x00" * size
  one = struct.pack(">II", 7, 2) + b"ab"
  for size in range(4):
    yield one + b"\x00" * size
  yield struct.pack(">II", 1, LIMIT + 1) + b"ab"
  yield struct.pack(">II", 1, 0xffffffff)


class SplitTest(unittest.TestCase):

  def compare(self, streams, header_size):
    endings, count = set(), 0
    for stream in streams:
      expected = decode(stream, header_size, LIMIT)
      endings.add(expected[1])
      for reads in splits(stream):
        count += 1
        self.assertEqual(run_reads(reads, header_size), expected,
                         [read.hex() for read in reads])
    self.assertEqual(endings, {"ENDED", "CUT", "REFUSED"})
    return count

  def test_the_splits_are_all(self):
    for size in range(1, 9):
      found = {tuple(map(len, reads)) for reads in splits(bytes(size))}
      self.assertEqual(len(found), 2**(size - 1))

  def test_requests_of_the_sync_form(self):
    streams = set(sync_streams())
    self.assertEqual(self.compare(streams, 4),
                     sum(2**(len(stream) - 1) for stream in streams))

  def test_all_other_frames(self):
    streams = set(long_header_streams())
    self.assertEqual(self.compare(streams, 8),
                     sum(2**(len(stream) - 1) for stream in streams))

  def test_the_empty_stream_is_a_clean_end(self):
    self.assertEqual(run_reads([], 4), ([], "ENDED"))

  def test_a_length_at_the_limit_is_taken(self):
    frame = struct.pack(">I", LIMIT) + bytes(LIMIT)
    self.assertEqual(run_reads([frame], 4), ([(None, bytes(LIMIT))], "ENDED"))


class EndpointTest(unittest.TestCase):

  def run_events(self, machine, *events):
    """Each event is a name, or a name and an id."""
    run = machine_run.Run(MACHINES[machine])
    for event in events:
      run.step(*([event] if isinstance(event, str) else event))
    return run

  def breach(self, machine, *events):
    """The clauses that the last event breaks; the ones before are sound."""
    run = self.run_events(machine, *events[:-1])
    before = run.state, list(run.calls)
    with self.assertRaises(machine_run.Breach) as caught:
      run.step(*([events[-1]] if isinstance(events[-1], str) else events[-1]))
    self.assertEqual((run.state, run.calls), before)
    for clause in caught.exception.clauses:
      self.assertIn(clause, str(caught.exception))
    return caught.exception.clauses

  def test_parent_takes_responses_by_id(self):
    run = self.run_events("parent-async", ("SEND_REQUEST", 1),
                          ("SEND_REQUEST", 2), ("RECEIVE_RESPONSE", 2))
    self.assertEqual((run.state, run.calls), ("OPEN", [1]))

  def test_parent_ends_cleanly(self):
    run = self.run_events("parent-sync", "SEND_REQUEST", "SEND_END")
    self.assertFalse(run.may_rest)
    run.step("RECEIVE_RESPONSE")
    run.step("RECEIVE_END")
    self.assertEqual((run.state, run.may_rest), ("DONE", True))
    with self.assertRaises(machine_run.Impossible):
      run.step("RECEIVE_END")

  def test_second_response_is_an_error(self):
    run = self.run_events("parent-async", ("SEND_REQUEST", 1),
                          ("SEND_REQUEST", 2), ("RECEIVE_RESPONSE", 1))
    transition = run.step("RECEIVE_RESPONSE", 1)
    self.assertEqual(transition.actions, ("REPORT_ERROR", "END_ALL_CALLS"))
    self.assertEqual((run.state, run.calls), ("FAILED", []))

  def test_parent_breaches(self):
    self.assertEqual(self.breach("parent-async", ("SEND_REQUEST", 0)),
                     ("FR-SID-001",))
    self.assertEqual(self.breach("parent-async", ("SEND_REQUEST", 1),
                                 ("SEND_REQUEST", 1)), ("FR-SID-002",))

  def test_child_drains(self):
    run = self.run_events("child-async", ("RECEIVE_REQUEST", 2),
                          ("RECEIVE_REQUEST", 1), "RECEIVE_END",
                          ("SEND_RESPONSE", 1), ("SEND_RESPONSE", 2),
                          "SEND_END", "EXIT_CLEAN")
    self.assertEqual((run.state, run.may_rest), ("ENDED", True))

  def test_child_breaches(self):
    self.assertIn("FR-CLS-003", self.breach(
        "child-sync", "RECEIVE_REQUEST", "RECEIVE_END", "SEND_END"))
    self.assertIn("FR-SID-003", self.breach(
        "child-async", ("RECEIVE_REQUEST", 1), ("SEND_RESPONSE", 2)))
    self.assertIn("FR-ERR-008", self.breach(
        "child-sync", "RECEIVE_REQUEST", "CALL_FAILS", "EXIT_CLEAN"))

  def test_child_answers_a_twin_id_as_often_as_it_was_asked(self):
    run = self.run_events("child-async", ("RECEIVE_REQUEST", 1),
                          ("RECEIVE_REQUEST", 1))
    self.assertEqual((run.state, run.calls), ("REFUSING", [1, 1]))
    run.step("SEND_RESPONSE", 1)
    self.assertEqual(run.calls, [1])


if __name__ == "__main__":
  unittest.main()
