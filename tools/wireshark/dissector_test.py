# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The dissector in a real tshark, over captures of our writer: the vectors of the
specification, cut at every octet, out of order, sent again, several to a file.

usage: dissector_test.py MAKE_CAPTURE
"""

import itertools
import pathlib
import sys
import unittest

from tools.spec import vectors
from tools.wireshark import dissections
from tools.wireshark import expected

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = None
OUT_OF_ORDER = ('-o', 'tcp.reassemble_out_of_order:TRUE')
ALL = vectors.by_id(ROOT)
DEFAULT_LIMIT = 16 << 20


def of_kind(kind):
  return [vector for vector in ALL.values() if vector['kind'] == kind]


def forms(vector):
  return ('sync', 'async') if vector['form'] == 'either' else (vector['form'],)


def play(capture, form, steps, max_segment=65495):
  """A stream of (mark, octets or None for an end)."""
  stream = capture.open(form, max_segment)
  for mark, octets in steps:
    if octets is None:
      stream.end(mark)
    else:
      stream.send(mark, octets)
  return stream


def steps_of(vector):
  """The steps of a session, or of a stream and its end."""
  if vector['kind'] == 'stream':
    mark = '>' if vector['direction'] == 'to-child' else '<'
    return [(mark, vectors.octets(vector)), (mark, None)]
  steps = []
  for step in vector['steps']:
    mark = '>' if step['from'] == 'parent' else '<'
    steps.append((mark, None if step.get('end') else vectors.octets(step)))
  return steps


def split_in_two(steps):
  """The steps with one of them in two parts, in each way."""
  for place, (mark, octets) in enumerate(steps):
    for at in range(1, len(octets or b'')):
      yield (steps[:place] + [(mark, octets[:at]), (mark, octets[at:])] +
             steps[place + 1:])


def as_fields(frame):
  """What an expected frame's fields are in tshark."""
  fields = {name: str(getattr(frame, name))
            for name in ('id', 'offset', 'length', 'call', 'request_in',
                         'response_in', 'in_flight')
            if getattr(frame, name) is not None}
  if frame.payload:
    fields['payload'] = frame.payload.hex()
  if frame.time is not None:
    fields['time'] = f'{frame.time / 1000:.9f}'
  return fields


