// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace forkrpc::conformance {

namespace {

namespace fs = std::filesystem;

absl::Status CannotWrite(const std::string& path, int error) {
  return absl::FailedPreconditionError(absl::StrCat(
      path, ": cannot be written: ", strerror(error), "; choose another path"));
}

// For writing, with the folders that it needs; -1 and errno.
int Open(const std::string& path, int flags) {
  std::error_code error;
  const fs::path folder = fs::path(path).parent_path();
  if (!folder.empty()) fs::create_directories(folder, error);
  if (error) {
    errno = error.value();
    return -1;
  }
  return open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);
}

// 0, or what went wrong.
int WriteAll(int fd, absl::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    text.remove_prefix(static_cast<size_t>(count));
  }
  return 0;
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::error_code error;
  std::ifstream in(path, std::ios::binary);
  // A folder opens, and throws when it is read.
  if (!in || fs::is_directory(path, error)) {
    return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  }
  return std::string(std::istreambuf_iterator<char>(in), {});
}

absl::Status WriteFile(const std::string& path, absl::string_view text) {
  const int fd = Open(path, O_TRUNC);
  if (fd < 0) return CannotWrite(path, errno);
  int error = WriteAll(fd, text);
  // Some file systems say only now that there was no room.
  if (close(fd) != 0 && error == 0 && errno != EINTR) error = errno;
  return error == 0 ? absl::OkStatus() : CannotWrite(path, error);
}

absl::Status CheckWritable(const std::string& path) {
  std::error_code error;
  const bool there = fs::exists(path, error);
  const int fd = Open(path, 0);
  if (fd < 0) return CannotWrite(path, errno);
  close(fd);
  if (!there) unlink(path.c_str());
  return absl::OkStatus();
}

}  // namespace forkrpc::conformance
