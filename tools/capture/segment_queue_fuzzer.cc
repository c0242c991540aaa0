// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any segments of a direction whose octets are known: what is handed out are
// those octets, in order and once, and gaps are where no segment was. Four
// octets of the input are a segment: where, how long, how much of it is cut,
// and whether it is the direction's end.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tools/capture/require.h"
#include "tools/capture/segment_queue.h"

namespace {

using forkrpc::capture::DirectionListener;
using forkrpc::capture::Missing;
using forkrpc::capture::Require;
using forkrpc::capture::SegmentQueue;

constexpr size_t kMost = 256 + 32;

char OctetAt(size_t offset) { return static_cast<char>(offset * 31 + 7); }

// What the segments so far say of each octet.
struct Model {
  std::array<bool, kMost> sent{};      // some segment has it
  std::array<bool, kMost> captured{};  // and its octet
  bool any_cut = false;
  size_t end = 0;
  bool has_end = false;
};

class Checker : public DirectionListener {
 public:
  explicit Checker(const Model& model) : model_(model) {}

  absl::Status OnOctets(absl::string_view octets) override {
    Require(!octets.empty(), "no octets");
    for (const char octet : octets) {
      Require(next_ < kMost && model_.captured[next_], "octets from nowhere");
      Require(octet == OctetAt(next_), "other octets");
      ++next_;
    }
    return absl::OkStatus();
  }
  absl::Status OnGap(uint64_t offset, uint64_t length, Missing why) override {
    Require(offset == next_ && length > 0, "a gap elsewhere");
    for (size_t i = 0; i < length; ++i, ++next_) {
      Require(next_ < kMost, "a gap behind all segments");
      if (why == Missing::kNotCaptured) {
        Require(!model_.sent[next_], "a gap where a segment is");
      } else {
        Require(model_.any_cut && model_.sent[next_], "a cut where none is");
      }
    }
    return absl::OkStatus();
  }
  absl::Status OnHalfClose() override {
    Require(!ended_ && model_.has_end, "an end that is none");
    Require(next_ >= model_.end, "an end before its octets");
    ended_ = true;
    return absl::OkStatus();
  }

  size_t next_ = 0;
  bool ended_ = false;

 private:
  const Model& model_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Model model;
  Checker checker(model);
  SegmentQueue queue;
  for (; size >= 4; data += 4, size -= 4) {
    const int64_t offset = int64_t{data[0]} - 8;
    const size_t length = data[1] % 32;
    const size_t kept = length - data[2] % 4 % (length + 1);
    std::string octets;
    for (size_t i = 0; i < length; ++i) {
      const int64_t at = offset + static_cast<int64_t>(i);
      const bool is_there = i < kept;
      if (is_there) octets += at < 0 ? 'x' : OctetAt(static_cast<size_t>(at));
      if (at < 0) continue;
      model.sent[static_cast<size_t>(at)] = true;
      model.captured[static_cast<size_t>(at)] |= is_there;
    }
    model.any_cut |= kept < length;
    Require(queue.Add(offset, octets, length, &checker).ok(), "an error");
    if (data[3] % 16 == 0 && offset >= 0) {
      if (!model.has_end) model.end = static_cast<size_t>(offset) + length;
      model.has_end = true;
      Require(
          queue.AddEnd(offset + static_cast<int64_t>(length), &checker).ok(),
          "an error at the end");
    }
    // Nothing that is in order waits.
    Require(
        model.any_cut || checker.next_ >= kMost || !model.sent[checker.next_],
        "octets that wait in order");
  }
  Require(queue.Finish(&checker).ok(), "an error when it finishes");
  for (size_t i = checker.next_; i < kMost; ++i) {
    Require(!model.sent[i], "octets that are left");
  }
  Require(checker.ended_ == model.has_end, "an end that is left");
  Require(queue.next() == checker.next_, "counted otherwise");
  return 0;
}
