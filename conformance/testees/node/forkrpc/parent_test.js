// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of parent.js: its peer is this test, octet by octet. */
'use strict';

const assert = require('assert/strict');
const test = require('node:test');
const {encodeFrame} = require('./frame');
const {Parent} = require('./parent');
const {Trial} = require('./trial');

const FORMS = ['sync', 'async'];

// A parent that does what the lines of its standard input say, such as "call a hi",
// which makes the call a. It reports what it sees, and what a call throws.
const PROGRAM = `
  const fs = require('fs');
  const readline = require('readline');
  const {Parent} = require('./forkrpc');
  const report = (...words) => fs.writeSync(1, words.join(' ') + '\\n');
  const [form, options] = process.argv.slice(1);
  const parent = new Parent(form, {
    fd: 3,
    onEvent: (payload) => report('event', payload),
    onEnd: (error) => report('end', error ? error.requirement || error.kind : 'clean'),
    ...JSON.parse(options),
  });
  const done = (tag) => (error, response) => {
    report(tag, error ? error.kind : response);
    if (tag === 'again') call('b', 'second');
  };
  const call = (tag, request) => {
    try {
      parent.call(request, done(tag));
    } catch (error) {
      report(tag, 'threw', error.message);
    }
  };
  const commands = {
    call: (tag, request = '') => call(tag, request),
    large: (tag, size) => call(tag, Buffer.alloc(Number(size))),
    drop: () => parent.drop(),
    ready: (tag) => parent.ready().then(() => report(tag, 'ready')),
    unsent: () => report('unsent', parent.unsent > 0),
    quit: () => process.exit(0),
  };
  readline.createInterface({input: process.stdin}).on('line', (line) => {
    const [command, ...words] = line.split(' ');
    commands[command](...words);
  });`;

class Peer extends Trial {
  constructor(form, {options = {}, ...hooks} = {}) {
    super(['-e', PROGRAM, form, JSON.stringify(options)], hooks, true);
  }

  async command(lines, output) {
    const wanted = this.output.length + output.length / 2;
    this.commands.write(lines.split('; ').join('\n') + '\n');
    await this.until(() => this.output.length >= wanted, `${lines}: ${output}`);
    assert.equal(this.output.subarray(-output.length / 2).toString('hex'), output);
  }

  send(...frames) {
    this.wire.write(Buffer.concat(frames.map(
        (frame) => Buffer.isBuffer(frame) ? frame : encodeFrame(...frame))));
  }

  /** Waits for the reports, and asks that there be no others. */
  async reported(...lines) {
    const count = () => this.reports.split('\n').length - 1;
    await this.until(() => count() >= lines.length, lines.join('; '));
    this.commands.end('quit\n');
    assert.deepEqual(await this.end(), {status: 0, signal: null}, this.errors);
    assert.deepEqual(this.reports.trim().split('\n'), lines);
  }
}

const REQUESTS = { // Of "call a hi; call b; call c".
  sync: '00000002686900000000' + '00000000',
  async: '00000001000000026869' + '0000000200000000' + '0000000300000000',
};
const THREE = 'call a hi; call b; call c';

test('another form is a mistake', () => {
  assert.throws(() => new Parent('both', {fd: 3}), /'both' is neither/);
});

test('the sync form takes any id for the oldest call', async () => {
  const peer = new Peer('sync');
  await peer.command(THREE, REQUESTS.sync);
  peer.send([1, 'x'], [9, ''], [0xFFFFFFFF, 'z']);
  await peer.reported('a x', 'b ', 'c z');
});

test('the async form finds the call by its id', async () => {
  const peer = new Peer('async');
  await peer.command(THREE, REQUESTS.async);
  peer.send([3, 'x'], [1, ''], [2, 'z']);
  await peer.reported('c x', 'a ', 'b z');
});

test('ids wrap and leave out those in flight', async () => {
  const peer = new Peer('async', {ids: [1, 0xFFFFFFFE]});
  const header = (id) => `${id}00000000`;
  await peer.command('call a; call b; call c; call d; call e',
      ['00000001', 'fffffffe', 'ffffffff', '00000002', '00000003'].map(header).join(''));
  peer.send([1, '']);
  await peer.until(() => peer.reports === 'a \n', 'the response');
  // Not at once again, though it is free.
  await peer.command('call f', header('00000004'));
  peer.send([0xFFFFFFFF, 'z'], [4, 'f']);
  await peer.reported('a ', 'c z', 'f f');
});

