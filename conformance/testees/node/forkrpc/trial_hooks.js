// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Loaded by trial.js before the program that is tested: what a test cannot bring
 * about from outside. FORKRPC_TRIAL is {readSize, ids} as JSON.
 */
'use strict';

const net = require('net');
const {Parent} = require('./parent');

const {readSize, ids} = JSON.parse(process.env.FORKRPC_TRIAL);

// Reads bring `readSize` octets at most, however much has arrived.
if (readSize) {
  const emit = net.Socket.prototype.emit;
  net.Socket.prototype.emit = function(name, ...rest) {
    if (name !== 'data') return emit.call(this, name, ...rest);
    for (let at = 0; at < rest[0].length; at += readSize) {
      emit.call(this, name, rest[0].subarray(at, at + readSize));
    }
    return true;
  };
}

// The parent has made as many calls as brings it near the wrap of its ids; what
// comes behind the wrap is what is tried.
if (ids) {
  const call = Parent.prototype.call;
  Parent.prototype.call = function(...rest) {
    const id = ids.shift();
    if (id > 0x80000000) this._lastId = Math.max(this._lastId, id - 1);
    return call.apply(this, rest);
  };
}
