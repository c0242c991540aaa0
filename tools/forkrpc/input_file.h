// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// InputFile: a file to read, or standard input.
//
// Movable; closes what it opened. Errors name the file and what the system
// said.
//
//   absl::StatusOr<InputFile> input = InputFile::Open("-", STDIN_FILENO);
//   if (!input.ok()) return input.status();
//   read(input->fd(), ...);

#ifndef TOOLS_FORKRPC_INPUT_FILE_H_
#define TOOLS_FORKRPC_INPUT_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "forkrpc/base/owned_fd.h"

namespace forkrpc::cli {

class InputFile {
 public:
  // `name` is a path, or "-" for the descriptor `standard_input`, which must
  // outlive this. InvalidArgument for a directory.
  static absl::StatusOr<InputFile> Open(const std::string& name,
                                        int standard_input);

  int fd() const { return opened_.valid() ? opened_.get() : borrowed_; }

 private:
  InputFile(OwnedFd opened, int borrowed);

  OwnedFd opened_;
  int borrowed_;
};

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_INPUT_FILE_H_
