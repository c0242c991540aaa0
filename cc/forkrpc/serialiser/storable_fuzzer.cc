// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any octets as an image: what is read is what a model reads, and survives
// being written as storable.h says. The same octets as choices: what is written
// of the value that they choose is read again.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/storable.h"
#include "forkrpc/serialiser/storable_image_model.h"
#include "forkrpc/serialiser/storable_model.h"
#include "forkrpc/serialiser/value.h"
#include "forkrpc/testing/fuzz_input.h"

namespace {

using forkrpc::Require;
using forkrpc::StorableOrder;
using forkrpc::Value;

template <StorableOrder kOrder>
void WriteAndRead(const Value& value) {
  const forkrpc::BasicStorableSerialiser<kOrder> serialiser;
  std::string image = "before";
  Require(serialiser.Encode(value, &image).ok(), "writing");
  Require(image.compare(0, 6, "before") == 0, "writing does not append");
  image.erase(0, 6);
  Value again;
  Require(serialiser.Decode(image, &again).ok(), "reading what was written");
  Require(Describe(again) == Describe(WhatRemains(value, kOrder)),
          "another value remains");
  std::string twice;
  Require(serialiser.Encode(again, &twice).ok() && twice == image,
          "what was read is written otherwise");
  const std::optional<Value> model = forkrpc::ImageModel(image).Read();
  Require(model.has_value() && Describe(*model) == Describe(again),
          "the model reads something else in what was written");
}

void CheckError(const absl::Status& status, size_t size) {
  Require(absl::IsDataLoss(status) || absl::IsResourceExhausted(status) ||
              absl::IsUnimplemented(status),
          "another code");
  const std::string message(status.message());
  const size_t at = message.rfind(", at octet ");
  Require(at != std::string::npos, "an error without an octet");
  Require(forkrpc::HasNumber(message.substr(at), " of ", size),
          "an error of another image");
  size_t offset = 0;
  for (size_t i = at + 11; i < message.size() && message[i] != ' '; ++i) {
    offset = offset * 10 + static_cast<size_t>(message[i] - '0');
  }
  Require(offset <= size, "an error beyond the image");
}

void CheckImage(absl::string_view image) {
  Value value = Value::Integer(1);
  const absl::Status status =
      forkrpc::StorableSerialiser().Decode(image, &value);
  const std::optional<Value> model = forkrpc::ImageModel(image).Read();
  Require(status.ok() == model.has_value(), "what is read and what is not");
  std::vector<Value> items = {Value()};
  const absl::Status of_list =
      forkrpc::NetworkStorableSerialiser().Decode(image, &items);
  if (!status.ok()) {
    CheckError(status, image.size());
    Require(value.is_null() && items.empty(), "an error leaves a value");
    Require(of_list.code() == status.code(), "a list has another error");
    return;
  }
  Require(Describe(value) == Describe(*model), "another value");
  Require(!of_list.ok() || Value::List(items) == value, "another list");
  WriteAndRead<StorableOrder::kNative>(value);
  WriteAndRead<StorableOrder::kNetwork>(value);
}

// With few values allowed, an image gives the same or nothing.
void CheckLimits(absl::string_view image) {
  forkrpc::ValueLimits limits;
  limits.max_depth = 4;
  limits.max_values = 12;
  limits.max_octets = 200;
  Value value;
  const absl::Status status =
      forkrpc::StorableSerialiser(limits).Decode(image, &value);
  std::string again;
  if (!status.ok()) return CheckError(status, image.size());
  Value unlimited;
  Require(forkrpc::StorableSerialiser().Decode(image, &unlimited).ok() &&
              unlimited == value,
          "limits change the value");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view image(reinterpret_cast<const char*>(data), size);
  CheckImage(image);
  CheckLimits(image);
  forkrpc::FuzzInput choices(data, size);
  const Value chosen = forkrpc::SomeValue([&choices](size_t n) {
    if (choices.empty()) return size_t{0};
    size_t choice = choices.TakeOctet();
    if (n > 256) choice = choice << 8 | choices.TakeOctet();
    return choice % n;
  });
  WriteAndRead<StorableOrder::kNative>(chosen);
  WriteAndRead<StorableOrder::kNetwork>(chosen);
  return 0;
}
