// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// PayloadSizes, PayloadSource: what the calls of a load carry.
//
// Either one payload, given by the user, or random octets of sizes that are
// drawn. Random payloads are windows of one pool, each from another place, so
// that nothing is copied to make one, and a response that belongs to another
// call does not look right. Lives as long as its views. One thread; nothing is
// allocated once it is made.
//
//   absl::StatusOr<PayloadSizes> sizes = PayloadSizes::Parse("16:9,4096:1");
//   PayloadSource source(*sizes, /*seed=*/1);
//   const PayloadWindow window = source.Next();
//   absl::string_view payload = source.View(window);

#ifndef TOOLS_FORKRPC_LOAD_PAYLOAD_SOURCE_H_
#define TOOLS_FORKRPC_LOAD_PAYLOAD_SOURCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace forkrpc::cli {

// Sizes with weights: "16", "16,4096" as often each, "16:9,4096:1" nine times
// out of ten the first, "100-200" any of them as often.
class PayloadSizes {
 public:
  // InvalidArgument, saying what to write, for what is none.
  static absl::StatusOr<PayloadSizes> Parse(absl::string_view text);

  // As it was given.
  const std::string& text() const { return text_; }
  uint32_t largest() const;
  // Whether there is one size only.
  bool fixed() const {
    return ranges_.size() == 1 && ranges_[0].least == ranges_[0].most;
  }

  // The size that belongs to a number drawn from all of 64 bits.
  uint32_t At(uint64_t random) const;

 private:
  struct Range {
    uint32_t least;
    uint32_t most;
    uint64_t below;  // the weights up to this one, together
  };

  std::string text_;
  std::vector<Range> ranges_;
};

// Where in its source a payload lies.
struct PayloadWindow {
  uint32_t offset;
  uint32_t size;
};

// Invariant: offsets are below kPlaces, and the pool is kPlaces longer than the
// largest payload.
class PayloadSource {
 public:
  // Random ones. Two seeds give other sizes from other places.
  PayloadSource(const PayloadSizes& sizes, uint64_t seed);
  // Always `payload`.
  explicit PayloadSource(std::string payload);
  PayloadSource(const PayloadSource&) = delete;
  PayloadSource& operator=(const PayloadSource&) = delete;

  PayloadWindow Next() {
    if (places_ == 1) return {0, size_};
    // The golden ratio's: neighbours are far apart, and all places are used.
    place_ += kStep;
    if (size_ != kDrawn) return {place_ % kPlaces, size_};
    return {place_ % kPlaces, Draw()};
  }

  absl::string_view View(PayloadWindow window) const {
    return absl::string_view(pool_.data() + window.offset, window.size);
  }

 private:
  static constexpr uint32_t kPlaces = 4096;
  static constexpr uint32_t kStep = 2531;
  static constexpr uint32_t kDrawn = 0xFFFFFFFF;

  uint32_t Draw();

  PayloadSizes sizes_;
  std::string pool_;
  uint32_t places_ = kPlaces;
  uint32_t size_ = kDrawn;
  uint32_t place_ = 0;
  uint64_t random_ = 0;
};

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_LOAD_PAYLOAD_SOURCE_H_
