// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/base/errno_status.h"

#include <errno.h>

#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

TEST(ErrnoStatusTest, SaysWhatWasDoneAndWhatTheSystemSaid) {
  const absl::Status status = ErrnoStatus(EMFILE, "cannot make a pipe");
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(status.message(), "cannot make a pipe: Too many open files");
}

TEST(ErrnoStatusTest, CodesFollowTheHouseRules) {
  for (const int gone : {EPIPE, ECONNRESET, ENOTCONN}) {
    EXPECT_EQ(ErrnoCode(gone), absl::StatusCode::kUnavailable) << gone;
  }
  for (const int missing : {ENOENT, ENOTDIR}) {
    EXPECT_EQ(ErrnoCode(missing), absl::StatusCode::kNotFound) << missing;
  }
  for (const int denied : {EACCES, EPERM}) {
    EXPECT_EQ(ErrnoCode(denied), absl::StatusCode::kPermissionDenied) << denied;
  }
  for (const int spent : {EMFILE, ENFILE, ENOMEM, EAGAIN, E2BIG}) {
    EXPECT_EQ(ErrnoCode(spent), absl::StatusCode::kResourceExhausted) << spent;
  }
  for (const int bug : {EBADF, EINVAL, EIO}) {
    EXPECT_EQ(ErrnoCode(bug), absl::StatusCode::kInternal) << bug;
  }
}

TEST(ErrnoStatusTest, AnErrorWithoutATextHasItsNumber) {
  EXPECT_NE(ErrnoText(9999).find("9999"), std::string::npos) << ErrnoText(9999);
}

}  // namespace
}  // namespace forkrpc
