# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Writes the seeds of the fuzz targets: the specification's vectors and examples,
the suite's cases and manifests, each in the form that its target reads.

The same seeds on every machine. A seed is CORPUS/seed-NAME, which tools/fuzz --merge
keeps; those that are there already are replaced.

usage: bazel run //tools/fuzzing:make_seeds [-- --out=FOLDER]
  --out=FOLDER  the checkout to write to (the one that it is run in)
Exit status: 0, or 2 for wrong usage.
"""

import argparse
import os
import pathlib
import re
import struct

from tools.spec import vectors

# Longer seeds slow a target down and show nothing new.
MAX_SEED = 4096


def steps(octets):
  """Octets from the peer, as the connections' targets take them (step 6, 2)."""
  return [octets[i:i + 255] for i in range(0, len(octets), 255)]


def client_session(vector):
  """A session's steps for client_connection_fuzzer."""
  is_async = vector['form'] == 'async'
  made = bytearray([(1 if is_async else 0) | 3 << 1, 0])
  for step in vector['steps']:
    octets = vectors.octets(step)
    if step['from'] == 'parent':
      header = 8 if is_async else 4
      while len(octets) >= header:
        length = struct.unpack('>I', octets[header - 4:header])[0]
        payload = octets[header:header + length]
        made += bytes([min(length, 15) << 4]) + payload[:15]
        octets = octets[header + length:]
      made += bytes([0xf4] if not step.get('end') else [0x05, 0x0c])
    elif step.get('end'):
      made += bytes([0x8b])
    else:
      for piece in steps(octets):
        made += bytes([0xf6, len(piece)]) + piece
  return bytes(made)


def server_session(vector):
  """The same for server_connection_fuzzer; all answers are empty."""
  made = bytearray([(1 if vector['form'] == 'async' else 0) | 3 << 1, 0])
  for step in vector['steps']:
    if step['from'] == 'child':
      made += bytes([0x0c] if step.get('end') else [0x04, 0, 0xf8])
    elif step.get('end'):
      made += bytes([0x8b])
    else:
      for piece in steps(vectors.octets(step)):
        made += bytes([0xf2, len(piece)]) + piece
  return bytes(made)


def wire_record(vector, role):
  """A session as a wire record of the side on trial."""
  lines = ['forkrpc-wire 1', f'run {role}/{vector["id"]}:{vector["form"]}',
           f'class {role} {vector["form"]}', 'verdict PASS', 'oracle ']
  for step in vector['steps']:
    mark = '<' if step['from'] == role else '>'
    octets = vectors.octets(step).hex()
    lines.append(f'0.001000 {mark}end' if step.get('end') else
                 f'0.001000 {mark} {octets or "-"}')
  return ('\n'.join(lines + ['0.002000 =exit 0']) + '\n').encode()


def captured(vector):
  """A session as a pcapng file of simple packets, a step each."""
  made = bytearray(struct.pack('<IIIHHqI', 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0, -1, 28))
  made += struct.pack('<IIHHII', 1, 20, 101, 0, 0, 20)
  numbers = {'parent': 0, 'child': 0}
  ports = {'parent': (49152, 26226), 'child': (26226, 49152)}

  def packet(side, flags, octets=b''):
    made_packet = struct.pack(
        '>BBHIBBH8sHHIIBBHI', 0x45, 0, 40 + len(octets), 0, 64, 6, 0,
        bytes([127, 0, 0, 1] * 2), *ports[side], numbers[side], 0, 0x50, flags,
        0, 0) + octets
    numbers[side] += len(octets) + (flags & 3 != 0)
    size = len(made_packet)
    made_packet += bytes(-size % 4)
    total = struct.pack('<I', 16 + len(made_packet))
    made.extend(struct.pack('<I', 3) + total + struct.pack('<I', size) + made_packet +
                total)

  packet('parent', 0x02)
  packet('child', 0x12)
  for step in vector['steps']:
    packet(step['from'], 0x11 if step.get('end') else 0x10, vectors.octets(step))
  return bytes(made)


def tap_record(vector):
  """A session as the tap records it, seen from both ends; payloads are cut."""
  lines = ['forkrpc-wire 1', 'run tap', f'class both {vector["form"]}', 'verdict LIVE', 'oracle ']
  for step in vector['steps']:
    mark = '>' if step['from'] == 'parent' else '<'
    octets = vectors.octets(step)
    if step.get('end'):
      lines.append(f'0.001000 {mark}end')
      continue
    kept = octets[:12]
    lines.append(f'0.001000 {mark} {kept.hex() or "-"}')
    if len(octets) > len(kept):
      lines.append(f'0.001000 {mark}cut {len(octets) - len(kept)}')
  return ('\n'.join(lines + ['0.002000 =breach child FR-ORD-005', '0.002000 =exit 0']) +
          '\n').encode()


def frames(vector):
  """A stream or frame: frame_decoder and dump, corpus and seed."""
  octets = vectors.octets(vector)
  down = vector['direction'] == 'to-child'
  has_id = not down or vector['form'] == 'async'
  # One octet less than 2^24, and one more; pieces of 3 octets.
  yield 'cc/forkrpc/wire/frame_decoder', bytes([has_id, 64 + 24, 1, 2]) + octets
  how = (2 if down else 0) | (4 if vector['form'] == 'async' else 0)
  yield 'tools/forkrpc/dump', bytes([how]) + octets
  yield 'tools/forkrpc/dump', bytes([how | 0x19]) + octets.hex(' ').encode()


