// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Echo loops without any library: the limits that the benchmarks compare with.
//
// Each works on a connected stream socket in blocking mode. They allocate
// before they start and abort on any error: a benchmark has nothing to recover.
//
//   Child: RunRawEcho(fd, 16);                    // until the end of the
//   stream Parent: RawPingPong(fd, request, response, 16);

#ifndef FORKRPC_BENCHMARKS_HAND_WRITTEN_H_
#define FORKRPC_BENCHMARKS_HAND_WRITTEN_H_

#include <cstddef>
#include <cstdint>
#include <memory>

namespace forkrpc {

// Child: echoes messages of `size` octets, no frames.
void RunRawEcho(int fd, size_t size);
// The same, never sleeping: reads until something is there.
void RunSpinningRawEcho(int fd, size_t size);
// The same with a loop: epoll_wait, one read, one write.
void RunEpollEcho(int fd, size_t size);
// Child: echoes NN frames. One read, all whole frames answered, one write.
void RunBatchingFrameEcho(int fd);

// Parent: one message of `size` octets there and back.
void RawPingPong(int fd, const char* request, char* response, size_t size);
void SpinningRawPingPong(int fd, const char* request, char* response,
                         size_t size);

// Parent: the same by epoll_wait, then one read.
class EpollPingPong {
 public:
  EpollPingPong(int fd, size_t size);
  ~EpollPingPong();
  void Run(const char* request, char* response);

 private:
  const int fd_;
  const size_t size_;
  const int epoll_;
};

// Parent: keeps `in_flight` NN frames of `payload_size` octets on their way,
// as RunBatchingFrameEcho answers them: one read, all whole frames taken and
// replaced, one write.
class BatchingFrameLoop {
 public:
  BatchingFrameLoop(int fd, size_t in_flight, size_t payload_size);
  // Completes at least `calls` calls; returns how many.
  int64_t Run(int64_t calls);

 private:
  void AppendRequest();
  void WriteAll();

  const int fd_;
  const size_t payload_size_;
  const size_t capacity_;
  std::unique_ptr<char[]> out_;
  size_t out_size_ = 0;
  std::unique_ptr<char[]> in_;
  size_t in_size_ = 0;
  uint32_t next_id_ = 1;
};

}  // namespace forkrpc

#endif  // FORKRPC_BENCHMARKS_HAND_WRITTEN_H_
