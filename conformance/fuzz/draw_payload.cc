// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/draw_payload.h"

namespace forkrpc::conformance {
namespace {

constexpr uint32_t kBorders[] = {
    16,  31,  32,  63,   64,   65,    100,   127,   128,   129,   200,
    255, 256, 257, 511,  512,  513,   1000,  2000,  4095,  4096,  4097,
    300, 700, 900, 1023, 1024, 32767, 32768, 33000, 65535, 65536, 65537};

// Octets that programs like to take for something else.
constexpr char kSpecial[] = {'\0', '\n',   '\r',   ' ',    '\t',   '\x7f',
                             'E',  '\x80', '\xff', '\xc3', '\xa9', '\x01'};

constexpr char kAtTheEnd[] = {'\n', ' ', '\0'};

char DrawOctet(Random* random) {
  if (random->OneIn(2)) return random->Among(kSpecial);
  return static_cast<char>(random->Below(256));
}

Part PatternOf(uint32_t size, uint32_t modulo) {
  Part part;
  part.mutable_pattern()->set_count(size);
  part.mutable_pattern()->set_modulo(modulo);
  return part;
}

}  // namespace

Parts PayloadOf(uint32_t size, Random* random) {
  Parts parts;
  const uint32_t drawn = size > 64 ? 6 : size;
  if (drawn > 0) {
    std::string octets;
    for (uint32_t i = 0; i < drawn; ++i) octets += DrawOctet(random);
    if (random->OneIn(4)) octets.back() = random->Among(kAtTheEnd);
    parts.Add()->set_octets(octets);
  }
  if (size > drawn) {
    *parts.Add() = PatternOf(size - drawn, random->OneIn(2) ? 0 : 256);
  }
  return parts;
}

Parts DrawPayload(Random* random) {
  uint32_t size = 1 + random->Below(20);
  const uint32_t kind = random->Below(16);
  if (kind < 2) size = 0;
  if (kind == 2 || kind == 3) size = random->Among(kBorders);
  if (kind == 4) size = random->Below(600);
  return PayloadOf(size, random);
}

uint32_t DrawLargeSize(Random* random) {
  if (random->OneIn(12)) return 1 << 24;
  if (random->OneIn(3)) return 1 << 20;
  return 65536 + random->Below((1 << 20) - 65536);
}

uint32_t DrawId(Random* random) {
  constexpr uint32_t kIds[] = {
      1,          2,          3,          0x7f,       0x80,       0xff,
      0x100,      0x101,      0xffff,     0x10000,    0x10001,    0x1000000,
      0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff, 0x01020304};
  if (random->OneIn(8)) return 1 + random->Below(0xffffffff);
  return random->Among(kIds);
}

uint32_t DrawLongLength(Random* random) {
  constexpr uint32_t kLengths[] = {
      0xffffffff, 0xffffffff, 0x80000000, 0x80000000, 0x80000001, 0xfffffffe,
      0x7fffffff, 0x01000000, 0x01000003, 0x00100001, 0x40000000, 0x80000008,
      0xffff0003, 0x00010003, 0x00000100, 0x02000000};
  return random->Among(kLengths);
}

std::string ChangeOctets(std::string octets, Random* random) {
  const uint32_t changes = 1 + random->Below(3);
  for (uint32_t i = 0; i < changes && !octets.empty(); ++i) {
    const uint32_t at = random->Below(static_cast<uint32_t>(octets.size()));
    switch (random->Below(6)) {
      case 0:
        octets[at] = DrawOctet(random);
        break;
      case 1:
        octets[at] = static_cast<char>(octets[at] ^ (1 << random->Below(8)));
        break;
      case 2:
        octets.insert(at, 1, DrawOctet(random));
        break;
      case 3:
        octets.erase(at, 1);
        break;
      case 4:
        octets.insert(at, octets.substr(at, 1 + random->Below(12)));
        break;
      default:
        octets.resize(at);
    }
  }
  return octets;
}

}  // namespace forkrpc::conformance
