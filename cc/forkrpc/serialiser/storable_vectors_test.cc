// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What Perl 5.36 makes of 128 values of its own with freeze and nfreeze.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "forkrpc/serialiser/diagnostic_notation.h"
#include "forkrpc/serialiser/storable.h"
#include "forkrpc/serialiser/test_perl_vectors.h"
#include "forkrpc/serialiser/value.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// The words by which an error names what a vector says is refused.
std::string NameOf(absl::string_view refused) {
  absl::string_view name = refused;
  if (absl::ConsumePrefix(&name, "object ")) {
    return "of class \"" + std::string(name) + "\"";
  }
  return std::string(name);
}

template <typename Serialiser>
void Check(const PerlVector& vector, int* read) {
  SCOPED_TRACE(vector.name + ": " + absl::BytesToHexString(vector.payload));
  Value wanted = vector.value;
  // A version string is its string, as it is when JSON or CBOR carries it.
  const bool version = vector.refused == "version string";
  if (version) wanted = ReadNotation(vector.back);
  std::vector<Value> items;
  const absl::Status status = Serialiser().Decode(vector.payload, &items);
  if (!vector.refused.empty() && !version) {
    EXPECT_EQ(status.code(),
              vector.refused == "cycle" || vector.refused == "not UTF-8"
                  ? absl::StatusCode::kDataLoss
                  : absl::StatusCode::kUnimplemented)
        << status;
    EXPECT_TRUE(absl::StrContains(status.message(), NameOf(vector.refused)))
        << status;
    EXPECT_TRUE(absl::StrContains(status.message(), ", at octet ")) << status;
    return;
  }
  ++*read;
  ASSERT_TRUE(status.ok()) << status;
  const Value list = Value::List(items);
  EXPECT_TRUE(list == wanted) << list << "\nwanted: " << wanted;
  std::string again;
  ASSERT_TRUE(Serialiser().Encode(items, &again).ok());
  std::vector<Value> items_again;
  ASSERT_TRUE(Serialiser().Decode(again, &items_again).ok());
  EXPECT_TRUE(Value::List(items_again) == list)
      << absl::BytesToHexString(again);
}

TEST(StorableVectorsTest, FreezeIsReadAsItSays) {
  int read = 0;
  for (const PerlVector& vector : ReadPerlVectors("storable")) {
    Check<StorableSerialiser>(vector, &read);
  }
  EXPECT_GE(read, 100);
}

TEST(StorableVectorsTest, NfreezeIsReadAsItSays) {
  int read = 0;
  for (const PerlVector& vector : ReadPerlVectors("nstorable")) {
    Check<NetworkStorableSerialiser>(vector, &read);
  }
  EXPECT_GE(read, 100);
}

}  // namespace
}  // namespace forkrpc
