// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/mutants/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

namespace forkrpc::mutants {
namespace {

// A length that no testee of ours takes: it is passed on, to be refused.
constexpr uint32_t kOversize = uint32_t{16} << 20;
constexpr size_t kReadSize = 65536;

void SetNonBlocking(int fd) {
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

void Close(int* fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

}  // namespace

Relay::Relay(const Class& cls, Mutation mutation, int wire_in, int wire_out,
             int inner, int reports, pid_t pid)
    : mutation_(std::move(mutation)), reports_(reports), pid_(pid) {
  in_.hooks = mutation_.in;
  in_.from = wire_in;
  in_.to = inner;
  in_.header = cls.parent || cls.async ? 8 : 4;
  out_.hooks = mutation_.out;
  out_.from = inner;
  out_.to = mutation_.writes_to_0 ? 0 : wire_out;
  out_.header = !cls.parent || cls.async ? 8 : 4;
  for (const int fd : {wire_in, wire_out, inner}) SetNonBlocking(fd);
}

int Relay::Run() {
  if (mutation_.start) mutation_.start(*this);
  while (Poll()) {
  }
  return Finish();
}

bool Relay::MayRead(const Way& way) const {
  if (way.ended || way.from < 0) return false;
  if (mutation_.writes_before_reading && !out_.waiting.empty() &&
      way.from == in_.from) {
    return false;
  }
  return way.waiting.size() < way.hooks.most_waiting;
}

bool Relay::MayWrite(const Way& way) const {
  if (way.to < 0 || (way.waiting.empty() && !(way.ended && !way.shut))) {
    return false;
  }
  if (mutation_.silent_inside_frame && &way == &out_ && !in_.ended &&
      !in_.read.empty()) {
    return false;
  }
  return !mutation_.writes_when_idle || &way != &out_ || idle_ || way.ended;
}

bool Relay::Poll() {
  if (out_.shut && inner_closed_) return false;
  // Three entries: a wire of two pipes has two descriptors.
  pollfd fds[4] = {{in_.from, 0, 0},
                   {out_.to, 0, 0},
                   {out_.from, 0, 0},
                   {reports_, POLLIN, 0}};
  if (MayRead(in_)) fds[0].events |= POLLIN;
  if (MayWrite(out_)) fds[1].events |= POLLOUT;
  if (MayRead(out_)) fds[2].events |= POLLIN;
  if (MayWrite(in_)) fds[2].events |= POLLOUT;
  for (pollfd* const fd : {&fds[0], &fds[1]}) {
    if (fd->events == 0) fd->fd = -1;
  }
  // After its half-close the testee may still close.
  if (fds[2].events == 0 && !out_.ended) fds[2].fd = -1;
  if (inner_closed_) fds[2].fd = -1;
  const bool wait = !mutation_.idle && !mutation_.writes_when_idle;
  const int n = poll(fds, 4, wait ? -1 : mutation_.idle_ms);
  if (n < 0) return true;
  idle_ = n == 0;
  if (idle_ && mutation_.idle) mutation_.idle(*this);
  if (idle_) Send(&out_);
  // The wire first: a mutant that thinks of the end must know of it.
  if (fds[0].revents != 0) Receive(&in_, (fds[0].revents & POLLHUP) != 0);
  if ((fds[2].revents & (POLLHUP | POLLERR)) && out_.ended) {
    inner_closed_ = true;
    if (!mutation_.keeps_wire && out_.shut) CloseWire();
  } else if (fds[2].revents & (POLLIN | POLLHUP | POLLERR)) {
    Receive(&out_, (fds[2].revents & POLLHUP) != 0);
  }
  if (fds[3].revents != 0) ReadReports();
  if (MayWrite(in_)) Send(&in_);
  if (MayWrite(out_)) Send(&out_);
  return true;
}

void Relay::Receive(Way* way, bool hung_up) {
  if (!MayRead(*way)) return;
  char buffer[kReadSize];
  const ssize_t n = read(way->from, buffer, sizeof(buffer));
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n > 0) {
    if (way->raw) {
      way->waiting.append(buffer, n);
      return;
    }
    way->read.append(buffer, n);
    Scan(way);
    if (way->hooks.after_read) way->hooks.after_read(&way->read, *this);
    return;
  }
  if (way == &in_ && (hung_up || n < 0)) {
    if (mutation_.peer_gone) mutation_.peer_gone(*this);
  }
  if (way == &out_ && (hung_up || n < 0)) inner_closed_ = true;
  End(way);
}

void Relay::Scan(Way* way) {
  while (!way->raw && way->read.size() >= way->header) {
    Frame frame;
    frame.header = way->read.substr(0, way->header);
    if (way->hooks.misread) way->hooks.misread(&frame.header);
    const uint32_t length = Load32(&frame.header[way->header - 4]);
    if (length > kOversize) {
      if (way->hooks.oversize && way->hooks.oversize(frame.header, *this)) {
        way->read.erase(0, way->header);
        continue;
      }
      way->raw = true;
      way->waiting += frame.header + way->read.substr(way->header);
      way->read.clear();
      return;
    }
    if (way->read.size() - way->header < length) return;
    frame.payload = way->read.substr(way->header, length);
    way->read.erase(0, way->header + length);
    if (way->hooks.frame) {
      way->hooks.frame(std::move(frame), *this);
    } else {
      way->waiting += frame.octets();
    }
    if (way->hooks.after_frame) way->hooks.after_frame(&way->read);
  }
}

void Relay::End(Way* way) {
  way->ended = true;
  if (way->hooks.end && !way->hooks.end(&way->read, *this)) {
    way->shut = true;  // it is not passed on
    return;
  }
  way->waiting += way->read;
  way->read.clear();
}

void Relay::Send(Way* way) {
  if (way->to < 0) return;
  while (!way->waiting.empty()) {
    const ssize_t n = write(way->to, way->waiting.data(), way->waiting.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno != EAGAIN) {
      way->waiting.clear();
      if (way == &out_) return PeerGone();
      // The testee reads no more; what it wrote before is still to be read.
      in_.to = -1;
      in_.ended = in_.shut = true;
      return;
    }
    if (n > 0) way->waiting.erase(0, n);
    if (!way->waiting.empty()) {
      if (way->hooks.blocked) way->hooks.blocked(&way->waiting);
      if (!way->waiting.empty()) return;
    }
  }
  if (way->ended && !way->shut) PassEnd(way);
}

void Relay::PassEnd(Way* way) {
  way->shut = true;
  if (way == &in_) {
    shutdown(in_.to, SHUT_WR);
    return;
  }
  if (mutation_.finished) mutation_.finished(*this);
  if (inner_closed_ && !mutation_.keeps_wire) {
    CloseWire();
  } else if (shutdown(out_.to, SHUT_WR) != 0 && out_.to != in_.from) {
    Close(&out_.to);
  }
}

void Relay::CloseWire() {
  const int to = out_.to;
  if (in_.from != to) Close(&in_.from);
  in_.from = -1;
  in_.ended = true;
  Close(&out_.to);
  // Descriptors 0 and 1 may be one socket.
  if (to <= 1) {
    close(0);
    close(1);
  }
}

void Relay::PeerGone() {
  if (mutation_.write_failed) mutation_.write_failed(*this);
  out_.ended = out_.shut = true;
  CloseInner();
  CloseWire();
}

void Relay::CloseInner() {
  Close(&in_.to);
  out_.from = -1;
  inner_closed_ = true;
}

void Relay::ReadReports() {
  char buffer[kReadSize];
  const ssize_t n = read(reports_, buffer, sizeof(buffer));
  if (n <= 0) return Close(&reports_);
  report_line_.append(buffer, n);
  for (size_t end; (end = report_line_.find('\n')) != std::string::npos;) {
    const std::string line = report_line_.substr(0, end);
    report_line_.erase(0, end + 1);
    mutation_.report(line, *this);
  }
}

void Relay::Report(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

void Relay::DropOutput(size_t keep) {
  if (out_.waiting.size() > keep) {
    out_.waiting.erase(0, out_.waiting.size() - keep);
  }
}

void Relay::Exit(int status) {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  _exit(status);
}

void Relay::Hang() {
  while (true) pause();
}

int Relay::Finish() {
  CloseInner();
  while (reports_ >= 0) ReadReports();
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
  }
  const int code = WEXITSTATUS(status);
  return mutation_.exit_status ? mutation_.exit_status(code) : code;
}

}  // namespace forkrpc::mutants
