// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// RawSerialiser: the payload is the value, octet for octet.
//
// In the shape of serialiser.h. Any thread; never fails; no allocation but the
// growth of the std::string appended or assigned to.
//
//   const std::string payload = "any octets";
//   absl::string_view octets;
//   absl::Status status = forkrpc::RawSerialiser().Decode(payload, &octets);

#ifndef FORKRPC_SERIALISER_RAW_H_
#define FORKRPC_SERIALISER_RAW_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace forkrpc {

class RawSerialiser {
 public:
  using Value = std::string;

  // Appends `octets` to `*payload`. They must not lie in `*payload`.
  absl::Status Encode(absl::string_view octets, std::string* payload) const {
    payload->append(octets.data(), octets.size());
    return absl::OkStatus();
  }

  // A view of `payload`.
  absl::Status Decode(absl::string_view payload,
                      absl::string_view* octets) const {
    *octets = payload;
    return absl::OkStatus();
  }

  // A copy of `payload`.
  absl::Status Decode(absl::string_view payload, std::string* octets) const {
    octets->assign(payload.data(), payload.size());
    return absl::OkStatus();
  }
};

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_RAW_H_
