// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// HasPipeWriter: whether a process waits for the end of a pipe in vain.
//
// A pipe ends when its last writing end is closed, in every process. Where
// someone has made a copy of ours with fork(), a worker that we have
// half-closed sees no end; nothing can be done about it from here, but it can
// be said. Any thread.
//
//   if (forkrpc::HasPipeWriter(pid, inode)) Log("somebody holds its input
//   open");

#ifndef FORKRPC_PROCESS_PIPE_WRITERS_H_
#define FORKRPC_PROCESS_PIPE_WRITERS_H_

#include <sys/types.h>

#include <cstdint>

namespace forkrpc {

// Looks for the pipe `inode` among the descriptors of process `pid`, under
// whatever number, and whether it is empty and still has a writing end
// somewhere. False if that cannot be found out. For a pipe that nobody is
// expected to write to any more: an octet that comes at this very moment may be
// lost.
bool HasPipeWriter(pid_t pid, uint64_t inode);

}  // namespace forkrpc

#endif  // FORKRPC_PROCESS_PIPE_WRITERS_H_
