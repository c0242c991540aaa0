// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ImageModel: reads a Storable image in the most direct way; for the fuzz
// target.
//
// Where storable.h reads from left to right and never recurses, the model makes
// a graph of objects first, with whatever it says of itself, and then looks at
// it: for objects that stand where they must not, for cycles, for depth.
//
//   const std::optional<Value> value = ImageModel(image).Read();

#ifndef FORKRPC_SERIALISER_STORABLE_IMAGE_MODEL_H_
#define FORKRPC_SERIALISER_STORABLE_IMAGE_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/value.h"

namespace forkrpc {

class ImageModel {
 public:
  explicit ImageModel(absl::string_view image) : rest_(image) {}

  // What is in the image; nothing if it is not to be read.
  std::optional<Value> Read();

 private:
  enum class Kind { kScalar, kArray, kHash, kReference };

  struct Object {
    Kind kind = Kind::kScalar;
    bool constant = false;
    Value scalar;
    std::vector<Value> keys;
    std::vector<size_t> children;
  };

  bool Header();
  // Reads an object and all in it, and gives its number.
  std::optional<size_t> Parse(size_t depth, bool in_hash);
  bool Body(uint8_t opcode, size_t number, size_t depth);
  bool Hash(bool flags, size_t number, size_t depth);
  bool Scalar(uint8_t opcode, Object* object);
  bool String(bool is_long, bool text, Value* value);
  bool Number(bool big_endian, uint32_t* number);
  bool Octet(uint8_t* octet);
  bool Octets(size_t size, absl::string_view* octets);
  bool IsSound(size_t number, bool element, std::vector<int>* seen);
  Value Made(size_t number);

  absl::string_view rest_;
  bool network_ = false;
  std::vector<Object> objects_;
  std::map<size_t, Value> made_;
};

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_STORABLE_IMAGE_MODEL_H_
