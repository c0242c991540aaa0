// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any octets as a raw payload, behind any others: what is decoded is what was
// encoded, as a view and as a copy, and what stood before stays.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/raw.h"
#include "forkrpc/testing/fuzz_input.h"

using forkrpc::Require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  forkrpc::FuzzInput input(data, size);
  const absl::string_view before = input.Take(input.TakeOctet());
  const absl::string_view octets = input.TakeRest();
  const forkrpc::RawSerialiser serialiser;
  std::string payload(before.data(), before.size());
  Require(serialiser.Encode(octets, &payload).ok(), "encoding");
  Require(absl::string_view(payload).substr(0, before.size()) == before,
          "what stood before");
  const auto encoded = absl::string_view(payload).substr(before.size());
  absl::string_view view;
  Require(serialiser.Decode(encoded, &view).ok() && view == octets,
          "another view");
  Require(view.data() == encoded.data(), "a view of something else");
  std::string copy(before.data(), before.size());
  Require(serialiser.Decode(encoded, &copy).ok() && copy == octets,
          "another copy");
  return 0;
}
