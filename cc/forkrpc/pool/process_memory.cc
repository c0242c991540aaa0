// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/process_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/owned_fd.h"

namespace forkrpc {

absl::StatusOr<size_t> ResidentOctets(pid_t pid) {
  const std::string path = absl::StrCat("/proc/", pid, "/statm");
  const OwnedFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  // Seven numbers of at most twenty digits.
  char text[160];
  const ssize_t length =
      file.valid() ? read(file.get(), text, sizeof text) : -1;
  if (length < 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot read ", path, ": errno ", errno));
  }
  const std::vector<absl::string_view> fields =
      absl::StrSplit(absl::string_view(text, static_cast<size_t>(length)), ' ');
  size_t pages = 0;
  if (fields.size() < 2 || !absl::SimpleAtoi(fields[1], &pages)) {
    return absl::UnavailableError(
        absl::StrCat(path, " has no second field that is a number"));
  }
  return pages * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace forkrpc
