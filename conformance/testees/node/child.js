// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

/** The child adapter: child.js sync|async, with the contract's opcodes. */
'use strict';

const {runChild} = require('./forkrpc');

const form = process.argv[2];
const held = [];

function number(value) {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
}

const ops = {
  E: (rest, respond) => respond(rest),
  V: (rest, respond, event) => (event(rest), respond('')),
  B: (rest, respond, event) => (event(rest), respond(rest)),
  L: (rest, respond) => respond(number(rest.length)),
  Z: (rest, respond) => respond(
      Buffer.alloc(rest.readUInt32BE(0), Uint8Array.from({length: 251}, (_, i) => i))),
};
const asyncOps = {
  A: (rest, respond, event) => (respond(rest), event(rest)),
  H: (rest, respond) => held.push(() => respond(rest)),
  R: (rest, respond) => {
    for (const index of rest) held[index]();
    respond('');
  },
};
if (form === 'async') Object.assign(ops, asyncOps);

runChild(form, (request, respond, event) => {
  if (request.length === 0) return respond('');
  const op = ops[String.fromCharCode(request[0])];
  if (!op) throw new Error('asked to fail');
  return op(request.subarray(1), respond, event);
});
