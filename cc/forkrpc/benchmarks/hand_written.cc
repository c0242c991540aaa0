// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/benchmarks/hand_written.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "forkrpc/base/big_endian.h"

namespace forkrpc {
namespace {

constexpr size_t kHeader = 8;
constexpr size_t kBuffer = size_t{256} << 10;

void Require(bool condition, const char* what) {
  if (condition) return;
  std::perror(what);
  std::abort();
}

void WriteAll(int fd, const char* octets, size_t size) {
  while (size > 0) {
    const ssize_t n = write(fd, octets, size);
    Require(n > 0, "write");
    octets += n;
    size -= n;
  }
}

// False at the end of the stream.
template <int kFlags>
bool ReadAll(int fd, char* octets, size_t size) {
  while (size > 0) {
    const ssize_t n = recv(fd, octets, size, kFlags);
    if (n == 0) return false;
    if (n < 0 && errno == EAGAIN) continue;
    if (n < 0 && errno == ECONNRESET) return false;
    Require(n > 0, "recv");
    octets += n;
    size -= n;
  }
  return true;
}

template <int kFlags>
void Echo(int fd, size_t size) {
  std::vector<char> message(size);
  while (ReadAll<kFlags>(fd, message.data(), size)) {
    WriteAll(fd, message.data(), size);
  }
}

int WatchWithEpoll(int fd) {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  Require(epoll >= 0, "epoll_create1");
  epoll_event event = {};
  event.events = EPOLLIN;
  Require(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
  return epoll;
}

// False at the end of the stream.
bool EpollReadAll(int epoll, int fd, char* octets, size_t size) {
  while (size > 0) {
    epoll_event event;
    if (epoll_wait(epoll, &event, 1, -1) < 1) continue;
    const ssize_t n = recv(fd, octets, size, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno == ECONNRESET)) return false;
    if (n < 0 && errno == EAGAIN) continue;
    Require(n > 0, "recv");
    octets += n;
    size -= n;
  }
  return true;
}

}  // namespace

void RunEpollEcho(int fd, size_t size) {
  const int epoll = WatchWithEpoll(fd);
  std::vector<char> message(size);
  while (EpollReadAll(epoll, fd, message.data(), size)) {
    WriteAll(fd, message.data(), size);
  }
  close(epoll);
}

EpollPingPong::EpollPingPong(int fd, size_t size)
    : fd_(fd), size_(size), epoll_(WatchWithEpoll(fd)) {}

EpollPingPong::~EpollPingPong() { close(epoll_); }

void EpollPingPong::Run(const char* request, char* response) {
  WriteAll(fd_, request, size_);
  Require(EpollReadAll(epoll_, fd_, response, size_), "the child is gone");
}

void RunRawEcho(int fd, size_t size) { Echo<0>(fd, size); }

void RunSpinningRawEcho(int fd, size_t size) { Echo<MSG_DONTWAIT>(fd, size); }

void RawPingPong(int fd, const char* request, char* response, size_t size) {
  WriteAll(fd, request, size);
  Require(ReadAll<0>(fd, response, size), "the child is gone");
}

void SpinningRawPingPong(int fd, const char* request, char* response,
                         size_t size) {
  WriteAll(fd, request, size);
  Require(ReadAll<MSG_DONTWAIT>(fd, response, size), "the child is gone");
}

void RunBatchingFrameEcho(int fd) {
  std::unique_ptr<char[]> in(new char[kBuffer]);
  std::unique_ptr<char[]> out(new char[kBuffer]);
  size_t in_size = 0;
  while (true) {
    const ssize_t n = read(fd, in.get() + in_size, kBuffer - in_size);
    if (n <= 0) return;
    in_size += n;
    size_t at = 0, out_size = 0;
    while (in_size - at >= kHeader) {
      const size_t length = LoadBigEndian32(in.get() + at + 4);
      if (in_size - at < kHeader + length) break;
      // "Call the function", then encode its response.
      StoreBigEndian32(LoadBigEndian32(in.get() + at), out.get() + out_size);
      StoreBigEndian32(static_cast<uint32_t>(length), out.get() + out_size + 4);
      std::memcpy(out.get() + out_size + kHeader, in.get() + at + kHeader,
                  length);
      at += kHeader + length;
      out_size += kHeader + length;
    }
    std::memmove(in.get(), in.get() + at, in_size - at);
    in_size -= at;
    WriteAll(fd, out.get(), out_size);
  }
}

BatchingFrameLoop::BatchingFrameLoop(int fd, size_t in_flight,
                                     size_t payload_size)
    : fd_(fd),
      payload_size_(payload_size),
      capacity_(in_flight * (kHeader + payload_size) + kBuffer),
      out_(new char[capacity_]),
      in_(new char[capacity_]) {
  for (size_t i = 0; i < in_flight; ++i) AppendRequest();
}

void BatchingFrameLoop::AppendRequest() {
  StoreBigEndian32(next_id_++, out_.get() + out_size_);
  StoreBigEndian32(static_cast<uint32_t>(payload_size_),
                   out_.get() + out_size_ + 4);
  static const char kPayload[4096] = {};
  std::memcpy(out_.get() + out_size_ + kHeader, kPayload, payload_size_);
  out_size_ += kHeader + payload_size_;
}

int64_t BatchingFrameLoop::Run(int64_t calls) {
  int64_t done = 0;
  uint64_t sum = 0;
  while (done < calls) {
    WriteAll();
    const ssize_t n = read(fd_, in_.get() + in_size_, capacity_ - in_size_);
    Require(n > 0, "the child is gone");
    in_size_ += n;
    size_t at = 0;
    while (in_size_ - at >= kHeader) {
      const size_t length = LoadBigEndian32(in_.get() + at + 4);
      if (in_size_ - at < kHeader + length) break;
      sum += LoadBigEndian32(in_.get() + at) + in_[at + kHeader];
      at += kHeader + length;
      ++done;
      AppendRequest();
    }
    std::memmove(in_.get(), in_.get() + at, in_size_ - at);
    in_size_ -= at;
  }
  // Nobody could leave out what is printed under a condition it cannot see.
  if (sum == 1) std::puts("");
  return done;
}

void BatchingFrameLoop::WriteAll() {
  forkrpc::WriteAll(fd_, out_.get(), out_size_);
  out_size_ = 0;
}

}  // namespace forkrpc
