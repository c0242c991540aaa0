// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of child.js: each child is a process, driven with raw octets. */
'use strict';

const assert = require('assert/strict');
const test = require('node:test');
const {runChild} = require('./child');
const {encodeFrame} = require('./frame');
const {Trial} = require('./trial');

const FORMS = ['sync', 'async'];

// A child whose function does what its request says, in either form.
const PROGRAM = `
  const {runChild} = require('./forkrpc');
  const held = [];
  const ops = {
    E: (rest, respond) => respond(rest),
    B: (rest, respond, event) => (event(rest), respond(rest)),
    P: (rest, respond) => (console.log('stray'), respond(rest)),
    H: (rest, respond) => held.push(respond),
    R: (rest, respond) => (held.pop()(rest), respond('')),
    2: (rest, respond) => (respond('once'), respond('twice')),
    M: (rest, respond) => respond('m'.repeat(Number(rest))),
    T: (rest, respond, event) => setTimeout(() => (respond(rest), event('behind')), 50),
    D: () => setTimeout(() => { throw new Error('failed later'); }, 10),
    X: () => { throw new Error('failed'); },
  };
  const [form, options] = process.argv.slice(1);
  runChild(form, (request, respond, event) => {
    ops[String.fromCharCode(request[0])](request.subarray(1), respond, event);
  }, JSON.parse(options));`;

class Child extends Trial {
  constructor(form, {options = {maxFrame: 1000}, readSize} = {}) {
    super(['-e', PROGRAM, form, JSON.stringify(options)], {readSize});
    this._form = form;
  }

  request(text, id = 1) {
    return encodeFrame(this._form === 'sync' ? null : id, text);
  }

  /** Sends, half-closes, and returns what came of it. */
  async converse(...octets) {
    this.wire.end(Buffer.concat(octets));
    return this.ended();
  }

  async ended() {
    const {status, signal} = await this.end();
    assert.equal(signal, null, this.errors);
    return {output: this.output.toString('latin1'), status};
  }
}

const frames = (...all) =>
  Buffer.concat(all.map((frame) => encodeFrame(...frame))).toString('latin1');

test('another form is a mistake', () => {
  assert.throws(() => runChild('both', () => {}), /'both' is neither/);
});

