// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The list under "requires" of a manifest.
//
// The word is a keyword of C++20, so protobuf calls its accessor otherwise from
// release 22 on.
//
//   for (const auto& needed : Needs(manifest)) Look(needed.argv());

#ifndef CONFORMANCE_RUNNER_TESTEE_NEEDS_H_
#define CONFORMANCE_RUNNER_TESTEE_NEEDS_H_

#include "forkrpc/testee_manifest.pb.h"
#include "google/protobuf/stubs/common.h"

namespace forkrpc::conformance {

inline const auto& Needs(const TesteeManifest& manifest) {
#if GOOGLE_PROTOBUF_VERSION < 4022000
  return manifest.requires();
#else
  return manifest.requires_();
#endif
}

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_TESTEE_NEEDS_H_
