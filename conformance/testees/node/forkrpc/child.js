// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

/** Children: answer requests in the sync or the async form. */
'use strict';

const net = require('net');
const {FrameDecoder, MAX_FRAME, WireError, encodeFrame} = require('./frame');

/** Octets of output above which a child starts no request and stops reading. */
const MAX_UNSENT = 1 << 20;
const EXIT_CLEAN = 0;
const EXIT_FAILED = 1;
const EXIT_PROTOCOL = 10;

/**
 * Serves descriptors 0 and 1 in this form, then ends the process: status 0 after
 * the drain, 10 if the parent broke the wire, 1 if a function failed or the parent
 * has gone. process.stdout, and so console.log, is standard error from now on.
 *
 * With another wire it closes that and hands the status to onEnd instead; one is
 * served at a time.
 *
 * @param {string} form 'sync' or 'async'
 * @param {function(!Buffer, function((!Buffer|string)), function((!Buffer|string)))} run
 *     run(request, respond, event). It calls respond() once, at any time; in the
 *     sync form the next request is started after that.
 * @param {{maxFrame: (number|undefined), maxUnsent: (number|undefined),
 *     input: (!net.Socket|undefined), output: (!net.Socket|undefined),
 *     onEnd: (function(number)|undefined)}=} options input and output are one
 *     socket, or a pipe each; allowHalfOpen.
 */
function runChild(form, run, options = {}) {
  if (form !== 'sync' && form !== 'async') {
    throw new TypeError(`form '${form}' is neither 'sync' nor 'async'`);
  }
  //= spec/wire.md#FR-PRC-004
  Object.defineProperty(process, 'stdout', {get: () => process.stderr});
  new Child(form === 'sync', run, options);
}

/**
 * 1. _inFlight holds the ids of requests read whole and not yet answered; null
 *    stands for that of the sync form, which has at most one.
 * 2. A request is started only while the output is not above the bound, and
 *    nothing is read while one that has arrived whole is not started.
 * 3. After _finish() no request is started and no frame is made.
 */
class Child {
  constructor(isSync, run, {
    maxFrame = MAX_FRAME, maxUnsent = MAX_UNSENT, input, output, onEnd = process.exit,
  }) {
    this._isSync = isSync;
    this._run = run;
    this._maxUnsent = maxUnsent;
    this._inFlight = new Set();
    this._ended = false; // The parent's direction.
    this._finished = false; // No more frames.
    this._closed = false;
    this._serving = false;
    this._decoder = new FrameDecoder(
        {hasId: !isSync, maxFrame, checkId: (id) => this._checkId(id)});
    this._onEnd = onEnd;
    this._keepAlive = null; // A timer.
    //= spec/wire.md#FR-PRC-001
    this._output = output || new net.Socket({fd: 1, readable: false});
    this._output.on('drain', () => this._serve());
    //= spec/wire.md#FR-CLS-008
    this._output.on('error', (error) => this._lost(error));
    this._input =
        input || new net.Socket({fd: 0, writable: false, allowHalfOpen: true});
    this._input.on('data', (octets) => {
      this._decoder.feed(octets);
      this._serve();
    });
    this._input.on('end', () => {
      this._ended = true;
      // A call in flight keeps the process, whatever it waits for.
      //= spec/wire.md#FR-CLS-003
      this._keepAlive = setInterval(() => {}, 1 << 30);
      this._serve();
    });
    this._input.on('error', (error) => this._lost(error));
    //= spec/wire.md#FR-ERR-012
    this._onUncaught = (error) => this._functionFailed(error);
    process.on('uncaughtException', this._onUncaught);
  }

  _lost(error) {
    if (this._closed) return;
    process.stderr.write(`forkrpc: connection lost: ${error.message}\n`);
    this._finished = true;
    this._close(EXIT_FAILED);
  }

  /** Nothing of this child is left when onEnd is run. */
  _close(status) {
    if (this._closed) return;
    this._closed = true;
    clearInterval(this._keepAlive);
    process.off('uncaughtException', this._onUncaught);
    const open = [...new Set([this._input, this._output])].filter((each) => !each.closed);
    if (this._onEnd === process.exit || open.length === 0) return this._onEnd(status);
    let left = open.length;
    for (const each of open) {
      each.once('close', () => --left || this._onEnd(status));
      each.destroy();
    }
  }

  _checkId(id) {
    if (id === 0) return ['FR-ERR-009', 'request with id 0'];
    if (id !== null && this._inFlight.has(id)) {
      return ['FR-ERR-010', `request with id ${id}, which is in flight`];
    }
    return null;
  }

  /** Starts what may be started; ends when everything is answered. */
  _serve() {
    // A function that responds at once calls this again: the loop goes on.
    if (this._serving || this._finished) return;
    this._serving = true;
    try {
      this._startRequests();
    } catch (error) {
      if (!(error instanceof WireError)) return this._functionFailed(error);
      if (error.requirement) {
        process.stderr.write(`forkrpc-req: ${error.requirement}\n`);
      }
      process.stderr.write(`forkrpc: ${error.message}\n`);
      this._finish(EXIT_PROTOCOL);
    } finally {
      this._serving = false;
    }
  }

  _startRequests() {
    //= spec/wire.md#FR-LIM-007
    const mayStart = () => this._output.writableLength <= this._maxUnsent &&
        !(this._isSync && this._inFlight.size > 0);
    while (mayStart()) {
      const frame = this._decoder.next();
      if (frame) {
        this._start(frame);
      } else if (this._ended && this._inFlight.size === 0) {
        //= spec/wire.md#FR-ERR-004
        this._decoder.end();
        //= spec/wire.md#FR-CLS-005
        return this._finish(EXIT_CLEAN);
      } else {
        this._input.resume();
        return;
      }
    }
    this._input.pause();
  }

  _start({id, payload}) {
    let answered = false;
    const respond = (response) => {
      //= spec/wire.md#FR-ERR-018
      if (answered) throw new Error(`second response to the call with id ${id}`);
      answered = true;
      this._inFlight.delete(id);
      //= spec/wire.md#FR-SID-003
      //= spec/wire.md#FR-SID-005
      this._send(this._isSync ? 1 : id, response);
      // Not at once: what the function does next may be to raise an event, which
      // must not find that this was the last response and the child has ended.
      if (!this._serving) process.nextTick(() => this._serve());
    };
    this._inFlight.add(id);
    //= spec/wire.md#FR-EVT-001
    this._run(payload, respond, (event) => this._send(0, event));
  }

  //= spec/wire.md#FR-ORD-003
  _send(id, payload) {
    if (!this._finished) this._output.write(encodeFrame(id, payload));
  }

  _functionFailed(error) {
    //= spec/wire.md#FR-ERR-008
    process.stderr.write(`forkrpc: the function failed: ${error.stack}\n`);
    this._finish(EXIT_FAILED);
  }

  /** Delivers what was made, closes this direction and ends the process. */
  _finish(status) {
    if (this._finished) return;
    this._finished = true;
    this._input.pause();
    //= spec/wire.md#FR-CLS-004
    this._output.end(() => this._close(status));
  }
}

module.exports = {MAX_UNSENT, runChild};
