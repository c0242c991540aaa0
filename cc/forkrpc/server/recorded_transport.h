// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// RecordedTransport: a parent that has sent all its requests and half-closed,
// and a record of each write.
//
// For the tests of this package. No system calls; one thread.
//
//   RecordedTransport wire(ScriptedPeer::Frame(1, "a"));
//   BlockingServer server(&wire, {});
//   server.Serve(function).IgnoreError();
//   EXPECT_EQ(wire.All(), ScriptedPeer::Frame(1, "A"));

#ifndef FORKRPC_SERVER_RECORDED_TRANSPORT_H_
#define FORKRPC_SERVER_RECORDED_TRANSPORT_H_

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

class RecordedTransport final : public Transport {
 public:
  explicit RecordedTransport(std::string requests)
      : requests_(std::move(requests)) {}

  absl::StatusOr<IoResult> Read(absl::Span<char> buffer, IoMode) override {
    const size_t octets = std::min(buffer.size(), requests_.size() - read_);
    if (octets == 0) return IoResult{IoResult::kEof, 0};
    std::memcpy(buffer.data(), requests_.data() + read_, octets);
    read_ += octets;
    return IoResult{IoResult::kOctets, octets};
  }
  absl::StatusOr<IoResult> Write(absl::Span<const absl::string_view> buffers,
                                 IoMode) override {
    writes.push_back(absl::StrJoin(buffers, ""));
    return IoResult{IoResult::kOctets, writes.back().size()};
  }
  absl::Status ShutdownWrite() override { return absl::OkStatus(); }
  absl::Status SetReadTimeout(absl::Duration) override {
    return absl::FailedPreconditionError("not here");
  }
  int read_fd() const override { return -1; }
  int write_fd() const override { return -1; }

  std::string All() const { return absl::StrJoin(writes, ""); }

  std::vector<std::string> writes;

 private:
  const std::string requests_;
  size_t read_ = 0;
};

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_RECORDED_TRANSPORT_H_
