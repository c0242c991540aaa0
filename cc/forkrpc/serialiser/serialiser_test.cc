// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/serialiser.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/raw.h"
#include "forkrpc/serialiser/string_pack.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using Strings = std::vector<std::string>;
using Views = std::vector<absl::string_view>;

static_assert(CanEncode<RawSerialiser, std::string>::value, "");
static_assert(CanDecode<RawSerialiser, absl::string_view>::value, "");
static_assert(!CanEncode<RawSerialiser, Strings>::value, "");
static_assert(!CanDecode<RawSerialiser, Strings>::value, "");

static_assert(CanEncode<StringPackSerialiser, Strings>::value, "");
static_assert(CanEncode<StringPackSerialiser, Views>::value, "");
static_assert(CanDecode<StringPackSerialiser, Strings>::value, "");
static_assert(CanDecode<StringPackSerialiser, Views>::value, "");
static_assert(!CanEncode<StringPackSerialiser, std::string>::value, "");
static_assert(!CanDecode<StringPackSerialiser, std::string>::value, "");
static_assert(!CanDecode<StringPackSerialiser, std::vector<int>>::value, "");
static_assert(!CanDecode<StringPackSerialiser, int>::value, "");

// Looks like a serialiser, but reports errors as bool.
struct NoSerialiser {
  bool Encode(int value, std::string* payload) const;
  bool Decode(absl::string_view payload, int* value) const;
};
static_assert(!CanEncode<NoSerialiser, int>::value, "");
static_assert(!CanDecode<NoSerialiser, int>::value, "");

// The template of the header's example, with an echo for a peer.
template <typename Reply, typename S, typename Request>
absl::StatusOr<Reply> Call(const S& serialiser, const Request& request) {
  static_assert(CanEncode<S, Request>::value, "no payload for Request");
  static_assert(CanDecode<S, Reply>::value, "no Reply from a payload");
  std::string sent = "before";
  absl::Status status = serialiser.Encode(request, &sent);
  if (!status.ok()) return status;
  EXPECT_EQ(sent.substr(0, 6), "before") << "Encode must append";
  Reply reply;
  status = serialiser.Decode(absl::string_view(sent).substr(6), &reply);
  if (!status.ok()) return status;
  return reply;
}

TEST(SerialiserTest, NamesItselfOrNot) {
  EXPECT_EQ(SerialiserName<StringPackSerialiser>(), "string-pack");
  EXPECT_EQ(SerialiserName<RawSerialiser>(), "");
}

TEST(SerialiserTest, OneTemplateServesAll) {
  EXPECT_EQ(*Call<std::string>(RawSerialiser(), std::string("a\0b", 3)),
            std::string("a\0b", 3));

  const Strings list = {"rename", "", "to"};
  EXPECT_EQ(*Call<Strings>(StringPackSerialiser(), list), list);
}

}  // namespace
}  // namespace forkrpc
