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

function openParent(wire) {
  const parent = new Parent(process.argv[2], {
    ...wire,
    onEvent: (payload) => report('event', toHex(payload)),
    onEnd: (error) => {
      if (!error) return report('closed');
      if (error.requirement) process.stderr.write(`forkrpc-req: ${error.requirement}\n`);
      process.stderr.write(`forkrpc: ${error.message}\n`);
      return report('error', error.kind);
    },
  });
  parent.turn = Promise.resolve(); // What waits until the library takes more.
  return parent;
}

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
let parent = isMany ? null : openParent({fd: 3});
readline.createInterface({input: process.stdin}).on('line', (line) => {
  const [command, tag, hex, ...where] = line.split(' ');
  if (command === 'session') {
    const connect = hex === 'tcp' ? {host: where[0], port: where[1]} : {path: where[0]};
    parent = openParent({connect: [{...connect, noDelay: true}]});
    return;
  }
  if (command === 'quit') {
    if (!isMany) process.exit(0);
    parent.isOver = true;
    parent.abandon(() => report('ended', 0));
    return;
  }
  const current = parent;
  current.turn = current.turn.then(() => current.ready()).then(() => {
    if (current.isOver) return;
    if (command === 'drop') current.drop();
    else call(current, tag, Buffer.from(hex, 'hex'));
  });
}).on('close', () => process.exit(0));
