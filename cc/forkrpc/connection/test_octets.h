// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Octets into and out of a connection, for tests that are its driver.
//
//   GiveOctets(&connection, Frame(1, "hi"));
//   EXPECT_EQ(TakeOctets(&connection), Frame(2, "ho"));

#ifndef FORKRPC_CONNECTION_TEST_OCTETS_H_
#define FORKRPC_CONNECTION_TEST_OCTETS_H_

#include <algorithm>
#include <string>

#include "absl/strings/string_view.h"
#include "forkrpc/connection/connection.h"

namespace forkrpc {

// Gives `octets` to the connection as reads of at most `piece` would. Returns
// those it did not want.
inline absl::string_view GiveOctets(Connection* connection,
                                    absl::string_view octets,
                                    size_t piece = absl::string_view::npos) {
  while (!octets.empty()) {
    const absl::Span<char> space = connection->ReceiveBuffer();
    if (space.empty()) break;
    const size_t n = std::min({space.size(), octets.size(), piece});
    std::copy_n(octets.data(), n, space.data());
    connection->OnReceived(n);
    octets.remove_prefix(n);
  }
  return octets;
}

// Everything the connection wants written.
inline std::string TakeOctets(Connection* connection) {
  std::string all;
  while (connection->unsent() > 0) {
    const absl::string_view part = connection->SendBuffers()[0];
    all.append(part.data(), part.size());
    connection->OnSent(part.size());
  }
  return all;
}

}  // namespace forkrpc

#endif  // FORKRPC_CONNECTION_TEST_OCTETS_H_
