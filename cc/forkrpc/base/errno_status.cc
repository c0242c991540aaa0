// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/base/errno_status.h"

#include <errno.h>
#include <string.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace forkrpc {
namespace {

// strerror_r comes in two kinds; overloading on its result takes either.
[[maybe_unused]] std::string TextFrom(const char* text, const char*, int) {
  return text;
}
[[maybe_unused]] std::string TextFrom(int failed, const char* text, int error) {
  return failed == 0 ? std::string(text) : absl::StrCat("error ", error);
}

}  // namespace

std::string ErrnoText(int error) {
  char text[128] = "";
  return TextFrom(strerror_r(error, text, sizeof(text)), text, error);
}

absl::StatusCode ErrnoCode(int error) {
  switch (error) {
    case EPIPE:
    case ECONNRESET:
    case ECONNABORTED:
    case ECONNREFUSED:
    case ENOTCONN:
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
      return absl::StatusCode::kUnavailable;
    case ENOENT:
    case ENOTDIR:
      return absl::StatusCode::kNotFound;
    case EACCES:
    case EPERM:
      return absl::StatusCode::kPermissionDenied;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
    case EAGAIN:
    case E2BIG:
      return absl::StatusCode::kResourceExhausted;
    default:
      return absl::StatusCode::kInternal;
  }
}

absl::Status ErrnoStatus(int error, absl::string_view what) {
  return absl::Status(ErrnoCode(error),
                      absl::StrCat(what, ": ", ErrnoText(error)));
}

}  // namespace forkrpc
