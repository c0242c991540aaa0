// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The forkrpc wire for Node.js: children and parents, sync and async form.
 *
 * Allocation: memory follows the octets that have arrived, never a length
 * field. Lifetime: a Parent owns its descriptor, a child its process's 0 and 1.
 * Errors: WireError, with what was found, where, and the limit.
 *
 *     // worker.js: a child
 *     const {runChild} = require('./forkrpc');
 *     runChild('async', (request, respond, event) => {
 *       event('working');
 *       setTimeout(() => respond(`hello ${request}`), 100);
 *     });
 *
 *     // its parent, which was started with a socket to the child on 3
 *     const {Parent} = require('./forkrpc');
 *     const parent = new Parent('async', {fd: 3});
 *     parent.call('world', (error, response) => console.log(error || `${response}`));
 *     parent.drop();
 *
 * @module forkrpc
 */
'use strict';

const {MAX_UNSENT, runChild} = require('./child');
const {FrameDecoder, MAX_FRAME, WireError, encodeFrame} = require('./frame');
const {Parent} = require('./parent');

module.exports = {
  FrameDecoder,
  MAX_FRAME,
  MAX_UNSENT,
  Parent,
  WireError,
  encodeFrame,
  runChild,
};
