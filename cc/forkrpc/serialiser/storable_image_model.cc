// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/storable_image_model.h"

#include <cstring>

#include "forkrpc/serialiser/value_utf8.h"

namespace forkrpc {
namespace {

constexpr size_t kMostDeep = 512;

std::string FromLatin1(absl::string_view latin1) {
  std::string text;
  for (const char c : latin1) {
    if ((c & 0x80) != 0) {
      text += (c & 0x40) != 0 ? '\xc3' : '\xc2';
      text += static_cast<char>(c & ~0x40);
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace

std::optional<Value> ImageModel::Read() {
  if (!Header()) return std::nullopt;
  const std::optional<size_t> root = Parse(1, false);
  if (!root || !rest_.empty()) return std::nullopt;
  std::vector<int> seen(objects_.size(), 0);
  if (!IsSound(*root, false, &seen)) return std::nullopt;
  return Made(*root);
}

bool ImageModel::Header() {
  uint8_t first = 0;
  uint8_t minor = 0;
  if (!Octet(&first) || !Octet(&minor)) return false;
  if (first == 5) {
    network_ = true;
    return true;
  }
  absl::string_view sizes;
  return first == 4 && Octets(13, &sizes) &&
         sizes == absl::string_view(
                      "\x08"
                      "12345678"
                      "\x04\x08\x08\x08",
                      13);
}

std::optional<size_t> ImageModel::Parse(size_t depth, bool in_hash) {
  uint8_t opcode = 0;
  if (!Octet(&opcode)) return std::nullopt;
  if (opcode == 0x00) {
    uint32_t number = 0;
    if (!Number(true, &number) || number >= objects_.size()) {
      return std::nullopt;
    }
    return number;
  }
  if (opcode == 0x1f && in_hash) return std::nullopt;
  const size_t number = objects_.size();
  objects_.emplace_back();
  if (!Body(opcode, number, depth)) return std::nullopt;
  return number;
}

bool ImageModel::Body(uint8_t opcode, size_t number, size_t depth) {
  uint8_t flags = 0;
  uint32_t count = 0;
  switch (opcode) {
    case 0x04: {
      objects_[number].kind = Kind::kReference;
      // A reference to a list or map is no level of its own.
      uint8_t next = 0xff;
      if (!rest_.empty()) next = static_cast<uint8_t>(rest_[0]);
      const bool level = next != 0x02 && next != 0x03 && next != 0x19;
      const bool again = next == 0x00;
      if (level && !again && depth > kMostDeep) return false;
      const std::optional<size_t> child =
          Parse(level ? depth + 1 : depth, false);
      if (!child) return false;
      const Kind kind = objects_[*child].kind;
      const bool container = kind == Kind::kArray || kind == Kind::kHash;
      if (again && !container && depth > kMostDeep) return false;
      objects_[number].children.push_back(*child);
      return true;
    }
    case 0x02:
      objects_[number].kind = Kind::kArray;
      if (!Number(false, &count) || depth > kMostDeep) return false;
      for (uint32_t i = 0; i < count; ++i) {
        const std::optional<size_t> child = Parse(depth + 1, false);
        if (!child) return false;
        objects_[number].children.push_back(*child);
      }
      return true;
    case 0x03:
      return Hash(false, number, depth);
    case 0x19:
      return Octet(&flags) && flags == 0 && Hash(true, number, depth);
    default: {
      Object object;
      if (!Scalar(opcode, &object)) return false;
      objects_[number] = object;
      return true;
    }
  }
}

bool ImageModel::Hash(bool flags, size_t number, size_t depth) {
  objects_[number].kind = Kind::kHash;
  uint32_t count = 0;
  if (!Number(false, &count) || depth > kMostDeep) return false;
  for (uint32_t i = 0; i < count; ++i) {
    const std::optional<size_t> child = Parse(depth + 1, true);
    if (!child) return false;
    uint8_t flag = 0;
    uint32_t size = 0;
    absl::string_view key;
    if (flags && !Octet(&flag)) return false;
    if (!Number(false, &size) || !Octets(size, &key)) return false;
    if (flag > 2 || (flag == 1 && !IsUtf8(key))) return false;
    Object& object = objects_[number];
    object.children.push_back(*child);
    object.keys.push_back(flag == 0   ? Value::Octets(key)
                          : flag == 1 ? Value::Text(key)
                                      : Value::Text(FromLatin1(key)));
  }
  return true;
}

bool ImageModel::Scalar(uint8_t opcode, Object* object) {
  uint8_t octet = 0;
  uint32_t size = 0;
  absl::string_view octets;
  switch (opcode) {
    case 0x01:
    case 0x18:
      return String(true, opcode == 0x18, &object->scalar);
    case 0x0a:
    case 0x17:
      return String(false, opcode == 0x17, &object->scalar);
    case 0x1d:
    case 0x1e:
      if (opcode == 0x1e) {
        if (!Number(false, &size)) return false;
      } else {
        if (!Octet(&octet)) return false;
        size = octet;
      }
      if (!Octets(size, &octets) || !Octet(&octet)) return false;
      return (octet == 0x01 || octet == 0x18 || octet == 0x0a ||
              octet == 0x17) &&
             Scalar(octet, object);
    case 0x06:
    case 0x07: {
      if (network_ || !Octets(8, &octets)) return false;
      uint64_t bits = 0;
      for (size_t i = 8; i > 0; --i) {
        bits = bits << 8 | static_cast<uint8_t>(octets[i - 1]);
      }
      double number;
      std::memcpy(&number, &bits, 8);
      object->scalar = opcode == 0x06
                           ? Value::Integer(static_cast<int64_t>(bits))
                           : Value::Double(number);
      return true;
    }
    case 0x08:
      if (!Octet(&octet)) return false;
      object->scalar = Value::Integer(int{octet} - 128);
      return true;
    case 0x09:
      if (!Number(true, &size)) return false;
      object->scalar = Value::Integer(static_cast<int32_t>(size));
      return true;
    case 0x05:
      return true;
    case 0x0e:
    case 0x1f:
      object->constant = true;
      return true;
    case 0x0f:
    case 0x10:
    case 0x22:
    case 0x23:
      object->constant = true;
      object->scalar = Value::Boolean(opcode == 0x0f || opcode == 0x22);
      return true;
    default:
      return false;
  }
}

bool ImageModel::String(bool is_long, bool text, Value* value) {
  uint32_t size = 0;
  uint8_t octet = 0;
  absl::string_view octets;
  if (is_long) {
    if (!Number(false, &size)) return false;
  } else {
    if (!Octet(&octet)) return false;
    size = octet;
  }
  if (!Octets(size, &octets) || (text && !IsUtf8(octets))) return false;
  *value = text ? Value::Text(octets) : Value::Octets(octets);
  return true;
}

bool ImageModel::Number(bool big_endian, uint32_t* number) {
  absl::string_view octets;
  if (!Octets(4, &octets)) return false;
  *number = 0;
  for (size_t i = 0; i < 4; ++i) {
    const size_t at = big_endian || network_ ? i : 3 - i;
    *number = *number << 8 | static_cast<uint8_t>(octets[at]);
  }
  return true;
}

bool ImageModel::Octet(uint8_t* octet) {
  absl::string_view octets;
  if (!Octets(1, &octets)) return false;
  *octet = static_cast<uint8_t>(octets[0]);
  return true;
}

bool ImageModel::Octets(size_t size, absl::string_view* octets) {
  if (size > rest_.size()) return false;
  *octets = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return true;
}

// In `seen`: 1 for what is being looked at, 2 for what is sound.
bool ImageModel::IsSound(size_t number, bool element, std::vector<int>* seen) {
  const Object& object = objects_[number];
  const bool container =
      object.kind == Kind::kArray || object.kind == Kind::kHash;
  if (element && container) return false;
  if ((*seen)[number] == 1) return false;
  if ((*seen)[number] == 2) return true;
  (*seen)[number] = 1;
  for (const size_t child : object.children) {
    if (!IsSound(child, container, seen)) return false;
  }
  (*seen)[number] = 2;
  return true;
}

Value ImageModel::Made(size_t number) {
  const Object& object = objects_[number];
  if (object.constant) return object.scalar;
  if (object.kind == Kind::kReference) {
    const Kind kind = objects_[object.children[0]].kind;
    if (kind == Kind::kArray || kind == Kind::kHash) {
      return Made(object.children[0]);
    }
  }
  const auto found = made_.find(number);
  if (found != made_.end()) return found->second;
  Value value = object.scalar;
  std::vector<Value> items;
  for (const size_t child : object.children) items.push_back(Made(child));
  if (object.kind == Kind::kArray) {
    value = Value::List(std::move(items));
  } else if (object.kind == Kind::kReference) {
    value = Value::Tagged(22098, std::move(items[0]));
  } else if (object.kind == Kind::kHash) {
    std::vector<Value::Entry> entries;
    for (size_t i = 0; i < items.size(); ++i) {
      entries.push_back({object.keys[i], items[i]});
    }
    value = Value::Map(std::move(entries));
  }
  value = Value::Shared(std::move(value));
  made_.emplace(number, value);
  return value;
}

}  // namespace forkrpc
