// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any octets as a BER length, and any number written as one: reading and
// writing are each other's inverse, and a reader takes just its own octets.

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/ber_length.h"
#include "forkrpc/testing/fuzz_input.h"

namespace {

using forkrpc::BerLength;
using forkrpc::Require;

void WriteAndRead(uint64_t number) {
  char octets[forkrpc::kMaxBerLengthSize];
  const char* const end = forkrpc::WriteBerLength(number, octets);
  const auto size = static_cast<size_t>(end - octets);
  Require(size == forkrpc::BerLengthSize(number), "BerLengthSize()");
  const BerLength read =
      forkrpc::ReadBerLength(absl::string_view(octets, size));
  Require(read.terminated && !read.overlong && read.size == size,
          "not the shortest form");
  Require(read.too_large == (number >> 63 != 0), "too_large of a number");
  Require(read.too_large || read.value == number, "another number");
}

void Read(absl::string_view octets) {
  // The oracle has 128 bits, and stops counting far above 2^63.
  unsigned __int128 value = 0;
  size_t size = 0;
  bool terminated = false;
  while (size < octets.size() && !terminated) {
    const auto octet = static_cast<uint8_t>(octets[size++]);
    if (value >> 64 == 0) value = value << 7 | (octet & 0x7f);
    terminated = octet < 0x80;
  }
  const BerLength read = forkrpc::ReadBerLength(octets);
  Require(read.size == size && read.terminated == terminated, "size");
  Require(read.overlong == (size > 0 && octets[0] == '\x80'), "overlong");
  Require(read.too_large == (value >> 63 != 0), "too_large");
  Require(read.too_large || read.value == static_cast<uint64_t>(value),
          "value");
  if (terminated && !read.too_large && !read.overlong) {
    char written[forkrpc::kMaxBerLengthSize];
    const char* const end = forkrpc::WriteBerLength(read.value, written);
    Require(octets.substr(0, size) ==
                absl::string_view(written, static_cast<size_t>(end - written)),
            "two forms of one length");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  forkrpc::FuzzInput input(data, size);
  Read(absl::string_view(reinterpret_cast<const char*>(data), size));
  const uint64_t high = input.TakeNumber();
  WriteAndRead(high << 32 | input.TakeNumber());
  WriteAndRead(high);
  return 0;
}
