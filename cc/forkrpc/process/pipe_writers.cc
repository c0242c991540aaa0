// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/pipe_writers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/owned_fd.h"

namespace forkrpc {
namespace {

bool IsPipe(const struct stat& found, uint64_t inode) {
  return S_ISFIFO(found.st_mode) && found.st_ino == inode;
}

// A reading end of our own of the pipe `inode` that `pid` has.
OwnedFd OpenPipeOf(pid_t pid, uint64_t inode) {
  const std::string path = absl::StrCat("/proc/", pid, "/fd");
  DIR* const directory = opendir(path.c_str());
  if (directory == nullptr) return OwnedFd();
  const absl::Cleanup close = [directory] { closedir(directory); };
  while (const dirent* entry = readdir(directory)) {
    struct stat found;
    if (fstatat(dirfd(directory), entry->d_name, &found, 0) == 0 &&
        IsPipe(found, inode)) {
      return OwnedFd(openat(dirfd(directory), entry->d_name,
                            O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    }
  }
  return OwnedFd();
}

}  // namespace

bool HasPipeWriter(pid_t pid, uint64_t inode) {
  const OwnedFd pipe = OpenPipeOf(pid, inode);
  struct stat found;
  int octets = 0;
  if (!pipe.valid() || fstat(pipe.get(), &found) != 0 ||
      !IsPipe(found, inode) || ioctl(pipe.get(), FIONREAD, &octets) != 0 ||
      octets != 0) {
    return false;
  }
  // Of an empty pipe a reader gets its end, or is told to wait for a writer.
  char octet;
  return read(pipe.get(), &octet, 1) < 0 && errno == EAGAIN;
}

}  // namespace forkrpc
