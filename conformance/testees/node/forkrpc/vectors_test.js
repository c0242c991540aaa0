// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

/** The implementation against the vectors of the specification. */
'use strict';

const assert = require('assert/strict');
const test = require('node:test');
const {FrameDecoder, WireError, encodeFrame} = require('./frame');
const {Trial, framesIn, octetsOf, vectors} = require('./trial');

const NO_LIMIT = 0xFFFFFFFF;
const READ_SIZES = [undefined, 1]; // Octets that one read brings.

const hasId = ({form, direction}) => form !== 'sync' || direction === 'to-parent';
const framesOf = ({frames}) => frames.map(
    (frame) => ({id: 'id' in frame ? frame.id : null, payload: octetsOf(frame)}));

/** The frames delivered, and the requirement that an error is found against. */
function decode(vector, pieces) {
  // The rule on id 0 is the child's, who has the decoder check it.
  const checks = vector.direction === 'to-child' && hasId(vector);
  const decoder = new FrameDecoder({
    hasId: hasId(vector),
    maxFrame: 'limit' in vector ? vector.limit : NO_LIMIT,
    checkId: (id) => checks && id === 0 ? ['FR-ERR-009', '0'] : null,
  });
  const frames = [];
  try {
    for (const piece of pieces) {
      decoder.feed(piece);
      for (let frame; (frame = decoder.next());) frames.push(frame);
    }
    decoder.end();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return {frames, error: error.requirement};
  }
  return {frames, error: undefined};
}

function cut(octets, ends) {
  return [...ends, octets.length].map(
      (end, i) => octets.subarray(i === 0 ? 0 : ends[i - 1], end));
}

/** Ways to cut a stream into reads: the ends of all but the last. */
function* allCuts({chunks = []}, size) {
  yield [];
  yield chunks.map((_, i) => chunks.slice(0, i + 1).reduce((a, b) => a + b));
  if (size > 10000) {
    yield [1, 3, 4, 5, 7, 8, 9, size >> 1, size - 1];
    return;
  }
  const ends = Array.from({length: size - 1}, (_, i) => i + 1);
  yield ends;
  yield* ends.map((end) => [end]);
}

//= spec/wire.md#FR-FRM-001
//= spec/wire.md#FR-FRM-002
//= spec/wire.md#FR-FRM-003
//= spec/wire.md#FR-FRM-004
//= spec/wire.md#FR-FRM-010
test('encoder', () => {
  const all = vectors('requests', 'frames', 'streams');
  for (const vector of all) {
    const whole = framesOf(vector).map(({id, payload}) => encodeFrame(id, payload));
    assert.ok(Buffer.concat(whole).equals(
        octetsOf(vector).subarray(0, vector.consumed)), vector.id);
  }
  assert.ok(all.length >= 130, `${all.length} vectors`);
});

//= spec/wire.md#FR-FRM-006
//= spec/wire.md#FR-FRM-007
//= spec/wire.md#FR-FRM-009
//= spec/wire.md#FR-ERR-005
//= spec/wire.md#FR-LIM-002
test('decoder, however the stream is cut', () => {
  for (const vector of vectors('requests', 'frames', 'streams')) {
    const octets = octetsOf(vector);
    for (const ends of allCuts(vector, octets.length)) {
      const {frames, error} = decode(vector, cut(octets, ends));
      const where = `${vector.id} cut at ${ends.slice(0, 9)}`;
      assert.equal(error, vector.error_requirement, where);
      assert.deepEqual(frames, framesOf(vector), where);
    }
  }
});

//= spec/wire.md#FR-FRM-010
test('announced lengths are unsigned', () => {
  const found = vectors('streams').filter((vector) => 'announced' in vector);
  for (const vector of found) {
    const errorWith = (limit) => decode({...vector, limit}, [octetsOf(vector)]).error;
    assert.notEqual(errorWith(vector.announced), 'FR-LIM-002', vector.id);
    assert.equal(errorWith(vector.announced - 1), 'FR-LIM-002', vector.id);
  }
  assert.ok(found.length > 20);
});