for (const form of FORMS) {
  const ids = (...all) => form === 'sync' ? all.map(() => 1) : all;

  test(`${form}: answers all and ends`, async () => {
    for (const readSize of [undefined, 1]) {
      const child = new Child(form, {readSize});
      const [a, b, c] = ids(1, 2, 0xFFFFFFFF);
      assert.deepEqual(
          await child.converse(child.request('E'), child.request('Bx', 2),
              child.request('E\0z', 0xFFFFFFFF)),
          {output: frames([a, ''], [0, 'x'], [b, 'x'], [c, '\0z']), status: 0});
    }
  });

  test(`${form}: nothing to answer`, async () => {
    assert.deepEqual(await new Child(form).converse(), {output: '', status: 0});
  });

  test(`${form}: an end inside a frame`, async () => {
    const size = encodeFrame(form === 'sync' ? null : 2, 'Ebc').length;
    for (const end of [1, 4, size - 1]) {
      const child = new Child(form);
      assert.deepEqual(
          await child.converse(
              child.request('Ea'), child.request('Ebc', 2).subarray(0, end)),
          {output: frames([1, 'a']), status: 10});
      assert.match(child.errors, /forkrpc-req: FR-ERR-005/);
    }
  });

  test(`${form}: a length is refused with the header`, async () => {
    const child = new Child(form, {options: {maxFrame: 5}});
    // The stream stays open: only the header can have ended it.
    child.wire.write(Buffer.concat([
      child.request('E1234'), child.request('E12345', 2).subarray(0, -6)]));
    assert.deepEqual(await child.ended(), {output: frames([1, '1234']), status: 10});
    assert.match(child.errors, /forkrpc-req: FR-LIM-002\n.*length 6, limit 5/);
  });

  test(`${form}: a function that fails ends the child behind its output`, async () => {
    const child = new Child(form);
    child.wire.write(Buffer.concat(
        [child.request('Ba'), child.request('X', 2), child.request('Eb', 3)]));
    assert.deepEqual(
        await child.ended(), {output: frames([0, 'a'], [1, 'a']), status: 1});
    assert.match(child.errors, /function failed: Error: failed/);
  });

  test(`${form}: a function that fails later`, async () => {
    const child = new Child(form);
    child.wire.write(Buffer.concat([child.request('Ea'), child.request('D', 2)]));
    assert.deepEqual(await child.ended(), {output: frames([1, 'a']), status: 1});
    assert.match(child.errors, /function failed: Error: failed later/);
  });

  test(`${form}: a second response`, async () => {
    const child = new Child(form);
    child.wire.write(child.request('2', 4));
    assert.deepEqual(
        await child.ended(), {output: frames([ids(4)[0], 'once']), status: 1});
    assert.match(child.errors, /second response/);
  });

  test(`${form}: all output is sent before the child ends`, async () => {
    // More than a socket holds, less than what makes the child wait.
    const child = new Child(form);
    child.pause();
    child.wire.end(child.request('M900000'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    child.resume();
    const {output, status} = await child.ended();
    assert.equal(status, 0);
    assert.equal(output.length, 8 + 900000);
  });

  test(`${form}: stray output stays off the wire`, async () => {
    const child = new Child(form);
    assert.deepEqual(
        await child.converse(child.request('Pa')),
        {output: frames([1, 'a']), status: 0});
    assert.match(child.errors, /^stray$/m);
  });

  test(`${form}: an event behind the last response still comes`, async () => {
    const child = new Child(form);
    assert.deepEqual(
        await child.converse(child.request('Ta')),
        {output: frames([1, 'a'], [0, 'behind']), status: 0});
  });
}

test('an event behind a response of the sync form comes before the next one', async () => {
  const child = new Child('sync');
  assert.deepEqual(
      await child.converse(child.request('Ta'), child.request('Eb')),
      {output: frames([1, 'a'], [0, 'behind'], [1, 'b']), status: 0});
});

test('ids that no request may have', async () => {
  for (const [id, requirement] of [[0, 'FR-ERR-009'], [7, 'FR-ERR-010']]) {
    const child = new Child('async');
    child.wire.write(Buffer.concat([
      child.request('H', 7), child.request('Ea', 1), child.request('Eb', id),
      child.request('Ec', 8)]));
    assert.deepEqual(await child.ended(), {output: frames([1, 'a']), status: 10});
    assert.match(child.errors, new RegExp(`forkrpc-req: ${requirement}`));
  }
});

test('nothing is sent behind an error, however long the output lasts', async () => {
  const child = new Child('async');
  child.pause();
  // The first responds while the second's response waits to be read.
  child.wire.write(Buffer.concat([
    child.request('Tlate', 1), child.request('M900000', 2), child.request('E', 0)]));
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.resume();
  const {output, status} = await child.ended();
  assert.equal(status, 10, child.errors);
  assert.equal(output.length, 8 + 900000);
});

test('an id may be used again after its response', async () => {
  const child = new Child('async');
  const again = child.request('Ea', 5);
  assert.deepEqual(
      await child.converse(again, again, again),
      {output: frames([5, 'a'], [5, 'a'], [5, 'a']), status: 0});
});

test('responses come when they are made', async () => {
  const child = new Child('async');
  assert.deepEqual(
      await child.converse(child.request('H', 0xFFFFFFFF), child.request('Ea', 2),
          child.request('Rlate', 3)),
      {output: frames([2, 'a'], [0xFFFFFFFF, 'late'], [3, '']), status: 0});
});

test('a call in flight keeps the child after the half-close', async () => {
  const child = new Child('async');
  child.wire.end(Buffer.concat([child.request('H'), child.request('Tx', 2)]));
  const expected = frames([2, 'x'], [0, 'behind']);
  await child.until(() => child.output.length >= expected.length, 'the event');
  assert.equal(child.output.toString('latin1'), expected);
  assert.equal(child.outputEnded, false);
  child.stop();
  assert.deepEqual(await child.end(), {status: null, signal: 'SIGKILL'});
});

test('no request is started above the bound on output', async () => {
  // Far more than a socket holds: the test reads nothing at first.
  const child = new Child('async', {options: {maxUnsent: 1000}});
  const requests = [];
  for (let id = 1; id <= 300; ++id) requests.push(child.request('M1000000', id));
  child.pause();
  child.wire.end(Buffer.concat(requests));
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.ok(child.peakMemory() < 200 << 20, `${child.peakMemory()} octets`);
  child.stop();
  await child.end();
});
