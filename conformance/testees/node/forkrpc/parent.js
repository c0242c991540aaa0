// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

/** Parents: call functions in a child, in the sync or the async form. */
'use strict';

const net = require('net');
const {FrameDecoder, MAX_FRAME, WireError, encodeFrame} = require('./frame');

/** Octets of requests not yet sent above which ready() waits. */
const MAX_UNSENT = 1 << 20;
const MAX_ID = 0xFFFFFFFF;

/** A socket from which, after a write has failed, one can still read. */
class Wire extends net.Socket {
  /** @override */
  _write(octets, encoding, done) {
    super._write(octets, encoding, this._unlessBroken(done));
  }

  /** @override */
  _writev(chunks, done) {
    super._writev(chunks, this._unlessBroken(done));
  }

  // An error that reaches the stream stops its reading side, too.
  _unlessBroken(done) {
    return (error) => {
      if (!error) return done();
      this._broken = error;
      return this._destroyWhenQuiet(this.bytesRead);
    };
  }

  // Each turn of the event loop reads what is there.
  _destroyWhenQuiet(bytesRead) {
    setImmediate(() => setImmediate(() => {
      if (this.bytesRead === bytesRead) {
        this.destroy(this._broken);
      } else {
        this._destroyWhenQuiet(this.bytesRead);
      }
    }));
  }
}

/**
 * Calls functions in a child.
 *
 * 1. A call is in flight from call() until its callback is run, exactly once:
 *    callback(null, response) or callback(error).
 * 2. onEnd(error) is run exactly once, before the callbacks that get the same
 *    error; error is null for the clean end. The descriptor is closed then.
 * 3. After the end nothing is read, written or delivered.
 * 4. Callbacks are run in the order in which frames arrive, never inside call().
 */
class Parent {
  /**
   * @param {string} form 'sync' or 'async'
   * @param {{fd: number, onEvent: (function(!Buffer)|undefined),
   *     onEnd: (function(?WireError)|undefined), maxFrame: (number|undefined),
   *     maxUnsent: (number|undefined), connect: (!Array|undefined)}} options
   *     fd is a full-duplex socket; or connect has the arguments of
   *     net.Socket.connect().
   */
  constructor(form, {fd, connect, onEvent = () => {}, onEnd = () => {},
    maxFrame = MAX_FRAME, maxUnsent = MAX_UNSENT}) {
    if (form !== 'sync' && form !== 'async') {
      throw new TypeError(`form '${form}' is neither 'sync' nor 'async'`);
    }
    this._isSync = form === 'sync';
    //= spec/wire.md#FR-EVT-005
    this._onEvent = onEvent;
    this._onEnd = onEnd;
    this._maxUnsent = maxUnsent;
    this._callbacks = new Map(); // In the order of the calls.
    this._lastId = 0; // Of the sync form, too, where it is not sent.
    this._dropped = false;
    this._ended = false;
    this._error = null;
    this._waiting = []; // Resolvers of ready().
    this._decoder = new FrameDecoder(
        {hasId: true, maxFrame, checkId: (id) => this._checkId(id)});
    this._openWire(fd, connect);
  }

  _openWire(fd, connect) {
    // Node.js makes the descriptor non-blocking, and close-on-exec in its own
    // children.
    //= spec/wire.md#FR-LIM-004
    this._wire = new Wire({...(connect ? {} : {fd}), allowHalfOpen: true});
    if (connect) this._wire.connect(...connect);
    this._wire.on('data', (octets) => this._received(octets));
    this._wire.on('end', () => this._guard(() => this._endOfStream()));
    this._wire.on('drain', () => this._wake());
    this._wire.on('error', (error) => {
      this._finish(new WireError('io', `connection lost: ${error.message}`));
    });
  }

  /** Octets of requests that are not sent yet. */
  get unsent() {
    return this._wire.writableLength;
  }

