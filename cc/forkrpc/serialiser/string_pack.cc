// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/string_pack.h"

#include <cstring>

#include "absl/base/optimization.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/serialiser/ber_length.h"

namespace forkrpc {
namespace {

// From this average on, a string's second pass through the cache, when resize()
// fills the space with zeros, costs more than append()'s bookkeeping.
constexpr size_t kAppendFromAverage = 4096;

constexpr uint64_t kTooLong = kMaxStringPackSize + 1;

// The octets that `items` take, or kTooLong. The sum cannot overflow: `total`
// is below 2^33 and the size of an object in memory below 2^63.
template <typename String>
uint64_t Measure(absl::Span<const String> items) {
  uint64_t total = 0;
  for (const String& item : items) {
    const uint64_t size = item.size();
    total += BerLengthSize(size) + size;
    if (ABSL_PREDICT_FALSE(total > kMaxStringPackSize)) return kTooLong;
  }
  return total;
}

template <typename String>
char* Write(absl::Span<const String> items, char* to) {
  for (const String& item : items) {
    to = WriteBerLength(item.size(), to);
    // An empty view may have no address, which memcpy must not get.
    if (!item.empty()) std::memcpy(to, item.data(), item.size());
    to += item.size();
  }
  return to;
}

absl::Status TooLong(size_t count) {
  return absl::ResourceExhaustedError(absl::StrCat(
      "string-pack: ", count, " items take more than the limit of ",
      kMaxStringPackSize, " octets that a header can announce"));
}

template <typename String>
absl::Status Encode(absl::Span<const String> items, std::string* payload) {
  const uint64_t size = Measure(items);
  const size_t before = payload->size();
  if (ABSL_PREDICT_FALSE(size == kTooLong ||
                         size > payload->max_size() - before)) {
    return TooLong(items.size());
  }
  const size_t after = before + static_cast<size_t>(size);
  if (ABSL_PREDICT_TRUE(size < kAppendFromAverage ||
                        size / items.size() < kAppendFromAverage)) {
    payload->resize(after);
    Write(items, &(*payload)[before]);
    return absl::OkStatus();
  }
  if (payload->capacity() < after) payload->reserve(after);
  for (const String& item : items) {
    char length[kMaxBerLengthSize];
    const char* const end = WriteBerLength(item.size(), length);
    payload->append(length, static_cast<size_t>(end - length));
    payload->append(item.data(), item.size());
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status EncodeStringPack(absl::Span<const absl::string_view> items,
                              std::string* payload) {
  return Encode(items, payload);
}

absl::Status EncodeStringPack(absl::Span<const std::string> items,
                              std::string* payload) {
  return Encode(items, payload);
}

absl::StatusOr<size_t> StringPackSize(
    absl::Span<const absl::string_view> items) {
  const uint64_t size = Measure(items);
  if (size == kTooLong) return TooLong(items.size());
  return static_cast<size_t>(size);
}

char* WriteStringPack(absl::Span<const absl::string_view> items, char* to) {
  return Write(items, to);
}

absl::StatusOr<size_t> CountStringPack(absl::string_view payload,
                                       const StringPackOptions& options) {
  StringPackReader reader(payload, options);
  absl::string_view item;
  while (reader.Next(&item)) {
  }
  if (!reader.status().ok()) return reader.status();
  return reader.count();
}

}  // namespace forkrpc
