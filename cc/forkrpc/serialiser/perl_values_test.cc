// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What the real Perl modules made of each value is decoded to what it says, and
// what we make of that is decoded to the same.

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "forkrpc/serialiser/cbor.h"
#include "forkrpc/serialiser/diagnostic_notation.h"
#include "forkrpc/serialiser/json.h"
#include "forkrpc/serialiser/value.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

struct Line {
  std::string name;
  std::string payload;
  std::string value;
};

// The lines of a serialiser that have a payload.
std::vector<Line> LinesOf(const std::string& serialiser) {
  std::ifstream file(std::string(std::getenv("TEST_SRCDIR")) + "/" +
                     std::getenv("TEST_WORKSPACE") +
                     "/spec/vectors/perl/values.tsv");
  std::vector<Line> lines;
  std::string text;
  while (std::getline(file, text)) {
    if (absl::StartsWith(text, "#")) continue;
    const std::vector<std::string> columns = absl::StrSplit(text, '\t');
    if (columns.size() != 7) {
      ADD_FAILURE() << "not seven columns: " << text;
      continue;
    }
    if (columns[3] != serialiser || columns[4] == "-") continue;
    lines.push_back({columns[0] + " of " + columns[1],
                     absl::HexStringToBytes(columns[4]), columns[5]});
  }
  return lines;
}

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
  for (const Line& line : LinesOf(name)) {
    SCOPED_TRACE(line.name + ": " + absl::BytesToHexString(line.payload));
    std::vector<Value> items;
    const absl::Status status = Serialiser().Decode(line.payload, &items);
    if (absl::StartsWith(line.value, "!")) {
      EXPECT_FALSE(status.ok()) << "but " << line.value;
      continue;
    }
    ++values;
    EXPECT_TRUE(status.ok()) << status;
    if (!status.ok()) continue;
    const absl::StatusOr<Value> expected = ParseDiagnosticNotation(line.value);
    ASSERT_TRUE(expected.ok()) << expected.status() << " of " << line.value;
    EXPECT_EQ(Plain().Of(Value::List(items)), *expected);

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
