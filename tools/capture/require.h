// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Require: how the fuzz targets here say what is wrong.
//
// This package uses nothing of cc/ and nothing of the suite, which have the
// same for theirs. Allocates nothing.
//
//   Require(next == offset, "a gap elsewhere");

#ifndef TOOLS_CAPTURE_REQUIRE_H_
#define TOOLS_CAPTURE_REQUIRE_H_

#include <cstdio>
#include <cstdlib>

namespace forkrpc::capture {

// Ends the process, with `what` on stderr, unless it holds. Not an assert: it
// is there in every build.
inline void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

}  // namespace forkrpc::capture

#endif  // TOOLS_CAPTURE_REQUIRE_H_
