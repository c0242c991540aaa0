// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The parent adapter: parent.js sync|async, with its wire on descriptor 3. With
 * FORKRPC_SESSIONS it has one connection after the other instead.
 */
'use strict';

const fs = require('fs');
const readline = require('readline');
const {Parent} = require('./forkrpc');

const report = (...words) => fs.writeFileSync(1, `${words.join(' ')}\n`);
const toHex = (payload) => payload.toString('hex') || '-';

const open = (wire) => new Parent(process.argv[2], {
  ...wire,
  onEvent: (payload) => report('event', toHex(payload)),
  onEnd: (error) => {
    if (!error) return report('closed');
    if (error.requirement) process.stderr.write(`forkrpc-req: ${error.requirement}\n`);
    process.stderr.write(`forkrpc: ${error.message}\n`);
    return report('error', error.kind);
  },
});

function call(parent, tag, payload) {
  const done = (error, response) => {
    return error ? report('failed', tag) : report('result', tag, toHex(response));
  };
  try {
    parent.call(payload, done);
  } catch (error) {
    done(error);
  }
}

const isMany = Boolean(process.env.FORKRPC_SESSIONS);
let parent = isMany ? null : open({fd: 3});
let turn = Promise.resolve(); // What waits until the library takes more.
readline.createInterface({input: process.stdin}).on('line', (line) => {
  const [command, tag, hex, a, b] = line.split(' ');
  if (command === 'quit' && !isMany) process.exit(0);
  if (command === 'quit') {
    parent.abandon(() => report('ended', 0));
    parent = null;
  } else if (command === 'session') {
    parent = open({connect: [b ? {host: a, port: b, noDelay: true} : {path: a}]});
    turn = Promise.resolve();
  } else {
    const of = parent;
    turn = turn.then(() => of.ready()).then(() => of === parent &&
        (command === 'drop' ? of.drop() : call(of, tag, Buffer.from(hex, 'hex'))));
  }
}).on('close', () => process.exit(0));