class DissectorTest(unittest.TestCase):

  def check(self, capture, octets, options=(), limit=DEFAULT_LIMIT,
            packets_too=True):
    """Everything that tshark shows is what the plan has."""
    seen = dissections.dissect(
        TOOLS, octets, (*options, '-o', f'forkrpc.max_length:{limit}'))
    by_stream = {}
    for one in seen:
      owner = capture.owners[one.packet - 1]
      by_stream.setdefault(owner.number, []).append(one)
    count = 0
    for stream in capture.streams:
      wanted = expected.frames(stream, limit)
      got = by_stream.get(stream.number, [])
      what = f'stream {stream.number}: {stream.form} {stream.steps}'
      self.assertEqual([(frame.kind, frame.experts) for frame in got],
                       [(frame.kind, frame.experts) for frame in wanted], what)
      for frame, other in zip(got, wanted):
        fields = as_fields(other)
        self.assertEqual(
            {name: frame.fields.get(name, [None])[0] for name in fields}, fields,
            what)
        self.assertEqual(frame.packet, other.packet, what)
        for name in ('id', 'payload', 'request_in', 'response_in', 'time'):
          if name not in fields:
            self.assertNotIn(name, frame.fields, what)
        if other.kind in ('request', 'response', 'event'):
          self.assertEqual(frame.fields['form'], [stream.form], what)
        count += 1
    self.assertGreater(count, 0)
    return count

  def check_vectors(self, capture, octets, options=()):
    return self.check(capture, octets, options)

  def capture_of(self, chosen, cut):
    capture = dissections.Capture()
    for vector in chosen:
      for form in forms(vector):
        cut(capture, form, steps_of(vector))
    return capture

  def groups(self):
    """The vectors by the limit that they are made for."""
    found = {}
    for vector in of_kind('stream') + of_kind('session'):
      found.setdefault(vector.get('limit', DEFAULT_LIMIT), []).append(vector)
    return found

  def check_groups(self, cut):
    total = 0
    for limit, chosen in self.groups().items():
      capture = self.capture_of(chosen, cut)
      total += self.check(capture, capture.octets(TOOLS), limit=limit)
    return total

  def test_the_model_agrees_with_the_vectors(self):
    """The frames of each stream's vector are those that the expectation has."""
    for vector in of_kind('stream'):
      for form in forms(vector):
        capture = dissections.Capture()
        stream = play(capture, form, steps_of(vector))
        found = [frame for frame in expected.frames(
                     stream, vector.get('limit', DEFAULT_LIMIT))
                 if frame.payload is not None]
        # A request with id 0 is an error in the vector, and shown here.
        if vector['result'] == 'invalid':
          self.assertIn('id_zero', [e for f in found for e in f.experts])
          found = found[:len(vector['frames'])]
        self.assertEqual([(frame.payload, frame.id) for frame in found],
                         [(vectors.octets(frame), frame.get('id'))
                          for frame in vector['frames']], vector['id'])

  def test_every_vector_whole(self):
    total = self.check_groups(play)
    self.assertGreater(total, 300)

  def test_every_vector_in_segments_of_one_octet(self):
    self.check_groups(lambda capture, form, steps: play(capture, form, steps, 1))

  def test_every_vector_in_two_parts(self):
    def cut(capture, form, steps):
      if sum(len(octets or b'') for _, octets in steps) <= 64:
        for parts in split_in_two(steps):
          play(capture, form, parts)
    self.check_groups(cut)

  def test_every_packet_twice(self):
    capture = self.capture_of(of_kind('session'), play)
    octets = capture.octets(TOOLS)
    order = list(range(capture.packets))
    twice = [i for i in order for _ in (0, 1)]
    doubled = dissections.in_order_of(octets, twice)
    seen = dissections.dissect(TOOLS, doubled)
    frames = [one for one in seen if one.kind in ('request', 'response', 'event')]
    once = [one for one in dissections.dissect(TOOLS, octets)
            if one.kind in ('request', 'response', 'event')]
    self.assertEqual([(f.kind, f.fields.get('id'), f.fields.get('payload'), f.experts)
                      for f in frames],
                     [(f.kind, f.fields.get('id'), f.fields.get('payload'), f.experts)
                      for f in once])

  def test_out_of_order(self):
    """Every order of three segments of each direction, TCP's preference on."""
    request = bytes.fromhex('00000001000000024561' '00000002000000024562')
    answer = bytes.fromhex('000000020000000162' '000000010000000161')
    for order in itertools.permutations(range(3)):
      capture = dissections.Capture()
      stream = capture.open('async')
      for part in (request[:5], request[5:12], request[12:]):
        stream.send('>', part)
      stream.send('<', answer)
      octets = capture.octets(TOOLS)
      moved = dissections.in_order_of(
          octets, [0, 1, 2] + [3 + i for i in order] + [6])
      seen = dissections.dissect(TOOLS, moved, OUT_OF_ORDER)
      self.assertEqual([(f.kind, f.fields.get('id'), f.fields.get('payload'), f.experts)
                        for f in seen],
                       [('request', ['1'], ['4561'], []),
                        ('request', ['2'], ['4562'], []),
                        ('response', ['2'], ['62'], []),
                        ('response', ['1'], ['61'], [])], order)
      self.assertEqual([f.fields.get('request_in') for f in seen[2:]],
                       [[str(seen[1].packet)], [str(seen[0].packet)]], order)

  def test_out_of_order_without_tcps_preference_is_said(self):
    capture = dissections.Capture()
    stream = capture.open('async')
    for part in ('0000000100000002', '4561', '00000002000000024562'):
      stream.send('>', bytes.fromhex(part))
    octets = dissections.in_order_of(capture.octets(TOOLS), [0, 1, 2, 5, 3, 4])
    seen = dissections.dissect(TOOLS, octets)
    self.assertEqual([(f.kind, f.experts) for f in seen][0], ('rest', ['lost']))
    self.assertEqual({f.kind for f in seen}, {'rest'})

  def test_a_segment_that_is_missing(self):
    capture = dissections.Capture()
    stream = capture.open('async')
    for part in ('00000001000000024561', '00000002000000024562',
                 '00000003000000024563'):
      stream.send('>', bytes.fromhex(part))
    octets = dissections.in_order_of(capture.octets(TOOLS), [0, 1, 2, 3, 5])
    seen = dissections.dissect(TOOLS, octets)
    self.assertEqual([(f.kind, f.experts) for f in seen],
                     [('request', []), ('rest', ['lost'])])

  def test_streams_of_a_file_at_the_same_time(self):
    capture = dissections.Capture()
    first, second = capture.open('async'), capture.open('sync')
    for part in ('00000001', '000000024561'):
      first.send('>', bytes.fromhex(part))
      second.send('>', bytes.fromhex('0000000145'))
    for stream in (second, first):
      stream.send('<', bytes.fromhex('000000010000000161'))
      stream.end('>')
      stream.end('<')
    self.check(capture, capture.octets(TOOLS))

  def test_sequence_numbers_that_wrap(self):
    capture = dissections.Capture()
    for first in (0xffffffff, 0xfffffff5):
      stream = capture.open('async', 3, first_sequence=first)
      stream.send('>', bytes.fromhex('00000001000000024561' * 3))
      stream.end('>')
    self.check(capture, capture.octets(TOOLS))

  def test_frames_of_several_segments(self):
    capture = dissections.Capture()
    stream = capture.open('async')
    stream.send('>', (200000).to_bytes(4, 'big') * 2 + b'x' * 200000)
    stream.send('<', (200000).to_bytes(4, 'big') + (3).to_bytes(4, 'big') + b'abc')
    stream.end('<')
    self.assertEqual(self.check(capture, capture.octets(TOOLS)), 3)

  def test_a_reset(self):
    capture = dissections.Capture()
    for half in (False, True):
      stream = capture.open('sync')
      stream.send('>', bytes.fromhex('000000024561' + ('0000' if half else '')))
      stream.reset('>' if half else '<')
    self.check(capture, capture.octets(TOOLS))