  /**
   * Waits while more than maxUnsent octets of requests are not sent; also
   * resolved by the end.
   * @return {!Promise<void>}
   */
  async ready() {
    //= spec/wire.md#FR-LIM-008
    while (!this._ended && this.unsent > this._maxUnsent) {
      await new Promise((resolve) => this._waiting.push(resolve));
    }
  }

  /**
   * Makes a call; throws the connection's error if it has ended.
   * @param {!Buffer|string} request
   * @param {function(?WireError, !Buffer=)} callback
   */
  call(request, callback) {
    //= spec/wire.md#FR-ERR-014
    if (this._error) throw this._error;
    if (this._dropped || this._ended) throw new Error('call after drop');
    const id = this._nextId();
    //= spec/wire.md#FR-FRM-001
    //= spec/wire.md#FR-FRM-002
    const frame = encodeFrame(this._isSync ? null : id, request);
    this._lastId = id;
    this._callbacks.set(id, callback);
    this._wire.write(frame);
  }

  /** No more calls: half-closes once all requests are sent, then reads on. */
  drop() {
    if (this._dropped || this._ended) return;
    this._dropped = true;
    //= spec/wire.md#FR-CLS-001
    this._wire.end();
  }

  /**
   * Ends the connection as it is: no callback is run any more.
   * @param {function()} onClosed run when the descriptor is closed
   */
  abandon(onClosed) {
    this._ended = true;
    this._callbacks.clear();
    this._wake();
    if (this._wire.closed) return onClosed();
    this._wire.once('close', onClosed);
    this._wire.destroy();
  }

  _nextId() {
    //= spec/wire.md#FR-SID-002
    //= spec/wire.md#FR-SID-008
    let id = this._lastId % MAX_ID + 1;
    while (this._callbacks.has(id)) id = id % MAX_ID + 1;
    return id;
  }

  _checkId(id) {
    if (id === 0) return null;
    if (this._callbacks.size === 0) {
      return ['FR-ERR-002', `response with id ${id}, no call in flight`];
    }
    if (this._isSync || this._callbacks.has(id)) return null;
    return ['FR-ERR-001', `response with id ${id}, which is not in flight`];
  }

  _received(octets) {
    if (this._ended) return;
    this._decoder.feed(octets);
    //= spec/wire.md#FR-ORD-004
    for (;;) {
      const frame = this._guard(() => this._decoder.next());
      if (!frame) return;
      this._deliver(frame);
    }
  }

  _deliver({id, payload}) {
    //= spec/wire.md#FR-EVT-002
    if (id === 0) return this._onEvent(payload);
    //= spec/wire.md#FR-ORD-002
    //= spec/wire.md#FR-SID-007
    const key = this._isSync ? this._callbacks.keys().next().value : id;
    const callback = this._callbacks.get(key);
    this._callbacks.delete(key);
    callback(null, payload);
  }

  _endOfStream() {
    this._decoder.end();
    const count = this._callbacks.size;
    if (count > 0) {
      //= spec/wire.md#FR-ERR-003
      throw new WireError(
          'eof', `end of the stream, ${count} calls in flight`, 'FR-ERR-003');
    }
    if (!this._dropped) {
      //= spec/wire.md#FR-CLS-012
      throw new WireError('eof', 'the child ended without being asked to');
    }
    //= spec/wire.md#FR-CLS-007
    this._finish(null);
  }

  /** Runs a function; a WireError of it ends the connection. */
  _guard(run) {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this._finish(error);
      return null;
    }
  }

  _finish(error) {
    if (this._ended) return;
    this._ended = true;
    this._error = error;
    //= spec/wire.md#FR-ERR-013
    this._wire.destroy();
    this._onEnd(error);
    //= spec/wire.md#FR-ERR-007
    const callbacks = [...this._callbacks.values()];
    this._callbacks.clear();
    for (const callback of callbacks) callback(error);
    this._wake();
  }

  _wake() {
    for (const resolve of this._waiting.splice(0)) resolve();
  }
}

module.exports = {MAX_UNSENT, Parent};
