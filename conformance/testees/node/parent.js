// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

/** The parent adapter: parent.js sync|async, with its wire on descriptor 3. */
'use strict';

const fs = require('fs');
const readline = require('readline');
const {Parent} = require('./forkrpc');

const report = (...words) => fs.writeFileSync(1, `${words.join(' ')}\n`);
const toHex = (payload) => payload.toString('hex') || '-';

const parent = new Parent(process.argv[2], {
  fd: 3,
  onEvent: (payload) => report('event', toHex(payload)),
  onEnd: (error) => {
    if (!error) return report('closed');
    if (error.requirement) process.stderr.write(`forkrpc-req: ${error.requirement}\n`);
    process.stderr.write(`forkrpc: ${error.message}\n`);
    return report('error', error.kind);
  },
});

function call(tag, payload) {
  const done = (error, response) => {
    return error ? report('failed', tag) : report('result', tag, toHex(response));
  };
  try {
    parent.call(payload, done);
  } catch (error) {
    done(error);
  }
}

let turn = Promise.resolve(); // What waits until the library takes more.
readline.createInterface({input: process.stdin}).on('line', (line) => {
  const [command, tag, hex] = line.split(' ');
  if (command === 'quit') process.exit(0);
  turn = turn.then(() => parent.ready()).then(
      () => command === 'drop' ? parent.drop() : call(tag, Buffer.from(hex, 'hex')));
}).on('close', () => process.exit(0));
