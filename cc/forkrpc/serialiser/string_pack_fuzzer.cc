// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any octets as a payload: both modes keep what string_pack.h promises, and
// give what a model gives.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/string_pack.h"
#include "forkrpc/testing/fuzz_input.h"

namespace {

using Views = std::vector<absl::string_view>;

using forkrpc::Require;

// What a payload holds, read with 128 bits by the words of spec/serialisers.md.
struct Model {
  Views items;
  bool ok = true;
  size_t offset = 0;  // of the item that is in error, or the payload's size
  absl::StatusCode code = absl::StatusCode::kOk;
};

Model Expected(absl::string_view payload,
               const forkrpc::StringPackOptions& options) {
  const bool strict = options.mode == forkrpc::StringPackMode::kStrict;
  Model model;
  while (model.offset < payload.size()) {
    unsigned __int128 length = 0;
    size_t at = model.offset;
    uint8_t octet = 0x80;
    while (octet >= 0x80 && at < payload.size()) {
      octet = static_cast<uint8_t>(payload[at++]);
      if (length >> 64 == 0) length = length << 7 | (octet & 0x7f);
    }
    const size_t left = payload.size() - at;
    model.ok = octet < 0x80 && length >> 63 == 0 &&
               !(strict && (payload[model.offset] == '\x80' || length > left));
    if (!model.ok) model.code = absl::StatusCode::kDataLoss;
    if (model.items.size() >= options.max_items) {
      model.ok = false;
      model.code = absl::StatusCode::kResourceExhausted;
    }
    if (!model.ok) return model;
    model.items.push_back(
        payload.substr(at, length < left ? static_cast<size_t>(length) : left));
    model.offset = at + model.items.back().size();
  }
  return model;
}

// Whether the payload is decoded as the model has it.
void CheckDecode(absl::string_view payload,
                 const forkrpc::StringPackOptions& options) {
  const Model model = Expected(payload, options);
  Views items = {"what was there before"};
  const absl::Status status =
      forkrpc::DecodeStringPack(payload, &items, options);
  Require(status.code() == model.code, "another code");
  Require(items == (model.ok ? model.items : Views()), "other items");
  const absl::StatusOr<size_t> count =
      forkrpc::CountStringPack(payload, options);
  Require(count.status() == status, "counting ends otherwise");
  Require(!count.ok() || *count == items.size(), "another count");
  if (model.ok) return;
  Require(forkrpc::HasNumber(status.message(), " at octet ", model.offset) &&
              forkrpc::HasNumber(status.message(), " of ", payload.size()),
          "an error at another octet");
  Require(!absl::IsResourceExhausted(status) ||
              (forkrpc::HasNumber(status.message(), ": item ",
                                  options.max_items + 1) &&
               forkrpc::HasNumber(status.message(), "the limit of ",
                                  options.max_items)),
          "another limit");
}

std::string Encoded(const Views& items) {
  std::string payload = "before";
  Require(forkrpc::EncodeStringPack(items, &payload).ok(), "encoding");
  Require(payload.compare(0, 6, "before") == 0, "encoding does not append");
  payload.erase(0, 6);
  if (payload.size() > 4096) return payload;  // the same for long ones
  // A block of just that size: AddressSanitizer sees a write behind it.
  const std::unique_ptr<char[]> block(
      new char[forkrpc::StringPackSize(items).value()]);
  const char* const end = forkrpc::WriteStringPack(items, block.get());
  Require(absl::string_view(block.get(),
                            static_cast<size_t>(end - block.get())) == payload,
          "encoding in two steps");
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

  CheckDecode(payload, forkrpc::StringPackOptions());
  CheckDecode(payload, perl_options);
  const Model strict = Expected(payload, forkrpc::StringPackOptions());
  const Model perl = Expected(payload, perl_options);
  if (strict.ok) {
    Require(Encoded(strict.items) == payload, "strict decoding is one to one");
  }
  if (perl.ok) {
    const std::string canonical = Encoded(perl.items);
    Views again;
    Require(forkrpc::DecodeStringPack(canonical, &again).ok() &&
                again == perl.items,
            "what was accepted can be encoded");
  }
  CheckReader(payload, forkrpc::StringPackOptions());
  CheckReader(payload, perl_options);
  perl_options.max_items = 3;
  CheckDecode(payload, perl_options);
  CheckReader(payload, perl_options);
  if (size < 256) EncodeAndDecode(forkrpc::FuzzInput(data, size));
  return 0;
}
