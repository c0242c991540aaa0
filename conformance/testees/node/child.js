// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The child adapter: child.js sync|async, with the contract's opcodes. With
 * FORKRPC_SESSIONS it serves one session after the other.
 */
'use strict';

const fs = require('fs');
const net = require('net');
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

const serve = (options) => runChild(form, (request, respond, event) => {
  if (request.length === 0) return respond('');
  const op = ops[String.fromCharCode(request[0])];
  if (!op) throw new Error('asked to fail');
  return op(request.subarray(1), respond, event);
}, options);

const open = (transport, a, b) => transport === 'pipes' ?
    [new net.Socket({fd: fs.openSync(a, 'r'), writable: false, allowHalfOpen: true}),
      new net.Socket({fd: fs.openSync(b, 'w'), readable: false})] :
    [net.connect({...(b ? {host: a, port: b} : {path: a}), allowHalfOpen: true, noDelay: true})];

if (process.env.FORKRPC_SESSIONS) {
  require('readline').createInterface({input: process.stdin}).on('line', (line) => {
    const [input, output = input] = open(...line.split(' ').slice(2));
    held.length = 0;
    serve({input, output, onEnd: (status) => fs.writeSync(1, `ended ${status}\n`)});
  });
} else {
  serve();
}
