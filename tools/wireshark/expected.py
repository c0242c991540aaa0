# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""What a dissection of a stream must show, found in the plan without tshark.

  for frame in frames(stream, limit): compare(frame)
"""

import dataclasses
import struct


@dataclasses.dataclass
class Expected:
  """As dissections.Seen; the fields are those that matter."""
  packet: int
  kind: str
  id: int = None
  offset: int = None
  length: int = None
  payload: bytes = None
  call: int = None
  request_in: int = None
  response_in: int = None
  time: int = None  # in milliseconds
  in_flight: int = None
  experts: list = dataclasses.field(default_factory=list)


class Calls:
  """The calls of a stream, and which of them are in flight."""

  def __init__(self, is_async):
    self.is_async = is_async
    self.made = 0
    self.in_flight = []  # (id, the request's frame, its time), the oldest first

  def begin(self, frame, time):
    self.made += 1
    frame.call = self.made
    if self.is_async and frame.id == 0:
      frame.experts.append('id_zero')
    if self.is_async and any(i == frame.id for i, _, _ in self.in_flight):
      frame.experts = ['id_in_flight']
    self.in_flight.append((frame.id, frame, time))

  def end(self, frame, time):
    for place, (number, request, begun) in enumerate(self.in_flight):
      if not self.is_async or number == frame.id:
        del self.in_flight[place]
        frame.call = request.call
        frame.request_in, request.response_in = request.packet, frame.packet
        frame.time = time - begun
        return
    frame.experts.append('unknown_id' if self.in_flight else 'no_call')


class Direction:
  """The octets of one direction that are no whole frame yet."""

  def __init__(self, has_id):
    self.header = 8 if has_id else 4
    self.octets = b''
    self.offset = 0
    self.stopped = False

  def take(self, octets, packet, limit):
    """The frames that are whole with these octets: (id, length, payload)."""
    if self.stopped:
      yield Expected(packet, 'rest', experts=['behind'])
      return
    self.octets += octets
    while len(self.octets) >= self.header:
      number = struct.unpack_from('>I', self.octets)[0] if self.header == 8 else None
      length = struct.unpack_from('>I', self.octets, self.header - 4)[0]
      frame = Expected(packet, '', number, self.offset, length)
      whole = self.header + length
      if length > limit:
        self.stopped = True
        frame.experts.append('too_long')
        yield frame
        if len(self.octets) > self.header:
          yield Expected(packet, 'rest', experts=['behind'])
        return
      if len(self.octets) < whole:
        return
      frame.payload = self.octets[self.header:whole]
      self.octets = self.octets[whole:]
      self.offset += whole
      yield frame


def frames(stream, limit=16 << 20):
  """What the stream's plan must be shown as, in order."""
  is_async = stream.form == 'async'
  calls = Calls(is_async)
  ways = {'>': Direction(is_async), '<': Direction(True)}
  found = []
  for mark, what, packet, time in stream.steps:
    way = ways[mark]
    if not isinstance(what, bytes):
      end = Expected(packet, what, in_flight=len(calls.in_flight))
      if way.octets and not way.stopped:
        end.experts.append('cut_frame')
      if calls.in_flight and (mark == '<' or what == 'reset'):
        end.experts.append('unanswered')
      found.append(end)
      continue
    for start in range(0, len(what), stream.max_segment):
      segment = what[start:start + stream.max_segment]
      number = packet + start // stream.max_segment
      for frame in way.take(segment, number, limit):
        found.append(frame)
        if frame.kind == 'rest':
          continue
        frame.kind = ('request' if mark == '>' else
                      'event' if frame.id == 0 else 'response')
        if 'too_long' in frame.experts:
          continue
        if frame.kind == 'request':
          calls.begin(frame, time)
        elif frame.kind == 'response':
          calls.end(frame, time)
  return found