class SnapTest(unittest.TestCase):
  """Payloads that were cut by the capture."""

  def test_frames_go_on_behind_what_is_missing(self):
    capture = dissections.Capture()
    stream = capture.open('async', 40)
    for number in (1, 2):
      stream.send('>', number.to_bytes(4, 'big') + (100).to_bytes(4, 'big') + b'x' * 100)
    seen = dissections.dissect(TOOLS, capture.octets(TOOLS, snap=20))
    self.assertEqual([(f.kind, f.fields.get('id'), f.fields.get('length'), f.experts)
                      for f in seen if f.kind != 'rest'],
                     [('request', ['1'], ['100'], ['not_captured']),
                      ('request', ['2'], ['100'], ['not_captured'])])
    self.assertEqual([f.experts for f in seen if f.kind == 'rest'], [[]] * 4)

  def test_a_header_that_is_missing(self):
    capture = dissections.Capture()
    stream = capture.open('async')
    for number in (1, 2):
      stream.send('>', number.to_bytes(4, 'big') + b'\0\0\0\2ab' * 2)
    seen = dissections.dissect(TOOLS, capture.octets(TOOLS, snap=12))
    self.assertEqual([(f.kind, f.experts) for f in seen],
                     [('request', []), ('rest', ['cut_header']),
                      ('rest', ['behind'])])


