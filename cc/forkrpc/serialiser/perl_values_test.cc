// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What the real Perl modules made of each value is decoded to what it says, and
// what we make of that is decoded to the same.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "forkrpc/serialiser/cbor.h"
#include "forkrpc/serialiser/diagnostic_notation.h"
#include "forkrpc/serialiser/json.h"
#include "forkrpc/serialiser/test_perl_vectors.h"
#include "forkrpc/serialiser/value.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// The file leaves out a 28 to which nothing refers.
class Plain {
 public:
  Value Of(const Value& value) {
    CountIn(value);
    return Made(value);
  }

 private:
  void CountIn(const Value& value) {
    if (value.identity() != nullptr && times_[value.identity()]++ > 0) return;
    if (value.kind() >= Value::Kind::kShared) CountIn(value.content());
    for (const Value& item : value.items()) CountIn(item);
    for (const Value::Entry& entry : value.entries()) {
      CountIn(entry.key);
      CountIn(entry.value);
    }
  }

  Value Made(const Value& value) {
    switch (value.kind()) {
      case Value::Kind::kList: {
        std::vector<Value> items;
        for (const Value& item : value.items()) items.push_back(Made(item));
        return Value::List(std::move(items));
      }
      case Value::Kind::kMap: {
        std::vector<Value::Entry> entries;
        for (const Value::Entry& entry : value.entries()) {
          entries.push_back({Made(entry.key), Made(entry.value)});
        }
        return Value::Map(std::move(entries));
      }
      case Value::Kind::kTagged:
        return Value::Tagged(value.tag(), Made(value.content()));
      case Value::Kind::kShared: {
        if (times_[value.identity()] == 1) return Made(value.content());
        const auto made = made_.find(value.identity());
        if (made != made_.end()) return made->second;
        const Value shared = Value::Shared(Made(value.content()));
        made_.emplace(value.identity(), shared);
        return shared;
      }
      default:
        return value;
    }
  }

  std::map<const void*, int> times_;
  std::map<const void*, Value> made_;
};

template <typename Serialiser>
void Check(const std::string& name, size_t least) {
  size_t values = 0;
  for (const PerlVector& vector : ReadPerlVectors(name)) {
    SCOPED_TRACE(vector.name + ": " + absl::BytesToHexString(vector.payload));
    std::vector<Value> items;
    const absl::Status status = Serialiser().Decode(vector.payload, &items);
    if (!vector.refused.empty()) {
      EXPECT_FALSE(status.ok()) << "but " << vector.refused;
      continue;
    }
    ++values;
    EXPECT_TRUE(status.ok()) << status;
    if (!status.ok()) continue;
    EXPECT_EQ(Plain().Of(Value::List(items)), vector.value);

    std::string encoded;
    EXPECT_EQ(Serialiser().Encode(items, &encoded), absl::OkStatus());
    std::vector<Value> again;
    EXPECT_EQ(Serialiser().Decode(encoded, &again), absl::OkStatus());
    EXPECT_EQ(Value::List(again), Value::List(items));
  }
  EXPECT_GE(values, least);
}

TEST(PerlValuesTest, Cbor) { Check<CborSerialiser>("cbor", 100); }

TEST(PerlValuesTest, Json) { Check<JsonSerialiser>("json", 80); }

}  // namespace
}  // namespace forkrpc
