// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of frame.js. */
'use strict';

const assert = require('assert/strict');
const test = require('node:test');
const {FrameDecoder, WireError, encodeFrame} = require('./frame');

// [id, payload], ids from edge to edge.
const FRAMES = [[0, 'event'], [1, ''], [0x80000000, '\0'], [0xFFFFFFFF, '\x01\x02'],
  [0x01020304, 'x'.repeat(700)]];
const OCTETS = Buffer.concat(FRAMES.map((frame) => encodeFrame(...frame)));

const drain = (decoder) => {
  const frames = [];
  for (let frame; (frame = decoder.next());) frames.push([frame.id, `${frame.payload}`]);
  return frames;
};

function framesIn(pieces, options = {hasId: true}) {
  const decoder = new FrameDecoder(options);
  const frames = pieces.flatMap((piece) => {
    decoder.feed(piece);
    return drain(decoder);
  });
  decoder.end();
  return frames;
}

const octetByOctet = (octets) => [...octets].map((octet) => Buffer.from([octet]));
const refusal = (requirement, message = /./) =>
    (error) => error instanceof WireError && error.requirement === requirement &&
        message.test(error.message);

test('octets of a frame', () => {
  assert.equal(encodeFrame(0xFFFFFFFF, 'hi').toString('hex'), 'ffffffff000000026869');
  assert.equal(encodeFrame(0, '').toString('hex'), '0000000000000000');
  assert.equal(encodeFrame(null, 'Ehi').toString('hex'), '00000003456869');
});

test('any cut gives the same frames', () => {
  assert.deepEqual(framesIn([OCTETS]), FRAMES);
  assert.deepEqual(framesIn(octetByOctet(OCTETS)), FRAMES);
  for (let cut = 1; cut < OCTETS.length; ++cut) {
    assert.deepEqual(framesIn([OCTETS.subarray(0, cut), OCTETS.subarray(cut)]), FRAMES);
  }
});

test('requests of the sync form have no id', () => {
  const octets = Buffer.from('000000000000000178000000027979', 'hex');
  const expected = [[null, ''], [null, 'x'], [null, 'yy']];
  assert.deepEqual(framesIn([octets], {hasId: false}), expected);
  assert.deepEqual(framesIn(octetByOctet(octets), {hasId: false}), expected);
});

test('an end inside a frame is an error, between frames it is not', () => {
  const octets = encodeFrame(1, 'ab');
  for (let end = 0; end <= octets.length; ++end) {
    const decode = () => framesIn([octets.subarray(0, end)]);
    if (end === 0 || end === octets.length) {
      decode();
    } else {
      assert.throws(decode, refusal('FR-ERR-005', new RegExp(`which ${end} octets`)));
    }
  }
});

test('a length is judged with the header', () => {
  const options = {hasId: true, maxFrame: 5};
  assert.deepEqual(framesIn([encodeFrame(7, '12345')], options), [[7, '12345']]);
  const decoder = new FrameDecoder(options);
  decoder.feed(Buffer.concat([encodeFrame(7, '1234'), Buffer.from('00000007000000', 'hex')]));
  assert.deepEqual(drain(decoder), [[7, '1234']]);
  decoder.feed(Buffer.from([6]));
  assert.throws(
      () => decoder.next(), refusal('FR-LIM-002', /offset 12: length 6, limit 5/));
});

test('an id is judged once, with the header', () => {
  const asked = [];
  const decoder = new FrameDecoder({hasId: true, checkId: (id) => {
    asked.push(id);
    return id === 9 ? ['FR-SID-001', 'bad id'] : null;
  }});
  octetByOctet(encodeFrame(8, 'abc')).forEach((octet) => {
    decoder.feed(octet);
    decoder.next();
  });
  decoder.feed(encodeFrame(9, 'abc').subarray(0, 8));
  assert.throws(() => decoder.next(), refusal('FR-SID-001', /offset 11: bad id/));
  assert.throws(() => decoder.next(), WireError);
  assert.deepEqual(asked, [8, 9]);
});

test('nothing comes after an error', () => {
  const decoder = new FrameDecoder({hasId: true, maxFrame: 5});
  decoder.feed(Buffer.concat([encodeFrame(1, '123456'), encodeFrame(2, '')]));
  for (const step of ['next', 'next', 'end']) {
    assert.throws(() => decoder[step](), refusal('FR-LIM-002'));
  }
});

test('a length field takes no memory', () => {
  const decoder = new FrameDecoder({hasId: true, maxFrame: 0xFFFFFFFF});
  const before = process.memoryUsage();
  decoder.feed(Buffer.from('00000001ffffffff78', 'hex'));
  assert.equal(decoder.next(), null);
  const after = process.memoryUsage();
  assert.ok(after.arrayBuffers - before.arrayBuffers < 1 << 20);
});
