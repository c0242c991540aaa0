// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// DrainMode, DrainOptions: whether a client that wants no more calls
// half-closes at once, or takes its answers first.
//
// A worker answers behind the half-close what it has read. Some programs that
// stand between client and worker take a half-close for the end of both
// directions: socat, sslh, nginx without `proxy_half_close on`, many more. What
// is answered later is then lost, and mostly looks like a clean end of the
// worker (spec/launchers.md). Who starts a worker through another program asks
// for kAnswersFirst, unless `forkrpc doctor` says that half-closes get through.
// Plain values.
//
//   #include "forkrpc/client/blocking_client_options.h"
//
//   forkrpc::BlockingClientOptions options;
//   options.drain.mode = forkrpc::DrainMode::kAnswersFirst;

#ifndef FORKRPC_CLIENT_DRAIN_MODE_H_
#define FORKRPC_CLIENT_DRAIN_MODE_H_

#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

enum class DrainMode {
  kByStream,         // kAnswersFirst by TCP, else kHalfCloseAtOnce
  kHalfCloseAtOnce,  // when all requests are written
  kAnswersFirst,     // when all calls in flight are answered, also those that
                     // nobody waits for any more
};

struct DrainOptions {
  DrainMode mode = DrainMode::kByStream;
  // So long kAnswersFirst waits at most, then it half-closes all the same: a
  // worker may be one that answers only when it knows that nothing more comes.
  // The grace of the drain itself is kept too: when that is over the worker is
  // ended, half-closed or not.
  absl::Duration answers_grace = absl::Minutes(5);
};

// What ClientConnection::HalfClose() is to be told when a client drains.
inline MonotonicTime AnswersUntil(const DrainOptions& drain,
                                  const Transport& transport,
                                  MonotonicTime now) {
  const bool answers_first =
      drain.mode == DrainMode::kAnswersFirst ||
      (drain.mode == DrainMode::kByStream && transport.is_tcp());
  return answers_first ? now + drain.answers_grace
                       : MonotonicTime::InfinitePast();
}

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_DRAIN_MODE_H_
