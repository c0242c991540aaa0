// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// OctetSource: a file as a reader of captures wants it: so many octets, or none
// of so many, and where it is.
//
// It buffers 64 KiB and holds nothing of what has been read. One thread. An
// error of the function that reads is returned as it is.
//
//   OctetSource source([&](absl::Span<char> space) { return Read(fd, space);
//   }); std::string header; absl::StatusOr<bool> whole = source.Take(24,
//   &header);

#ifndef TOOLS_CAPTURE_OCTET_SOURCE_H_
#define TOOLS_CAPTURE_OCTET_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace forkrpc::capture {

class OctetSource {
 public:
  // Puts what is there into `space`, which is not empty, and returns how much;
  // 0 at the end.
  using Read = std::function<absl::StatusOr<size_t>(absl::Span<char> space)>;

  explicit OctetSource(Read read) : read_(std::move(read)) {}

  // `size` octets, or fewer if the file ends before. They stay to be taken, and
  // the view is good until the next call. At most 64.
  absl::StatusOr<absl::string_view> Peek(size_t size);

  // Appends `size` octets. Memory follows those that are there, not `size`.
  // False if the file ends before: then it has appended what there was.
  absl::StatusOr<bool> Take(uint64_t size, std::string* octets);

  // Leaves `size` octets out; false as in Take().
  absl::StatusOr<bool> Skip(uint64_t size);

  // How many octets were taken or left out.
  uint64_t offset() const { return offset_; }

 private:
  // Up to `size` octets that are there and are now taken; none at the end.
  absl::StatusOr<absl::string_view> Some(uint64_t size);
  // Reads once behind what is in the buffer; false at the end.
  absl::StatusOr<bool> Fill();

  const Read read_;
  std::string buffer_;
  size_t used_ = 0;  // octets of buffer_ that were taken
  uint64_t offset_ = 0;
};

}  // namespace forkrpc::capture

#endif  // TOOLS_CAPTURE_OCTET_SOURCE_H_
