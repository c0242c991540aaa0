// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Connection: the octet side of a client or server connection, without I/O.
//
// A connection has no descriptor, clock or thread. A driver moves octets
// between it and a stream, in this order, for as long as it likes:
//
//   1. write SendBuffers(), then tell OnSent(n);
//   2. if wants_shutdown_write(), half-close the stream, then tell
//      OnShutdownWriteDone();
//   3. read into ReceiveBuffer() unless it is empty, then tell OnReceived(n),
//      or OnReceiveEof() at the end of the stream;
//   4. at NextTimeout(), tell OnTimeout(now);
//   5. take what happened from the derived class, by PollEvent() until it gives
//      nothing.
//
// One thread at a time. Nothing is called back. Memory follows the octets
// received and what the user queued. The first error is final: status().

#ifndef FORKRPC_CONNECTION_CONNECTION_H_
#define FORKRPC_CONNECTION_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/connection/send_queue.h"
#include "forkrpc/wire/frame.h"
#include "forkrpc/wire/frame_decoder.h"
#include "forkrpc/wire/receive_buffer.h"

namespace forkrpc {

// What ClientOptions and ServerOptions call receive_buffer_octets, where
// nothing is said. FailedPrecondition, with what it may be, for a value that
// makes no sense; a connection with one has failed with that from the start.
inline constexpr size_t kReceiveBufferOctets = ReceiveBuffer::kInitialCapacity;
absl::Status CheckReceiveBufferOctets(size_t octets);

// Names a call on one connection: never 0, unique among the calls in flight. In
// the async form it is the id on the wire; in the sync form, where requests
// carry none, it counts in the same way.
using CallId = uint32_t;

// Invariants:
//  1. After status() turns into an error nothing is received and nothing more
//     is queued. What a server had queued before may still be written.
//  2. wants_shutdown_write() becomes true at most once, when all is sent.
//  3. usable_ == (status_.ok() && send_error_.ok() && !closed_).
//  4. Octets received before the end of the stream, or before an error of the
//     transport, are acted on before that end is.
class Connection {
 public:
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Whether the driver may read now. If not, there are frames to be polled
  // first, or the stream has ended.
  bool wants_octets() const {
    return !end_.has_value() && status_.ok() && WantsOctets();
  }

  // Where the driver reads to; empty unless wants_octets(). Ends the life of
  // payloads that PollEvent() gave.
  absl::Span<char> ReceiveBuffer() {
    if (!wants_octets()) return {};
    if (ABSL_PREDICT_FALSE(own_before_receiving_)) OwnBorrowedPayloads();
    return decoder_.PrepareReceive();
  }

  // `n` octets have been read to the front of the last ReceiveBuffer().
  void OnReceived(size_t n) { decoder_.CommitReceive(n); }

  // The peer has half-closed.
  void OnReceiveEof() { EndReceiving(absl::OkStatus()); }

  // Reading failed: nothing more will arrive.
  void OnReceiveError(absl::Status error) { EndReceiving(std::move(error)); }

  // What to write, in order; empty if nothing. Valid until the next call, which
  // must be OnSent() if any of it was written or may yet be: what is not known
  // to be written may be removed.
  absl::Span<const absl::string_view> SendBuffers() {
    return send_queue_.Buffers();
  }

  // `n` octets of SendBuffers() have been written.
  void OnSent(size_t n) {
    sent_ += n;
    send_queue_.Consume(n);
  }

  // Writing failed. Octets that the peer sent before it went are still to be
  // read, so the connection ends when reading does.
  void OnSendError(absl::Status error);

  // Copies payloads that were queued as borrowed and are not yet written.
  void OwnBorrowedPayloads() {
    own_before_receiving_ = false;
    send_queue_.OwnBorrowed();
  }

  // The same, but not before ReceiveBuffer() is asked for space: for payloads
  // that lie in what PollEvent() gave, and live as long.
  void OwnBorrowedBeforeReceiving() { own_before_receiving_ = true; }

  // Whether the stream is to be half-closed now.
  virtual bool wants_shutdown_write() const = 0;
  void OnShutdownWriteDone() { shutdown_done_ = true; }

  // When OnTimeout() is due; InfiniteFuture if never. Times are on the clock of
  // the driver, which must be monotonic.
  virtual MonotonicTime NextTimeout() const {
    return MonotonicTime::InfiniteFuture();
  }
  virtual void OnTimeout(MonotonicTime now) { (void)now; }

  // OK until the connection fails.
  const absl::Status& status() const { return status_; }

  // OK until writing fails: what was queued then, and not written, is lost.
  const absl::Status& send_error() const { return send_error_; }

  // Whether the end of the connection has been polled: nothing will happen any
  // more, and the stream should be closed.
  bool closed() const { return closed_; }

  // Octets queued and not yet written.
  size_t unsent() const { return send_queue_.size(); }

  // Octets written, ever.
  uint64_t sent() const { return sent_; }

  // Octets received, ever.
  uint64_t received() const { return decoder_.offset() + decoder_.buffered(); }

 protected:
  Connection(FrameLayout send_layout, FrameLayout receive_layout,
             const WireLimits& limits, size_t receive_buffer_octets);

  // Whether more octets would help. A derived class says no to push back.
  virtual bool WantsOctets() const = 0;

  // Ends the connection with `error`, unless it has failed already.
  void Fail(absl::Status error) {
    usable_ = false;
    if (status_.ok()) status_ = std::move(error);
  }

  // Neither failed, nor unable to send, nor ended: one test for the fast paths.
  bool usable() const { return usable_; }

  bool shutdown_done() const { return shutdown_done_; }
  // How receiving ended: OK for the end of the stream; nullopt if it has not.
  const std::optional<absl::Status>& receive_end() const { return end_; }
  void set_closed() {
    usable_ = false;
    closed_ = true;
  }

  FrameDecoder& decoder() { return decoder_; }
  const FrameDecoder& decoder() const { return decoder_; }
  SendQueue& send_queue() { return send_queue_; }
  const SendQueue& send_queue() const { return send_queue_; }

 private:
  void EndReceiving(absl::Status how) {
    if (!end_.has_value()) end_ = std::move(how);
  }

  FrameDecoder decoder_;
  SendQueue send_queue_;
  absl::Status status_;
  absl::Status send_error_;
  std::optional<absl::Status> end_;
  uint64_t sent_ = 0;
  bool own_before_receiving_ = false;
  bool usable_ = true;
  bool shutdown_done_ = false;
  bool closed_ = false;
};

}  // namespace forkrpc

#endif  // FORKRPC_CONNECTION_CONNECTION_H_