for (const form of FORMS) {
  test(`${form}: events keep their place, however the reads are cut`, async () => {
    for (const readSize of [undefined, 1]) {
      const peer = new Peer(form, {readSize});
      peer.send([0, 'early']);
      await peer.until(() => peer.reports === 'event early\n', 'the event');
      await peer.command(THREE, REQUESTS[form]);
      peer.send([0, ''], [1, 'x'], [0, 'late']);
      await peer.reported('event early', 'event ', 'a x', 'event late');
    }
  });

  test(`${form}: an error ends the connection once`, async () => {
    const tooLong = Buffer.from('0000000100000006', 'hex');
    const cases = [
      [[tooLong], ['end FR-LIM-002', 'a protocol', 'b protocol', 'c protocol']],
      [[[1, 'x'], [2, ''], [3, ''], [3, '']],
        ['a x', 'b ', 'c ', 'end FR-ERR-002']],
    ];
    if (form === 'async') {
      cases.push([[[2, 'x'], [2, 'x']], ['b x', 'end FR-ERR-001', 'a protocol', 'c protocol']]);
      cases.push([[[4, '']], ['end FR-ERR-001', 'a protocol', 'b protocol', 'c protocol']]);
    }
    for (const [frames, lines] of cases) {
      const peer = new Peer(form, {options: {maxFrame: 5}});
      await peer.command(THREE, REQUESTS[form]);
      // What is behind the error must not be acted on.
      peer.send(...frames, [0, 'x'], [1, 'x'], [2, 'x']);
      await peer.until(() => peer.outputEnded, 'that it closes');
      peer.commands.write('call d\ndrop\n');
      await peer.until(() => /^d threw/m.test(peer.reports), 'the refusal');
      await peer.reported(...lines, peer.reports.match(/^d threw frame at offset.*/m)[0]);
    }
  });

  test(`${form}: a response without a call`, async () => {
    const peer = new Peer(form);
    peer.send([1, '']);
    await peer.reported('end FR-ERR-002');
  });

  test(`${form}: the end with calls in flight`, async () => {
    const peer = new Peer(form);
    await peer.command(THREE, REQUESTS[form]);
    peer.wire.end(encodeFrame(1, 'x'));
    await peer.reported('a x', 'end FR-ERR-003', 'b eof', 'c eof');
  });

  test(`${form}: the end inside a frame`, async () => {
    for (const size of [1, 8, 9]) {
      const peer = new Peer(form);
      peer.commands.write('drop\n');
      await peer.until(() => peer.outputEnded, 'the half-close');
      peer.wire.end(encodeFrame(0, 'ev').subarray(0, size));
      await peer.reported('end FR-ERR-005');
    }
  });

  test(`${form}: the end that was not asked for`, async () => {
    const peer = new Peer(form);
    peer.wire.end();
    await peer.reported('end eof');
  });

  test(`${form}: the clean end`, async () => {
    const peer = new Peer(form);
    await peer.command(`${THREE}; drop; call d`, REQUESTS[form]);
    await peer.until(() => peer.outputEnded, 'the half-close');
    peer.send([0, 'e'], [1, 'x'], [2, ''], [3, ''], [0, 'f']);
    peer.wire.end();
    await peer.reported(
        'd threw call after drop', 'event e', 'a x', 'b ', 'c ', 'event f', 'end clean');
  });

  test(`${form}: a callback may make a call`, async () => {
    const peer = new Peer(form);
    await peer.command('call again', form === 'sync' ? '00000000' : '0000000100000000');
    peer.send([1, 'x']);
    await peer.until(() => peer.reports === 'again x\n', 'the response');
    peer.commands.write('drop\n');
    await peer.until(() => peer.outputEnded, 'the half-close');
    assert.equal(peer.output.subarray(-6).toString(), 'second');
    peer.send([form === 'sync' ? 1 : 2, 'y']);
    peer.wire.end();
    await peer.reported('again x', 'b y', 'end clean');
  });
}

test('it reads while it cannot write, and says when it can', async () => {
  const peer = new Peer('async', {options: {maxUnsent: 1000}});
  peer.pause();
  peer.commands.write('ready 1\n');
  await peer.until(() => peer.reports === '1 ready\n', 'that it is ready');
  peer.commands.write('large a 4000000\nready 2\nunsent\n');
  await peer.until(() => /unsent true/.test(peer.reports), 'its word');
  peer.send([0, 'event']);
  await peer.until(() => /event event/.test(peer.reports), 'the event');
  assert.doesNotMatch(peer.reports, /2 ready/);
  peer.resume();
  await peer.until(() => /2 ready/.test(peer.reports), 'that it is ready');
  peer.commands.write('drop\n');
  // The half-close waits for the last octet.
  await peer.until(() => peer.outputEnded, 'the half-close');
  assert.equal(peer.output.length, 8 + 4000000);
  peer.send([1, 'x']);
  peer.wire.end();
  await peer.reported(
      '1 ready', 'unsent true', 'event event', '2 ready', 'a x', 'end clean');
});
