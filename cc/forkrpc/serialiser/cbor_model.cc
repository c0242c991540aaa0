// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/cbor_model.h"

#include <cbor.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace forkrpc {
namespace {

absl::string_view View(const unsigned char* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

class Model {
 public:
  Value Read(const cbor_item_t* item);

 private:
  Value ReadTag(const cbor_item_t* item);
  Value ReadString(const cbor_item_t* item, bool is_text);
  Value ReadSimple(const cbor_item_t* item);

  std::vector<Value> shared_;
  std::vector<std::vector<Value>> spaces_;
};

Value Model::ReadString(const cbor_item_t* item, bool is_text) {
  const bool whole = is_text ? cbor_string_is_definite(item)
                             : cbor_bytestring_is_definite(item);
  std::string octets;
  if (whole) {
    octets = std::string(
        is_text
            ? View(cbor_string_handle(item), cbor_string_length(item))
            : View(cbor_bytestring_handle(item), cbor_bytestring_length(item)));
  } else {
    const size_t count = is_text ? cbor_string_chunk_count(item)
                                 : cbor_bytestring_chunk_count(item);
    cbor_item_t* const* const chunks =
        is_text ? cbor_string_chunks_handle(item)
                : cbor_bytestring_chunks_handle(item);
    for (size_t i = 0; i < count; ++i) {
      octets += std::string(is_text ? View(cbor_string_handle(chunks[i]),
                                           cbor_string_length(chunks[i]))
                                    : View(cbor_bytestring_handle(chunks[i]),
                                           cbor_bytestring_length(chunks[i])));
    }
  }
  const Value value = is_text ? Value::Text(octets) : Value::Octets(octets);
  if (whole && !spaces_.empty()) {
    const size_t n = spaces_.back().size();
    const size_t least = n < 24 ? 3 : (n < 256 ? 4 : (n < 65536 ? 5 : 7));
    if (octets.size() >= least) spaces_.back().push_back(value);
  }
  return value;
}

Value Model::ReadTag(const cbor_item_t* item) {
  const uint64_t tag = cbor_tag_value(item);
  // cbor_tag_item() counts one more holder.
  cbor_item_t* content = cbor_tag_item(item);
  Value value;
  if (tag == 28) {
    const size_t number = shared_.size();
    shared_.emplace_back();
    value = Value::Shared(Read(content));
    shared_[number] = value;
  } else if (tag == 29) {
    value = shared_.at(cbor_get_int(content));
  } else if (tag == 25) {
    value = spaces_.back().at(cbor_get_int(content));
  } else if (tag == 256) {
    spaces_.emplace_back();
    value = Read(content);
    spaces_.pop_back();
  } else if (tag == 55799) {
    value = Read(content);
  } else {
    value = Value::Tagged(tag, Read(content));
  }
  cbor_decref(&content);
  return value;
}

Value Model::ReadSimple(const cbor_item_t* item) {
  if (!cbor_float_ctrl_is_ctrl(item)) {
    return Value::Double(cbor_float_get_float(item));
  }
  switch (cbor_ctrl_value(item)) {
    case CBOR_CTRL_FALSE:
      return Value::Boolean(false);
    case CBOR_CTRL_TRUE:
      return Value::Boolean(true);
    case CBOR_CTRL_NULL:
      return Value::Null();
    default:
      return Value::Undefined();
  }
}

Value Model::Read(const cbor_item_t* item) {
  switch (cbor_typeof(item)) {
    case CBOR_TYPE_UINT:
      return Value::Unsigned(cbor_get_int(item));
    case CBOR_TYPE_NEGINT: {
      const uint64_t number = cbor_get_int(item);
      if (number >> 63 == 0) {
        return Value::Integer(~static_cast<int64_t>(number));
      }
      std::string octets;
      for (int shift = 56; shift >= 0; shift -= 8) {
        octets.push_back(static_cast<char>(number >> shift));
      }
      return Value::Tagged(3, Value::Octets(octets));
    }
    case CBOR_TYPE_BYTESTRING:
      return ReadString(item, false);
    case CBOR_TYPE_STRING:
      return ReadString(item, true);
    case CBOR_TYPE_ARRAY: {
      std::vector<Value> items;
      for (size_t i = 0; i < cbor_array_size(item); ++i) {
        items.push_back(Read(cbor_array_handle(item)[i]));
      }
      return Value::List(std::move(items));
    }
    case CBOR_TYPE_MAP: {
      std::vector<Value::Entry> entries;
      for (size_t i = 0; i < cbor_map_size(item); ++i) {
        Value key = Read(cbor_map_handle(item)[i].key);
        Value value = Read(cbor_map_handle(item)[i].value);
        entries.push_back({std::move(key), std::move(value)});
      }
      return Value::Map(std::move(entries));
    }
    case CBOR_TYPE_TAG:
      return ReadTag(item);
    default:
      return ReadSimple(item);
  }
}

}  // namespace

std::optional<Value> CborModel(absl::string_view payload) {
  cbor_load_result result;
  cbor_item_t* item =
      cbor_load(reinterpret_cast<const unsigned char*>(payload.data()),
                payload.size(), &result);
  if (item == nullptr || result.error.code != CBOR_ERR_NONE) {
    return std::nullopt;
  }
  Value value = Model().Read(item);
  cbor_decref(&item);
  return value;
}

}  // namespace forkrpc
