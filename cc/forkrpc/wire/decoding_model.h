// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// DecodingModel: what a FrameDecoder must give, said as simply as possible.
//
// It has the whole stream before it: no pieces, no buffer, nothing shared with
// the implementation. One thread.
//
//   DecodingModel model(FrameLayout::kLength, 100, stream);
//   while (model.Next(&frame)) Use(frame);
//   EXPECT_EQ(decoder.Finish().code(), model.end().code);

#ifndef FORKRPC_WIRE_DECODING_MODEL_H_
#define FORKRPC_WIRE_DECODING_MODEL_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/wire/frame.h"

namespace forkrpc {

// Invariant: stream_[0, at_) is whole frames of at most max_payload_ octets.
class DecodingModel {
 public:
  // `stream` must outlive it.
  DecodingModel(FrameLayout layout, size_t max_payload,
                absl::string_view stream)
      : max_payload_(max_payload),
        stream_(stream),
        header_(HeaderSize(layout)) {}

  // Octets of the frames that Next() gave.
  size_t offset() const { return at_; }

  // The next frame; false if an error or the end of the stream comes first.
  bool Next(FrameView* frame);

  // Octets that are missing of the payload that the stream ends in; 0 where it
  // ends elsewhere, or the length is beyond the limit.
  size_t Missing() const;

  // What Finish() must say where Next() gives nothing more.
  struct End {
    absl::StatusCode code;
    size_t offset;  // of the error, if it is one
  };
  End end() const;

 private:
  size_t left() const { return stream_.size() - at_; }
  // The length in the header at the front, which must be whole.
  size_t Length() const;

  const size_t max_payload_;
  const absl::string_view stream_;
  const size_t header_;
  size_t at_ = 0;
};

}  // namespace forkrpc

#endif  // FORKRPC_WIRE_DECODING_MODEL_H_