/** Plays the child of a session; returns what the parent saw, and its error. */
async function playChild(session, readSize) {
  const isAsync = session.form === 'async';
  const requests = session.steps.filter(({from}) => from === 'parent')
      .flatMap((step) => framesIn(octetsOf(step), isAsync));
  const hooks = {readSize};
  if (session.flags.includes('wrap')) hooks.ids = requests.map(({id}) => id);
  const limit = session.parent.limit;
  const argv = limit === undefined ? ['parent.js', session.form] :
      ['-e', limitedParent(session.form, limit)];
  const trial = new Trial(argv, hooks, true);
  let calls = 0;
  let sent = '';
  for (const step of session.steps) {
    const octets = octetsOf(step);
    if (step.from === 'child') {
      'end' in step ? trial.wire.end() : trial.wire.write(octets);
    } else if ('end' in step) {
      trial.commands.write('drop\n');
      await trial.until(() => trial.outputEnded, 'the half-close');
    } else {
      for (const {payload} of framesIn(octets, isAsync)) {
        const hex = payload.toString('hex') || '-';
        trial.commands.write(`call ${++calls} ${hex}\n`);
      }
      sent += octets.toString('hex');
      await trial.until(() => trial.output.length >= sent.length / 2, 'the requests');
    }
  }
  if (session.parent.result === 'open') {
    // What is open delivers this, and what it delivers behind it is not asked.
    trial.wire.write(encodeFrame(0, 'barrier'));
    const barrier = `event ${Buffer.from('barrier').toString('hex')}\n`;
    await trial.until(() => trial.reports.includes(barrier), 'the barrier');
    trial.reports = trial.reports.replace(barrier, '');
  } else {
    await trial.until(() => /^(closed|error .*)$/m.test(trial.reports), 'the end');
  }
  trial.commands.end('quit\n');
  const end = await trial.end();
  assert.deepEqual(end, {status: 0, signal: null}, trial.errors);
  assert.equal(trial.output.toString('hex'), sent);
  return trial;
}

/** parent.js with a limit on payloads. */
function limitedParent(form, limit) {
  return `process.argv[2] = '${form}';
    const lib = require('./forkrpc');
    const Parent = lib.Parent;
    lib.Parent = function(form, options) {
      return new Parent(form, {...options, maxFrame: ${limit}});
    };
    require('./parent.js');`;
}

/** A side's `sees` as parent.js reports it; the error comes before the calls. */
function reportsOf({sees}) {
  const lines = sees.map((seen) => {
    const hex = octetsOf(seen).toString('hex') || '-';
    return {
      response: `result ${seen.call} ${hex}`, event: `event ${hex}`,
      failed: `failed ${seen.call}`, end: 'closed', error: 'error',
    }[seen.kind];
  });
  return lines.sort((a, b) => (b === 'error') - (a === 'error') &&
      (a.startsWith('failed') || b.startsWith('failed') ?
          (b === 'error') - (a === 'error') : 0));
}

//= spec/wire.md#FR-SID-006
//= spec/wire.md#FR-SID-007
//= spec/wire.md#FR-SID-008
//= spec/wire.md#FR-ORD-002
//= spec/wire.md#FR-ORD-004
//= spec/wire.md#FR-EVT-002
//= spec/wire.md#FR-CLS-002
//= spec/wire.md#FR-ERR-001
//= spec/wire.md#FR-ERR-002
//= spec/wire.md#FR-ERR-003
//= spec/wire.md#FR-ERR-006
//= spec/wire.md#FR-ERR-007
test('parent in each session', async (t) => {
  const sessions = vectors('sessions').filter(({parent, flags}) =>
    parent.result !== 'wrong' && !flags.includes('ids-chosen'));
  for (const session of sessions) {
    await t.test(session.id, async () => {
      for (const readSize of READ_SIZES) {
        const trial = await playChild(session, readSize);
        assert.deepEqual(
            trial.reports.replace(/^error .*$/m, 'error').trim().split('\n').filter(Boolean),
            reportsOf(session.parent));
        // The end before its time is an error without a name here.
        const {result, requirement} = session.parent;
        if (result === 'error' && requirement !== 'FR-CLS-012') {
          assert.match(trial.errors, new RegExp(`^forkrpc-req: ${requirement}$`, 'm'));
        }
      }
    });
  }
  assert.ok(sessions.length >= 45);
});

