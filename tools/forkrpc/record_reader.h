// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// RecordReader: the conformance suite's wire records, its files NAME.wire.
//
// Text, one event a line behind five lines of head, of which one names the
// class of the testee, "class child sync": so it is known which direction is
// whose, and the form. Records of `tap` are of both ends, "class both sync",
// and read as a child's; payload octets that they do not keep are zeros. Text
// may be cut anywhere; memory is a line's, 64 MiB at
// most. One thread. The first error is final.
//
//   RecordReader reader(&listener);
//   absl::Status status = reader.Feed(text);
//   if (status.ok()) status = reader.Finish();

#ifndef TOOLS_FORKRPC_RECORD_READER_H_
#define TOOLS_FORKRPC_RECORD_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/wire/frame.h"
#include "tools/forkrpc/direction.h"

namespace forkrpc::cli {

class RecordListener {
 public:
  virtual ~RecordListener() = default;

  // Before all others. A status that is not OK ends the reading, as each here.
  virtual absl::Status OnForm(Form form) = 0;
  virtual absl::Status OnOctets(Direction direction,
                                absl::string_view octets) = 0;
  virtual absl::Status OnHalfClose(Direction direction) = 0;
  virtual absl::Status OnReset(Direction direction) = 0;
};

class RecordReader {
 public:
  static constexpr size_t kMostLine = size_t{64} << 20;
  static constexpr uint32_t kMostCut = uint32_t{1} << 20;

  // `listener` must outlive this object.
  explicit RecordReader(RecordListener* listener) : listener_(*listener) {}

  // InvalidArgument "line 7: ..." for what is no record.
  absl::Status Feed(absl::string_view text);

  // At the end of the text.
  absl::Status Finish();

 private:
  absl::Status TakeLine(absl::string_view line);
  absl::Status TakeHead(absl::string_view line);
  absl::Status TakeClass(absl::string_view line);
  absl::Status TakeEvent(absl::string_view line);
  // So many payload octets that are not kept.
  absl::Status TakeCut(Direction direction, absl::string_view count);
  absl::Status Wrong(absl::string_view what) const;

  RecordListener& listener_;
  std::string line_;     // what has come of a line
  uint64_t number_ = 0;  // of the line in hand, from 1
  // Which way goes what the testee receives.
  Direction to_testee_ = Direction::kDown;
  absl::Status status_;
};

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_RECORD_READER_H_
