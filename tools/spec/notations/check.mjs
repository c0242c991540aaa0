// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Holds the notations of spec/ (wire.abnf, wire.ksy, string_pack.ksy) against
// the vectors: `node check.mjs SPEC_FOLDER`. Kaitai's parsers must give the
// frames and strings that the vectors say and fail where octets are missing; the
// grammar must have no loose ends and must tell a right id and a right length
// of string-pack from a wrong one. Exit status 1 names each disagreement.

import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import vm from 'node:vm';

import * as abnf from 'abnf';
import yaml from 'js-yaml';
import peggy from 'peggy';

const require = createRequire(import.meta.url);
const KaitaiStream = require('kaitai-struct').KaitaiStream;
const kaitai = require('kaitai-struct-compiler');

const folder = process.argv[2];
// Rules of RFC 5234, appendix B.1, that the grammar takes for granted.
const CORE = 'OCTET = %x00-FF\n';
let compared = 0;
const problems = [];

function expect(what, got, wanted) {
  compared++;
  if (JSON.stringify(got) !== JSON.stringify(wanted)) {
    problems.push(`${what}: got ${JSON.stringify(got)?.slice(0, 100)}, ` +
                  `expected ${JSON.stringify(wanted).slice(0, 100)}`);
  }
}

// Octets of {"hex"} or {"parts"} as a string of hex digits.
function hexOf(value) {
  if (value.parts === undefined) return value.hex;
  return value.parts.map(
      (part) => part.repeat === undefined ? part.hex :
                                            part.repeat.repeat(part.count))
      .join('');
}

async function kaitaiParser(file, className) {
  const source = yaml.load(fs.readFileSync(path.join(folder, file), 'utf8'));
  const made = await kaitai.compile('javascript', source, null, false);
  const context = {require: () => ({KaitaiStream})};
  context.exports = {};
  context.module = {exports: context.exports};
  vm.runInNewContext(Object.values(made)[0], context);
  const exported = context.module.exports;
  return exported[className] ?? exported;
}

function vectors(area) {
  const file = path.join(folder, 'vectors', `${area}.json`);
  return JSON.parse(fs.readFileSync(file, 'utf8')).vectors;
}

// What the parser made of the octets, or null if octets were missing.
function parsed(hex, make) {
  try {
    return make(new KaitaiStream(new Uint8Array(Buffer.from(hex, 'hex')).buffer));
  } catch (error) {
    // Kaitai's JavaScript takes lengths of 2^31 and more for negative ones.
    if (error instanceof KaitaiStream.EOFError || error instanceof RangeError) {
      return null;
    }
    throw error;
  }
}

const toHex = (octets) => Buffer.from(octets).toString('hex');

async function checkFrames() {
  const Wire = await kaitaiParser('wire.ksy', 'ForkrpcWire');
  for (const area of ['requests', 'frames', 'streams']) {
    for (const vector of vectors(area)) {
      if (!['valid', 'incomplete'].includes(vector.result)) continue;
      const hasId = vector.direction === 'to-parent' || vector.form === 'async';
      const frames = parsed(hexOf(vector), (stream) =>
        new Wire(stream, null, null, hasId).frames.map(
            (frame) => [hasId ? frame.id : 0, toHex(frame.payload)]));
      const wanted = vector.result === 'incomplete' ? null :
          vector.frames.map((frame) => [frame.id ?? 0, hexOf(frame)]);
      expect(`wire.ksy: ${vector.id}`, frames, wanted);
    }
  }
}

async function checkStrings() {
  const List = await kaitaiParser('string_pack.ksy', 'ForkrpcStringPack');
  for (const vector of vectors('string_pack')) {
    if (vector.result !== 'valid') continue;
    const strings = parsed(hexOf(vector), (stream) =>
      new List(stream).strings.map((string) => toHex(string.octets)));
    expect(`string_pack.ksy: ${vector.id}`, strings,
           vector.strings.map(hexOf));
  }
}

function checkGrammar() {
  const file = path.join(folder, 'wire.abnf');
  const text = fs.readFileSync(file, 'utf8') + CORE;
  const rules = abnf.parseString(text, file);
  // The three rules that a whole direction or a payload begins with.
  const starts = /"(TO-CHILD-ASYNC|TO-PARENT|STRING-PACK)"/;
  const loose = (abnf.checkRefs(rules) ?? []).filter(
      (line) => !(line.startsWith('Unreferenced') && starts.test(line)));
  expect('wire.abnf: loose ends', loose, []);

  const accepts = (rule, hex) => {
    // That is how the converter writes names.
    const startRule = rule.replaceAll('-', '_');
    const parser = peggy.generate(rules.toFormat({startRule: rule}),
                                  {allowedStartRules: [startRule]});
    try {
      parser.parse(Buffer.from(hex, 'hex').toString('latin1'));
      return true;
    } catch (error) {
      if (error.name !== 'SyntaxError') throw error;
      return false;
    }
  };
  const table = {
    'id': {'00000000': false, '00000001': true, '00000100': true,
           '00010000': true, '01000000': true, 'ffffffff': true, '01': false},
    'no-id': {'00000000': true, '00000001': false, '80000000': false},
    'ber-length': {'00': true, '7f': true, '8100': true, 'ff7f': true,
                   '818000': true, '81808000': true, '80': false, '81': false,
                   '8001': false, '808000': false},
    'sync-request': {'00000003456869': true, '000003': false},
    'response': {'00000001000000026869': true, '00000000000000026869': false},
    'event': {'00000000000000026869': true, '00000001000000026869': false},
  };
  for (const [rule, inputs] of Object.entries(table)) {
    for (const [hex, wanted] of Object.entries(inputs)) {
      expect(`wire.abnf: ${rule} of ${hex}`, accepts(rule, hex), wanted);
    }
  }
}

await checkFrames();
await checkStrings();
checkGrammar();
for (const problem of problems) console.log(problem);
console.log(`notations: ${compared} compared, ${problems.length} wrong`);
process.exitCode = problems.length === 0 && compared > 100 ? 0 : 1;
