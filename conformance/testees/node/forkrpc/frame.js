// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

/** Frames: octets to {id, payload} and back. No descriptors here. */
'use strict';

/** Octets of one received payload. */
const MAX_FRAME = 16 << 20;

/** The connection cannot go on; `kind` is 'protocol', 'eof' or 'io'. */
class WireError extends Error {
  /**
   * @param {string} kind
   * @param {string} text
   * @param {string=} requirement The clause that the peer broke.
   */
  constructor(kind, text, requirement) {
    super(text);
    this.kind = kind;
    this.requirement = requirement;
  }
}

/**
 * A frame. The sync form's requests have no id: theirs is null.
 * @param {?number} id
 * @param {!Buffer|string} payload At most 0xFFFFFFFF octets, else RangeError.
 * @return {!Buffer}
 */
function encodeFrame(id, payload) {
  const octets = Buffer.from(payload);
  const size = id === null ? 4 : 8;
  const frame = Buffer.allocUnsafe(size + octets.length);
  //= spec/wire.md#FR-FRM-004
  if (id !== null) frame.writeUInt32BE(id, 0);
  //= spec/wire.md#FR-FRM-005
  frame.writeUInt32BE(octets.length, size - 4);
  octets.copy(frame, size);
  return frame;
}

/**
 * Cuts a stream into frames, however it was cut into reads.
 *
 * 1. Holds only octets that have arrived and are not yet in a frame.
 * 2. A header is judged as soon as it is complete.
 * 3. After an error there are no more frames.
 */
class FrameDecoder {
  /**
   * @param {{hasId: boolean, maxFrame: (number|undefined),
   *     checkId: (function(?number)|undefined)}} options checkId(id) returns
   *     nothing, or [requirement, text] to refuse a header.
   */
  constructor({hasId, maxFrame = MAX_FRAME, checkId = () => null}) {
    this._headerSize = hasId ? 8 : 4;
    this._maxFrame = maxFrame;
    this._checkId = checkId;
    this._chunks = [];
    this._size = 0; // Of _chunks.
    this._offset = 0; // Of the current frame in the stream.
    this._header = null; // {id, length} once it is judged.
    this._error = null;
  }

  /** @param {!Buffer} octets */
  feed(octets) {
    this._chunks.push(octets);
    this._size += octets.length;
  }

  /** @return {?{id: ?number, payload: !Buffer}} null: needs more octets. */
  next() {
    //= spec/wire.md#FR-FRM-006
    //= spec/wire.md#FR-FRM-007
    //= spec/wire.md#FR-LIM-005
    if (this._error) throw this._error;
    if (!this._header) {
      if (this._size < this._headerSize) return null;
      this._header = this._judge(this._take(this._headerSize));
    }
    const {id, length} = this._header;
    //= spec/wire.md#FR-LIM-001
    if (this._size < length) return null;
    const payload = this._take(length);
    this._offset += this._headerSize + length;
    this._header = null;
    return {id, payload};
  }

  /** The stream has ended; throws if that is inside a frame. */
  end() {
    if (this._error) throw this._error;
    if (this._header || this._size) {
      const arrived = this._size + (this._header ? this._headerSize : 0);
      this._fail('FR-ERR-005',
          `end of the stream in a frame of which ${arrived} octets have arrived`);
    }
  }

  /** The first `count` octets, all of which have arrived. */
  _take(count) {
    if (count > 0 && this._chunks[0].length < count) {
      this._chunks = [Buffer.concat(this._chunks)];
    }
    this._size -= count;
    const first = this._chunks.shift() || Buffer.alloc(0);
    if (first.length > count) this._chunks.unshift(first.subarray(count));
    return first.subarray(0, count);
  }

  _judge(octets) {
    //= spec/wire.md#FR-FRM-010
    const length = octets.readUInt32BE(this._headerSize - 4);
    const id = this._headerSize === 8 ? octets.readUInt32BE(0) : null;
    const refusal = this._checkId(id);
    if (refusal) this._fail(...refusal);
    //= spec/wire.md#FR-LIM-002
    if (length > this._maxFrame) {
      this._fail('FR-LIM-002', `length ${length}, limit ${this._maxFrame}`);
    }
    return {id, length};
  }

  _fail(requirement, text) {
    this._error = new WireError(
        'protocol', `frame at offset ${this._offset}: ${text}`, requirement);
    throw this._error;
  }
}

module.exports = {FrameDecoder, MAX_FRAME, WireError, encodeFrame};
