// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// OctetWriter: appends many small things to a string; for the serialisers of
// values.
//
// A string's own append() keeps its size and its last octet right each time,
// which takes longer than the copying of a few octets. Here the string is
// longer than what is written until Finish(). For one thread.

#ifndef FORKRPC_SERIALISER_OCTET_WRITER_H_
#define FORKRPC_SERIALISER_OCTET_WRITER_H_

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include "absl/base/optimization.h"
#include "absl/strings/string_view.h"

namespace forkrpc {

class OctetWriter {
 public:
  // Appends to `*out`, which nobody else touches until Finish().
  explicit OctetWriter(std::string* out)
      : out_(out), start_(out->size()), at_(&(*out)[0] + start_), end_(at_) {}

  // How many octets were written.
  size_t size() const { return Used() - start_; }

  void Put(char octet) {
    if (ABSL_PREDICT_FALSE(at_ == end_)) Grow(1);
    *at_++ = octet;
  }

  void Append(absl::string_view octets) {
    if (octets.empty()) return;  // it may have no address
    std::memcpy(Reserve(octets.size()), octets.data(), octets.size());
    at_ += octets.size();
  }

  // A place for `n` octets; what was written there is passed by Advance().
  char* Reserve(size_t n) {
    if (ABSL_PREDICT_FALSE(static_cast<size_t>(end_ - at_) < n)) Grow(n);
    return at_;
  }
  void Advance(size_t n) { at_ += n; }

  // Makes the string end where the octets do.
  void Finish() { out_->resize(Used()); }

  // Makes it what it was at first.
  void TakeBack() { out_->resize(start_); }

 private:
  size_t Used() const { return static_cast<size_t>(at_ - out_->data()); }

  void Grow(size_t n) {
    const size_t used = Used();
    // Space that is there is taken, unless it takes long to fill with zeros.
    constexpr size_t kSmall = 256;
    const size_t more = std::max({n, used - start_, kSmall});
    const size_t room = out_->capacity() - used;
    out_->resize(used + (room >= n ? std::min(room, more) : more));
    at_ = &(*out_)[0] + used;
    end_ = &(*out_)[0] + out_->size();
  }

  std::string* const out_;
  const size_t start_;
  char* at_;
  char* end_;
};

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_OCTET_WRITER_H_
