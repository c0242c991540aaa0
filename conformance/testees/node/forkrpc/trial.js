// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

/**
 * For the tests: vectors, and programs that are driven with raw octets.
 *
 * Node.js has no socketpair, but gives one to each process that it starts; so
 * what is tested runs in a process of its own. A test must wait for end().
 *
 *     const trial = new Trial(['child.js', 'sync']);
 *     trial.wire.end(Buffer.from('0000000145', 'hex'));
 *     const {status} = await trial.end();
 *     assert.equal(trial.output.toString('hex'), '0000000100000000');
 */
'use strict';

const {spawn} = require('child_process');
const fs = require('fs');
const path = require('path');
const {FrameDecoder} = require('./frame');

const FOLDER = path.dirname(__dirname);
const ROOT = path.resolve(FOLDER, '../../..');
/** Milliseconds until a program counts as hanging. */
const PATIENCE = 20000;

/** The vectors of the areas, in order. */
function vectors(...areas) {
  return areas.flatMap((area) => JSON.parse(fs.readFileSync(
      path.join(ROOT, 'spec/vectors', `${area}.json`), 'utf8')).vectors);
}

/** The octets that "hex" or "parts" stand for; none for the end of a side. */
function octetsOf({hex = '', parts = []}) {
  const repeated = (part) =>
      Buffer.from((part.hex || part.repeat).repeat(part.count || 1), 'hex');
  return Buffer.concat([Buffer.from(hex, 'hex'), ...parts.map(repeated)]);
}

/** The whole frames in octets. */
function framesIn(octets, hasId) {
  const decoder = new FrameDecoder({hasId, maxFrame: 0xFFFFFFFF});
  const frames = [];
  decoder.feed(octets);
  for (let frame; (frame = decoder.next());) frames.push(frame);
  return frames;
}

/** A program of Node.js that has a wire with the test. */
class Trial {
  /**
   * @param {!Array<string>} argv Behind "node".
   * @param {!Object=} hooks For trial_hooks.js: {readSize, ids}.
   * @param {boolean=} isParent Its wire is descriptor 3, and descriptors 0 and 1
   *     are for commands and reports; else 0 and 1 are its wire.
   */
  constructor(argv, hooks = {}, isParent = false) {
    this._process = spawn(
        process.execPath, ['-r', './forkrpc/trial_hooks.js', ...argv], {
          cwd: FOLDER,
          env: {...process.env, NODE_OPTIONS: '', FORKRPC_TRIAL: JSON.stringify(hooks)},
          stdio: ['pipe', 'pipe', 'pipe', ...(isParent ? ['pipe'] : [])],
          timeout: PATIENCE,
          killSignal: 'SIGKILL',
        });
    this.commands = this._process.stdin;
    this.wire = isParent ? this._process.stdio[3] : this._process.stdin;
    this.output = Buffer.alloc(0); // What came over the wire.
    this.outputEnded = false;
    this.reports = ''; // Of a parent.
    this.errors = '';
    this._changed = () => {};
    const fromWire = isParent ? this.wire : this._process.stdout;
    this._fromWire = fromWire;
    // The test goes on sending when the parent has half-closed.
    fromWire.allowHalfOpen = isParent;
    fromWire.on('data', (octets) => {
      this.output = Buffer.concat([this.output, octets]);
      this._changed();
    });
    fromWire.on('end', () => {
      this.outputEnded = true;
      this._changed();
    });
    if (isParent) {
      this._process.stdout.on('data', (text) => {
        this.reports += text;
        this._changed();
      });
    }
    this._process.stderr.on('data', (text) => this.errors += text);
    // It may have gone before all was sent.
    for (const stream of [this.wire, this.commands]) stream.on('error', () => {});
    // Half-open, it would stay, and with it the process's last event.
    this._process.on('exit', () => {
      if (this.outputEnded) return this.wire.destroy();
      return fromWire.on('end', () => this.wire.destroy());
    });
    this._end = new Promise((resolve) => {
      this._process.on('close', (status, signal) => {
        this._hasEnded = true;
        this._changed();
        resolve({status, signal});
      });
    });
  }

  /** Waits until the condition holds; rejects if the program ends before. */
  async until(condition, what) {
    while (!condition()) {
      if (this._hasEnded) {
        throw new Error(`ended before ${what}: ${this.reports}${this.errors}`);
      }
      await new Promise((resolve) => this._changed = resolve);
    }
  }

  /** Reads nothing more from the wire. */
  pause() {
    this._fromWire.pause();
  }

  resume() {
    this._fromWire.resume();
  }

  /** The most memory that the program has held so far, in octets. */
  peakMemory() {
    const text = fs.readFileSync(`/proc/${this._process.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(text)[1]) << 10;
  }

  stop() {
    this._process.kill('SIGKILL');
    this._fromWire.resume();
  }

  /** @return {!Promise<{status: ?number, signal: ?string}>} */
  end() {
    return this._end;
  }
}

module.exports = {FOLDER, Trial, framesIn, octetsOf, vectors};
