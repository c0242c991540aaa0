// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/input_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/errno_status.h"

namespace forkrpc::cli {

InputFile::InputFile(OwnedFd opened, int borrowed)
    : opened_(std::move(opened)), borrowed_(borrowed) {}

absl::StatusOr<InputFile> InputFile::Open(const std::string& name,
                                          int standard_input) {
  if (name == "-") return InputFile(OwnedFd(), standard_input);
  OwnedFd fd(open(name.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) {
    return ErrnoStatus(errno, absl::StrCat("cannot open '", name, "'"));
  }
  struct stat kind;
  if (fstat(fd.get(), &kind) == 0 && S_ISDIR(kind.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot read '", name, "': it is a directory"));
  }
  return InputFile(std::move(fd), -1);
}

}  // namespace forkrpc::cli