MESSAGES = ('forkrpc.v1.Request', 'forkrpc.v1.Response', 'forkrpc.v1.Event',
            'forkrpc.v1.StringList')


def seeds_of(vector):
  """Each seed of a vector: its corpus and octets."""
  kind = vector['kind']
  if kind == 'session':
    yield 'cc/forkrpc/connection/client_connection', client_session(vector)
    yield 'cc/forkrpc/connection/server_connection', server_session(vector)
    for role in ('child', 'parent'):
      yield 'conformance/runner/play/wire_record', wire_record(vector, role)
    yield 'tools/capture/capture', captured(vector)
    yield 'conformance/tap/tap_record', tap_record(vector)
  elif kind in ('frame', 'stream'):
    yield from frames(vector)
  elif kind == 'string-pack':
    octets = vectors.octets(vector)
    yield 'cc/forkrpc/serialiser/string_pack', octets
    yield 'cc/forkrpc/serialiser/ber_length', octets[:16]
    yield 'tools/forkrpc/json_text', bytes([0]) + octets
  elif kind == 'protobuf' and vector['message'] in MESSAGES:
    yield ('cc/forkrpc/serialiser/protobuf',
           bytes([MESSAGES.index(vector['message'])]) + vectors.octets(vector))


def files(root):
  """What stands in files of the suite: corpus, name and octets."""
  for path in sorted((root / 'conformance/cases').rglob('*.textproto')):
    text = path.read_text()
    text = re.sub(r'^id: .*$', 'id: "child/a"', text, flags=re.M)
    text = re.sub(r'FR-[A-Z]+-\d+', 'FR-FRM-001', text)
    yield ('conformance/runner/cases/case_reader',
           f'{path.parent.name}-{path.stem}', text.encode())
  for path in sorted((root / 'conformance/testees').glob('*/testee.json')):
    yield ('conformance/runner/testee/manifest', path.parent.name,
           re.sub(r'FR-[A-Z]+-\d+', 'FR-FRM-001', path.read_text()).encode())


# The corpora of what Perl's modules write, by the serialiser.
OF_PERL = {
    'storable': 'cc/forkrpc/serialiser/storable',
    'nstorable': 'cc/forkrpc/serialiser/storable',
}


def of_perl(root):
  """The payloads of vectors/perl: corpus, name and octets."""
  table = (root / 'spec/vectors/perl/values.tsv').read_text()
  for line in table.splitlines():
    if line.startswith('#'):
      continue
    name, form, _, serialiser, octets = line.split('\t')[:5]
    if serialiser in OF_PERL and octets != '-':
      name = re.sub('^-', 'minus', name).replace('**', 'power').replace('^', 'e')
      name = f'{serialiser}-{name}-{form}'
      yield OF_PERL[serialiser], name, bytes.fromhex(octets)


def all_seeds(root):
  """Every seed: corpus, name and octets; none twice in a corpus."""
  seen = set()
  found = [(corpus, f'{name}{number or ""}', octets)
           for name, vector in vectors.by_id(root).items()
           for number, (corpus, octets) in enumerate(seeds_of(vector))]
  found.append(('tools/forkrpc/json_text', 'list',
                b'\x01["add", "3", {"hex": "ff00"}, "\\u00e9\\n"]'))
  # Segments: in order, reversed, overlapping, cut, with an end.
  for name, segments in (('order', '08040001 0c040000'), ('reversed', '0c040000 08040001'),
                         ('overlap', '0a060001 08060001 05080001'),
                         ('cut', '08060201 0c040000 14020001'),
                         ('gap', '10040000 18040001')):
    found.append(('tools/capture/segment_queue', name, bytes.fromhex(segments)))
  # Payloads beyond the receive buffer's first block, in pieces of 640, 2,624 and
  # 8,192 octets; the target fills them up, or half of what is missing.
  for length in (40000, 70000, 150000, 0xFFFFFF):
    for how in (0, 2, 8):
      for part in (4, 0x84):
        found.append(('cc/forkrpc/wire/long_frame', f'{length}-{how}-{part}',
                      bytes([how, 64 + 24, 3, 9, 40, 127, 6, part]) +
                      struct.pack('>I', length)))
  # Behind another frame, which is still in the first block; both received before
  # either is taken, or not.
  for how, first, length in ((8, 30000, 10000), (8, 30000, 60000),
                             (0, 20000, 150000)):
    for part in (4, 0x84):
      found.append(('cc/forkrpc/wire/long_frame', f'{first}-{length}-{part}',
                    bytes([how, 64 + 24, 1, 127, 8, 4]) +
                    struct.pack('>I', first) + bytes([part]) +
                    struct.pack('>I', length)))
  for corpus, name, octets in found + list(files(root)) + list(of_perl(root)):
    if 0 < len(octets) <= MAX_SEED and (corpus, octets) not in seen:
      seen.add((corpus, octets))
      yield f'{corpus}_corpus', f'seed-{name}', octets


def main():
  parser = argparse.ArgumentParser(
      prog='make_seeds', description=__doc__,
      formatter_class=argparse.RawDescriptionHelpFormatter)
  here = os.environ.get('BUILD_WORKSPACE_DIRECTORY', '.')
  parser.add_argument('--out', type=pathlib.Path, default=pathlib.Path(here))
  out = parser.parse_args().out
  count = 0
  for corpus, name, octets in all_seeds(pathlib.Path(here)):
    (out / corpus).mkdir(parents=True, exist_ok=True)
    (out / corpus / name).write_bytes(octets)
    count += 1
  print(f'make_seeds: {count} seeds in {out}')


if __name__ == '__main__':
  main()