class PreferencesTest(unittest.TestCase):

  def setUp(self):
    self.capture = dissections.Capture()
    self.octets = bytes.fromhex('0000000400000000')

  def seen(self, *options, port, octets=None):
    stream = self.capture.open('async', port=port)
    stream.send('>', octets or self.octets)
    return dissections.dissect(TOOLS, self.capture.octets(TOOLS), options)

  def test_another_port_is_not_looked_at(self):
    self.assertEqual(self.seen(port=45454), [])

  def test_ports(self):
    for form, kind in (('sync', 'payload'), ('async', 'id')):
      self.setUp()
      seen = self.seen('-o', f'forkrpc.{form}_ports:4000-4001,45000-46000', port=45454)
      self.assertEqual(seen[0].fields['form'], [form])
      self.assertIn(kind, seen[0].fields)

  def test_an_end_by_its_port(self):
    seen = self.seen('-o', "forkrpc.ports_are:the parent's", port=26227)
    self.assertEqual([f.kind for f in seen], ['response'])

  def test_decode_as_needs_a_form(self):
    decode = ('-d', 'tcp.port==45454,forkrpc')
    seen = self.seen(*decode, port=45454)
    self.assertEqual([(f.kind, f.experts) for f in seen], [('rest', ['no_form'])])
    self.setUp()
    seen = self.seen(*decode, '-o', 'forkrpc.form:sync', port=45454)
    self.assertEqual([(f.kind, f.fields['form']) for f in seen],
                     [('request', ['sync'])])

  def test_the_first_packet_alone_says_who_is_parent(self):
    stream = self.capture.open('async', port=45454)
    stream.send('>', self.octets)
    for opening in (0, 1):
      octets = dissections.in_order_of(self.capture.octets(TOOLS), [opening, 3])
      seen = dissections.dissect(TOOLS, octets, ('-d', 'tcp.port==45454,forkrpc',
                                                 '-o', 'forkrpc.form:async'))
      self.assertEqual([f.kind for f in seen], ['request'])

  def test_heuristics_are_asked_for(self):
    options = ('-o', 'forkrpc.form:async')
    self.assertEqual(self.seen(*options, port=45454), [])
    self.setUp()
    options += ('-o', 'forkrpc.heuristics:TRUE')
    seen = self.seen(*options, port=45454)
    self.assertEqual([f.fields['form'] for f in seen], [['async']])
    self.setUp()
    self.assertEqual(self.seen(*options, port=45454, octets=b'GET / HTTP/1.0\r\n'), [])

  def test_the_parent_is_not_guessed(self):
    stream = self.capture.open('async', port=45454)
    stream.send('>', self.octets)
    octets = dissections.in_order_of(self.capture.octets(TOOLS), [3])
    seen = dissections.dissect(TOOLS, octets, ('-d', 'tcp.port==45454,forkrpc',
                                               '-o', 'forkrpc.form:async'))
    self.assertEqual([f.experts for f in seen], [['no_parent']])

  def test_payloads(self):
    self.capture = dissections.Capture()
    packed = bytes.fromhex('000000010000006a' '0361646400' '0133' '62') + b'x' * 98
    packed += bytes.fromhex('00000003000000ca' '8148') + b'y' * 200
    for octets in (packed, bytes.fromhex('00000002000000020561')):
      self.capture.open('async').send('>', octets)
    seen = dissections.dissect(TOOLS, self.capture.octets(TOOLS),
                               ('-o', 'forkrpc.payload:string-pack'))
    self.assertEqual(seen[0].fields['string'], ['616464', '33', '78' * 98])
    self.assertEqual(seen[1].fields['string'], ['79' * 200])
    self.assertIn('empty_string', seen[0].fields)
    self.assertEqual([f.experts for f in seen], [[], [], ['bad_payload']])

  def test_payloads_of_others(self):
    for how, payload, name in (('JSON', b'["a",1]', 'json'),
                               ('CBOR', bytes.fromhex('826161f5'), 'cbor')):
      capture = dissections.Capture()
      capture.open('async').send(
          '>', (1).to_bytes(4, 'big') + len(payload).to_bytes(4, 'big') + payload)
      out = dissections.tshark(TOOLS, capture.octets(TOOLS),
                               ('-o', f'forkrpc.payload:{how}'), '-Y', f'forkrpc and {name}')
      self.assertIn(b' forkrpc ', out)
      self.assertIn(b'request 1 (', out)

  def test_a_first_pass_without_fields_is_said(self):
    self.capture.open('async').send('>', self.octets)
    out = dissections.tshark(TOOLS, self.capture.octets(TOOLS), ('-2',), '-T', 'fields',
                             '-e', '_ws.expert.message')
    self.assertIn(b'give tshark -2 a filter', out)


class ColumnsTest(unittest.TestCase):

  def test_what_the_list_of_packets_shows(self):
    capture = dissections.Capture()
    stream = capture.open('async')
    stream.send('>', bytes.fromhex('00000001000000024561') * 1 +
                bytes.fromhex('00000002000000024562'))
    stream.send('<', bytes.fromhex('0000000000000000') * 12)
    stream.end('>')
    lines = dissections.tshark(TOOLS, capture.octets(TOOLS), ()).decode().splitlines()
    self.assertTrue(lines[3].endswith('forkrpc 60 request 1 (2), request 2 (2)'), lines[3])
    self.assertTrue(lines[4].endswith('event (0)' + ', event (0)' * 7 + ', ...'), lines[4])
    self.assertTrue(lines[5].endswith('[parent half-closes]'), lines[5])

  def test_streams_are_counted_as_tshark_counts_them(self):
    """Of the same two ends again, too; forkrpc dump --stream counts so."""
    capture = dissections.Capture()
    for first in (0, 777):
      for _ in range(2):
        capture.open('async', first_sequence=first).send('>', b'x')
    # The third and fourth have the ends of the first two.
    for old, new in (('2 ', '0 '), ('3 ', '1 ')):
      capture.lines = [new + line[2:] if line.startswith(old) else line
                       for line in capture.lines]
    out = dissections.tshark(TOOLS, capture.octets(TOOLS), (), '-T', 'fields',
                             '-e', 'tcp.stream')
    self.assertEqual([int(line) for line in out.split()],
                     [owner.number for owner in capture.owners])

  def test_the_writers_checksums_are_right(self):
    capture = dissections.Capture()
    play(capture, 'async', steps_of(ALL['session-half-close-drain']), 3)
    out = dissections.tshark(
        TOOLS, capture.octets(TOOLS),
        ('-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'), '-T', 'fields',
        '-e', 'tcp.checksum.status', '-e', 'ip.checksum.status',
        '-e', 'tcp.analysis.flags')
    self.assertEqual(set(out.decode().splitlines()), {'1\t1\t'})


if __name__ == '__main__':
  TOOLS = dissections.Tools(sys.argv.pop(1), str(ROOT / 'tools/wireshark/forkrpc.lua'))
  unittest.main()
