// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any octets as a payload: both modes keep what string_pack.h promises.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/string_pack.h"
#include "tools/fuzzing/fuzz_input.h"

namespace {

using Views = std::vector<absl::string_view>;

using forkrpc::Require;

std::string Encoded(const Views& items) {
  std::string payload;
  Require(forkrpc::EncodeStringPack(items, &payload).ok(), "encoding");
  return payload;
}

// Pulls all items under a limit and checks what the reader says of itself.
void CheckReader(absl::string_view payload,
                 const forkrpc::StringPackOptions& options) {
  forkrpc::StringPackReader reader(payload, options);
  absl::string_view item;
  size_t before = 0;
  while (reader.Next(&item)) {
    Require(reader.offset() > before, "each item takes at least one octet");
    before = reader.offset();
    Require(item.data() + item.size() == payload.data() + before,
            "an item ends where the next one starts");
    Require(reader.count() <= options.max_items, "the limit holds");
  }
  Require(reader.status().ok() == (reader.offset() == payload.size()),
          "an error is what keeps the payload from being used up");
  Require(!reader.Next(&item), "the end is final");
}

// The input as a list: each item's length in an octet, 250 and more for long
// ones, then the item.
void EncodeAndDecode(forkrpc::FuzzInput input) {
  static const std::string* const long_item = new std::string(20000, 'x');
  Views items;
  while (!input.empty()) {
    const uint8_t size = input.TakeOctet();
    items.push_back(
        size < 250
            ? input.Take(size)
            : absl::string_view(*long_item).substr(0, 128u << (size - 249)));
  }
  Views again;
  const std::string payload = Encoded(items);
  Require(forkrpc::DecodeStringPack(payload, &again).ok() && again == items,
          "decoding is the inverse of encoding");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view payload(reinterpret_cast<const char*>(data), size);
  forkrpc::StringPackOptions perl_options;
  perl_options.mode = forkrpc::StringPackMode::kPerl;

  Views strict;
  Views perl;
  const bool strict_ok = forkrpc::DecodeStringPack(payload, &strict).ok();
  const bool perl_ok =
      forkrpc::DecodeStringPack(payload, &perl, perl_options).ok();
  Require(perl_ok || !strict_ok, "strict accepts a subset");
  if (strict_ok) {
    Require(strict == perl, "both modes agree");
    Require(Encoded(strict) == payload, "strict decoding is one to one");
    const absl::StatusOr<size_t> count = forkrpc::CountStringPack(payload);
    Require(count.ok() && *count == strict.size(), "the count is right");
  }
  if (perl_ok) {
    const std::string canonical = Encoded(perl);
    Views again;
    Require(forkrpc::DecodeStringPack(canonical, &again).ok() && again == perl,
            "what was accepted can be encoded");
  }
  CheckReader(payload, forkrpc::StringPackOptions());
  CheckReader(payload, perl_options);
  perl_options.max_items = 3;
  CheckReader(payload, perl_options);
  if (size < 256) EncodeAndDecode(forkrpc::FuzzInput(data, size));
  return 0;
}
