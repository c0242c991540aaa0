// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Require: how the suite's fuzz targets say what is wrong.
//
// It stands here, not in a kit that others' fuzz targets share: the suite may
// include nothing of cc/, and this is all that it needs. Allocates nothing.
//
//   Require(again == text, "written otherwise");

#ifndef CONFORMANCE_RUNNER_BASE_REQUIRE_H_
#define CONFORMANCE_RUNNER_BASE_REQUIRE_H_

#include <cstdio>
#include <cstdlib>

namespace forkrpc::conformance {

// Ends the process, with `what` on stderr, unless it holds. Not an assert: it
// is there in every build.
inline void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_BASE_REQUIRE_H_
