// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// StringPackReader: takes the items out of a string-pack payload, one by one.
//
// One thread at a time. Nothing is copied and, as long as the payload is well
// formed, nothing is allocated: an item is a view into the payload and lives as
// long as the payload's octets do. The first error is final, and is DataLoss
// for malformed octets or ResourceExhausted for too many items; both say at
// which octet.
//
//   const std::string payload = "\2hi\1!";
//   forkrpc::StringPackReader reader(payload);
//   absl::string_view item;
//   while (reader.Next(&item)) std::cout << item << "\n";  // hi, !
//   if (!reader.status().ok()) return reader.status();

#ifndef FORKRPC_SERIALISER_STRING_PACK_READER_H_
#define FORKRPC_SERIALISER_STRING_PACK_READER_H_

#include <cstddef>
#include <cstdint>

#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace forkrpc {

// What becomes of octets that no encoder makes.
enum class StringPackMode {
  // DataLoss for a length that is not in its shortest form, or that is beyond
  // the end of the payload. Of each list exactly one payload is accepted.
  //= spec/serialisers.md#FR-SER-004
  //= spec/serialisers.md#FR-SER-005
  kStrict,
  // As Perl's unpack "(w/a*)*": leading 0x80 octets add nothing to a length,
  // and the last item ends where the payload ends, however long it claims to
  // be. A payload that ends inside a length, and a length of 2^63 or more, are
  // DataLoss here too.
  kPerl,
};

// An item costs one octet of payload and 16 octets as a view, so a payload of
// empty items would grow 16-fold. With 2^20 items their views take 16 MiB, as
// much as the largest payload accepted by default.
inline constexpr size_t kDefaultMaxStringPackItems = size_t{1} << 20;

struct StringPackOptions {
  StringPackMode mode = StringPackMode::kStrict;
  // The most items accepted; one more is ResourceExhausted.
  size_t max_items = kDefaultMaxStringPackItems;
};

// Invariants:
//  1. payload_.data() <= next_ <= end_, the end of payload_; next_ is where an
//     item starts.
//  2. An error does not move next_, so Next() can only find it again.
//  3. count_ <= options_.max_items.
class StringPackReader {
 public:
  // `payload` must outlive the reader and the items. An empty one is an empty
  // list.
  //= spec/serialisers.md#FR-SER-006
  explicit StringPackReader(absl::string_view payload,
                            const StringPackOptions& options = {})
      : payload_(payload),
        next_(payload.data()),
        end_(payload.data() + payload.size()),
        options_(options) {}

  // Takes the next item. False at the end of the payload and after an error:
  // then look at status().
  //= spec/serialisers.md#FR-SER-002
  bool Next(absl::string_view* item) {
    if (next_ == end_) return false;
    const size_t length = static_cast<unsigned char>(*next_);
    const size_t behind = static_cast<size_t>(end_ - next_) - 1;
    if (ABSL_PREDICT_TRUE(length < 0x80 && length <= behind &&
                          count_ < options_.max_items)) {
      *item = absl::string_view(next_ + 1, length);
      next_ += 1 + length;
      ++count_;
      return true;
    }
    return Take(ReadItem(next_, end_, options_.mode), item);
  }

  // OK as long as no error was found.
  absl::Status status() const {
    if (ABSL_PREDICT_TRUE(fault_ == Fault::kNone)) return absl::OkStatus();
    return FaultStatus(*this);
  }

  // Octets read: where the next item starts, or the item with the error.
  size_t offset() const { return static_cast<size_t>(next_ - payload_.data()); }

  // Items taken.
  size_t count() const { return count_; }

 private:
  enum class Fault {
    kNone,
    kTooMany,       // more than options_.max_items
    kUnterminated,  // the payload ends inside a length
    kOverlong,      // a length is not in its shortest form
    kPastEnd,       // a length is beyond the end of the payload
    kTooLarge,      // a length is 2^63 or more
  };

  // What ReadItem found.
  struct Step {
    Fault fault = Fault::kNone;
    absl::string_view item;  // if there is no fault
    uint64_t length = 0;     // as encoded
    size_t length_size = 0;  // octets that encode it
  };

  // The item that starts at `next`, whatever its form. It and FaultStatus get
  // values, not `this`, so that a reader can live in registers.
  static Step ReadItem(const char* next, const char* end, StringPackMode mode);

  bool Take(const Step& step, absl::string_view* item) {
    fault_ = count_ < options_.max_items ? step.fault : Fault::kTooMany;
    if (ABSL_PREDICT_FALSE(fault_ != Fault::kNone)) {
      fault_length_ = step.length;
      fault_length_size_ = step.length_size;
      return false;
    }
    *item = step.item;
    next_ = step.item.data() + step.item.size();
    ++count_;
    return true;
  }

  static absl::Status FaultStatus(StringPackReader at);

  const absl::string_view payload_;
  const char* next_;
  const char* const end_;
  const StringPackOptions options_;
  size_t count_ = 0;
  Fault fault_ = Fault::kNone;
  uint64_t fault_length_ = 0;
  size_t fault_length_size_ = 0;
};

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_STRING_PACK_READER_H_
