// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// String-pack, Perl's pack "(w/a*)*": a payload that is a list of strings.
//
// Any thread. An encoder finds the exact size first, so that it allocates once
// at most, and not at all in a payload that is reused. A decoder into views
// allocates only what the container itself grows by, so not at all in one that
// is reused. To look at the items without a container, and for the decoder's
// modes, see string_pack_reader.h.
//
//   std::string payload;
//   absl::Status status =
//       forkrpc::EncodeStringPack({"rename", "a", "b"}, &payload);
//   if (!status.ok()) return status;
//
//   std::vector<absl::string_view> items;  // reuse it for the next payload
//   return forkrpc::DecodeStringPack(payload, &items);

#ifndef FORKRPC_SERIALISER_STRING_PACK_H_
#define FORKRPC_SERIALISER_STRING_PACK_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "forkrpc/serialiser/string_pack_reader.h"

namespace forkrpc {

// The longest payload that a frame's header can announce, in octets.
inline constexpr uint64_t kMaxStringPackSize = 0xFFFFFFFF;

// Appends the items to `*payload`, in the one form that every decoder accepts.
// ResourceExhausted, with `*payload` as it was, if they take more than
// kMaxStringPackSize octets. The items must not lie in `*payload`.
//= spec/serialisers.md#FR-SER-001
//= spec/serialisers.md#FR-SER-008
absl::Status EncodeStringPack(absl::Span<const absl::string_view> items,
                              std::string* payload);
absl::Status EncodeStringPack(absl::Span<const std::string> items,
                              std::string* payload);
inline absl::Status EncodeStringPack(
    std::initializer_list<absl::string_view> items, std::string* payload) {
  return EncodeStringPack(
      absl::Span<const absl::string_view>(items.begin(), items.size()),
      payload);
}

// The same in two steps, for those who have their own buffer: how many octets
// the items take, and writing just so many to `to`; returns their end.
absl::StatusOr<size_t> StringPackSize(
    absl::Span<const absl::string_view> items);
char* WriteStringPack(absl::Span<const absl::string_view> items, char* to);

// Replaces the content of `*items` by the items of `payload`. Container is
// std::vector or absl::InlinedVector, of absl::string_view (views into
// `payload`) or of std::string (copies). On error it is left empty.
template <typename Container,
          typename = std::enable_if_t<std::is_constructible<
              typename Container::value_type, const char*, size_t>::value>>
absl::Status DecodeStringPack(absl::string_view payload, Container* items,
                              const StringPackOptions& options = {}) {
  items->clear();
  StringPackReader reader(payload, options);
  absl::string_view item;
  // Pointer and size travel in registers; copying `item` itself stalls on its
  // own two stores and takes five times as long.
  while (reader.Next(&item)) items->emplace_back(item.data(), item.size());
  const absl::Status status = reader.status();
  if (!status.ok()) items->clear();
  return status;
}

// How many items a payload has, or what is wrong with it. Allocates nothing
// unless there is an error.
absl::StatusOr<size_t> CountStringPack(absl::string_view payload,
                                       const StringPackOptions& options = {});

// String-pack in the shape of serialiser.h. Immutable.
class StringPackSerialiser {
 public:
  using Value = std::vector<std::string>;
  static absl::string_view name() { return "string-pack"; }

  explicit StringPackSerialiser(const StringPackOptions& options = {})
      : options_(options) {}

  absl::Status Encode(absl::Span<const absl::string_view> items,
                      std::string* payload) const {
    return EncodeStringPack(items, payload);
  }
  absl::Status Encode(absl::Span<const std::string> items,
                      std::string* payload) const {
    return EncodeStringPack(items, payload);
  }
  absl::Status Encode(std::initializer_list<absl::string_view> items,
                      std::string* payload) const {
    return EncodeStringPack(items, payload);
  }

  template <typename Container>
  auto Decode(absl::string_view payload, Container* items) const
      -> decltype(DecodeStringPack(payload, items)) {
    return DecodeStringPack(payload, items, options_);
  }

 private:
  StringPackOptions options_;
};

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_STRING_PACK_H_