/** A child whose function makes the frames of a session, in their order. */
const CHILD = `
  const net = require('net');
  const {runChild} = require('./forkrpc');
  const {form, frames, late, ids, failsAt, options} = JSON.parse(process.argv[1]);
  const responders = new Map();
  let seen = 0;
  let event;
  const make = () => {
    while (frames.length > 0) {
      const [id, hex] = frames[0];
      const make = id === 0 ? event : responders.get(form === 'sync' ? null : id);
      if (!make) return;
      frames.shift();
      if (id !== 0) responders.delete(form === 'sync' ? null : id);
      make(Buffer.from(hex, 'hex'));
    }
  };
  // What was made behind the half-close is made when the child knows of it.
  const emit = net.Socket.prototype.emit;
  net.Socket.prototype.emit = function(name, ...rest) {
    const done = emit.call(this, name, ...rest);
    if (name === 'end') setImmediate(() => (frames.push(...late.splice(0)), make()));
    return done;
  };
  runChild(form, (request, respond, raise) => {
    process.stderr.write('saw ' + request.toString('hex') + '\\n');
    event = raise;
    const id = ids[seen++];
    if (seen === failsAt) throw new Error('asked to fail');
    responders.set(id, respond);
    make();
  }, options);`;

/** Plays the parent of a session; it half-closes in the end. */
async function playParent(session, readSize) {
  const isAsync = session.form === 'async';
  const plan = {form: session.form, frames: [], late: [], ids: [], options: {}};
  const input = [];
  let expected = '';
  let ended = false;
  for (const step of session.steps) {
    const octets = octetsOf(step);
    if (step.from === 'parent') {
      input.push(octets);
      ended = ended || 'end' in step;
      plan.ids.push(...framesIn(octets, isAsync).map(({id}) => id));
    } else {
      // A sync child has no way to make a response later.
      (ended && isAsync ? plan.late : plan.frames).push(...framesIn(octets, true).map(
          ({id, payload}) => [id, payload.toString('hex')]));
      expected += octets.toString('hex');
    }
  }
  if (session.child.result === 'failed') plan.failsAt = plan.ids.length;
  if ('limit' in session.child) plan.options.maxFrame = session.child.limit;
  const trial = new Trial(['-e', CHILD, JSON.stringify(plan)], {readSize});
  trial.wire.end(Buffer.concat(input));
  const {status} = await trial.end();
  assert.equal(trial.output.toString('hex'), expected, trial.errors);
  return {status, errors: trial.errors};
}

/** Whether the child answers all: else it waits for ever, as it must. */
function endsByItself({steps, child}) {
  const responses = steps.filter(({from}) => from === 'child')
      .flatMap((step) => framesIn(octetsOf(step), true)).filter(({id}) => id !== 0);
  const requests = child.sees.filter(({kind}) => kind === 'request');
  return ['error', 'failed'].includes(child.result) ||
      responses.length === requests.length;
}

//= spec/wire.md#FR-SID-003
//= spec/wire.md#FR-SID-005
//= spec/wire.md#FR-SID-010
//= spec/wire.md#FR-SID-011
//= spec/wire.md#FR-ORD-001
//= spec/wire.md#FR-ORD-003
//= spec/wire.md#FR-EVT-001
//= spec/wire.md#FR-CLS-003
//= spec/wire.md#FR-CLS-006
//= spec/wire.md#FR-ERR-004
//= spec/wire.md#FR-ERR-009
//= spec/wire.md#FR-ERR-010
test('child in each session', async (t) => {
  const sessions = vectors('sessions').filter((session) =>
    session.child.result !== 'wrong' && endsByItself(session));
  for (const session of sessions) {
    await t.test(session.id, async () => {
      const {result, requirement, sees} = session.child;
      const saw = sees.filter(({kind}) => kind === 'request')
          .map((seen) => `saw ${octetsOf(seen).toString('hex')}`);
      for (const readSize of READ_SIZES) {
        const {status, errors} = await playParent(session, readSize);
        assert.equal(status, {error: 10, failed: 1}[result] || 0, errors);
        assert.deepEqual(errors.match(/^saw .*$/mg) || [], saw);
        if (result === 'error') {
          assert.match(errors, new RegExp(`^forkrpc-req: ${requirement}$`, 'm'));
        }
      }
    });
  }
  assert.ok(sessions.length >= 33);
});
