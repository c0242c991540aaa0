# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Captures by a plan, and what tshark with the dissector sees in them.

  capture = Capture()
  stream = capture.open('async')
  stream.send('>', b'...')
  seen = dissect(tools, capture.octets(tools), ['-o', 'forkrpc.max_length:16'])
"""

import dataclasses
import struct
import subprocess
import tempfile
import xml.etree.ElementTree

PORTS = {'async': 26226, 'sync': 26227}
KINDS = {'1': 'request', '2': 'response', '3': 'event'}


@dataclasses.dataclass
class Tools:
  """The programs, and the dissector."""
  make_capture: str
  dissector: str


@dataclasses.dataclass
class Seen:
  """One frame, or end of a direction, as tshark shows it."""
  packet: int
  kind: str
  fields: dict
  experts: list


class Stream:
  """A stream of a plan: it knows the packets that its steps become."""

  def __init__(self, capture, number, form, max_segment):
    self.capture, self.number, self.form = capture, number, form
    self.max_segment = max_segment
    # What it is sent: (mark, octets or the word for an end, its packets, its time).
    self.steps = []

  def _step(self, mark, what, packets):
    first = self.capture.packets + 1
    self.capture.packets += packets
    word = what.hex() if isinstance(what, bytes) else what
    gap = ' ' if isinstance(what, bytes) else ''
    time = self.capture.add(f'{self.number} {mark}{gap}{word}', self, packets)
    self.steps.append((mark, what, first, time))

  def send(self, mark, octets):
    """Octets of the parent, '>', or of the child, '<'."""
    if octets:
      self._step(mark, octets, -(-len(octets) // self.max_segment))

  def end(self, mark):
    self._step(mark, 'end', 2)

  def reset(self, mark):
    self._step(mark, 'reset', 1)


class Capture:
  """A plan of streams."""

  def __init__(self):
    self.lines = []
    self.streams = []
    self.packets = 0
    self.owners = []  # the stream of each packet

  def add(self, line, stream, packets):
    """A step; its time, in milliseconds."""
    self.lines.append(line)
    self.owners += [stream] * packets
    return len(self.lines)

  def open(self, form, max_segment=65495, port=None, first_sequence=0):
    stream = Stream(self, len(self.streams), form, max_segment)
    self.streams.append(stream)
    self.packets += 3
    self.add(f'{stream.number} open {port or PORTS[form]} {max_segment} '
             f'{first_sequence}', stream, 3)
    return stream

  def octets(self, tools, snap=None):
    """The file."""
    command = [tools.make_capture] + ([str(snap)] if snap is not None else [])
    return subprocess.run(command, input='\n'.join(self.lines).encode(),
                          stdout=subprocess.PIPE, check=True).stdout


def blocks(octets):
  """The blocks of a file: two in front, then one for each packet."""
  found, at = [], 0
  while at < len(octets):
    size = struct.unpack_from('<I', octets, at + 4)[0]
    found.append(octets[at:at + size])
    at += size
  return found


def in_order_of(octets, order):
  """The file with its packets, counted from 0, in that order."""
  found = blocks(octets)
  return b''.join(found[:2] + [found[2 + i] for i in order])


def tshark(tools, octets, options, *more):
  """What tshark prints of a capture."""
  with tempfile.NamedTemporaryFile(suffix='.pcapng') as file:
    file.write(octets)
    file.flush()
    found = subprocess.run(
        ['tshark', '-r', file.name, '-X', f'lua_script:{tools.dissector}',
         *options, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        check=False, timeout=600)
  # As root tshark says so.
  said = [line for line in found.stderr.decode().splitlines()
          if line and not line.startswith('Running as user')]
  if found.returncode != 0 or said:
    raise AssertionError(f'tshark: {found.returncode}, {said}')
  return found.stdout


def _seen(packet, proto):
  fields, experts = {}, []
  for field in proto.iter('field'):
    name = field.get('name')
    if name == '_ws.expert':
      experts += [inner.get('name').removeprefix('forkrpc.')
                  for inner in field if inner.get('name').startswith('forkrpc.')]
    elif name and name.startswith('forkrpc.'):
      value = field.get('value') if name in (
          'forkrpc.payload', 'forkrpc.string', 'forkrpc.continued') else field.get('show')
      fields.setdefault(name.removeprefix('forkrpc.'), []).append(value)
  kind = KINDS.get(fields.get('kind', [''])[0], 'rest')
  if proto.get('name') == 'forkrpc_end':
    kind = 'reset' if 'reset' in fields else 'end'
  return Seen(packet, kind, fields, experts)


def dissect(tools, octets, options=()):
  """Every frame and end that the dissector shows, in the order of the capture."""
  pdml = tshark(tools, octets, options, '-2', '-Y', 'forkrpc or forkrpc_end or _ws.lua.error',
                '-T', 'pdml', '-J', 'forkrpc forkrpc_end _ws.lua')
  if b'Lua Error' in pdml:
    raise AssertionError(pdml[pdml.index(b'Lua Error'):][:300])
  found = []
  for packet in xml.etree.ElementTree.fromstring(pdml).iter('packet'):
    number = None
    for proto in packet.findall('proto'):
      if proto.get('name') == 'geninfo':
        number = int(proto.find("field[@name='num']").get('show'))
      elif proto.get('name') in ('forkrpc', 'forkrpc_end'):
        found.append(_seen(number, proto))
  return found
