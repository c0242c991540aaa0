// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Launchers for doctor's test, each of which breaks one promise:
//
//   fake_launcher MODE COMMAND...
//
// Some change this process and execute the command; the others stand in between
// and hand on octets.

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>

namespace {

using Mode = std::string;

void Sleep(int milliseconds) { poll(nullptr, 0, milliseconds); }

void WriteAll(int fd, const std::string& octets) {
  for (size_t done = 0; done < octets.size();) {
    const ssize_t put = write(fd, octets.data() + done, octets.size() - done);
    if (put < 0 && errno != EINTR) return;
    if (put > 0) done += put;
  }
}

// Those that only change what the worker is started with.
const std::map<Mode, std::function<void()>>& Changes() {
  static const auto* const changes = new std::map<Mode, std::function<void()>>{
      {"plain-exec", [] {}},
      {"prints-first", [] { WriteAll(1, "Welcome!\n"); }},
      {"stderr-in-stream", [] { dup2(1, 2); }},
      {"stderr-lost", [] { dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), 2); }},
      {"ignores-pipe", [] { signal(SIGPIPE, SIG_IGN); }},
      {"blocks-quit",
       [] {
         sigset_t quit;
         sigemptyset(&quit);
         sigaddset(&quit, SIGQUIT);
         sigprocmask(SIG_BLOCK, &quit, nullptr);
       }},
      {"leaks", [] { dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 77); }},
      {"non-blocking",
       [] {
         fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
         fcntl(1, F_SETFL, fcntl(1, F_GETFL) | O_NONBLOCK);
       }},
      {"no-input", [] { dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 0); }},
      {"ends-early",
       [] {
         if (fork() != 0) _exit(0);
       }},
      {"never-reads",
       [] {
         while (true) pause();
       }},
      {"prints-only",
       [] {
         WriteAll(1, "login: ");
         while (true) pause();
       }},
      {"fails",
       [] {
         WriteAll(2, "no such host\n");
         _exit(255);
       }},
  };
  return *changes;
}

class Relay {
 public:
  explicit Relay(Mode mode) : mode_(std::move(mode)) {}

  int Run(char** command);

 private:
  bool is(const char* mode) const { return mode_ == mode; }
  void Start(char** command);
  // From the parent; from the worker.
  void Down();
  void Up();
  void OnHalfClose();
  void AwaitOther();
  int End();

  const Mode mode_;
  pid_t pid_ = 0;
  int worker_ = -1;  // the wire to it
  bool half_closed_ = false;
  bool up_ended_ = false;
  bool first_ = false;  // of those that share a folder
  int lock_ = -1;
  std::string held_down_;
  std::string held_up_;
  size_t late_ = 0;  // octets from the worker behind the half-close
};

void Relay::Start(char** command) {
  int wire[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, wire) != 0) _exit(2);
  pid_ = fork();
  if (pid_ == 0) {
    dup2(wire[1], 0);
    dup2(wire[1], 1);
    execvp(command[0], command);
    _exit(127);
  }
  close(wire[1]);
  worker_ = wire[0];
}

std::string ReadSome(int fd) {
  std::string octets(size_t{64} << 10, '\0');
  const ssize_t got = read(fd, &octets[0], octets.size());
  octets.resize(std::max<ssize_t>(got, 0));
  return octets;
}

void Relay::AwaitOther() {
  const char* const folder = getenv("FAKE_LAUNCHER_FOLDER");
  const std::string path = std::string(folder) + "/second";
  const int second = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (second >= 0) flock(second, LOCK_EX);
}

void Relay::OnHalfClose() {
  half_closed_ = true;
  if (is("cuts")) _exit(0);
  if (is("no-half-close")) return;
  if (is("second-holds-first") && first_) AwaitOther();
  WriteAll(worker_, held_down_);
  shutdown(worker_, SHUT_WR);
}

void Relay::Down() {
  std::string octets = ReadSome(0);
  if (octets.empty()) return OnHalfClose();
  if (is("changes-down")) {
    std::replace(octets.begin(), octets.end(), '\r', '\n');
  }
  if (is("echoes")) WriteAll(1, octets);
  if (is("holds-back")) {
    held_down_ += octets;
    return;
  }
  // Takes nothing from the worker meanwhile.
  if (is("one-way-at-a-time")) return WriteAll(worker_, octets);
  held_down_ += octets;
}

void Relay::Up() {
  std::string octets = ReadSome(worker_);
  if (octets.empty()) {
    up_ended_ = true;
    return;
  }
  if (is("changes-up")) std::replace(octets.begin(), octets.end(), '\xff', '?');
  if (half_closed_) late_ += octets.size();
  if (is("loses-the-tail") && late_ > (size_t{1} << 20)) return;
  if (is("loses-at-failure") && half_closed_ && late_ > 64) {
    held_up_ += octets;
    return;
  }
  WriteAll(1, octets);
}

int Relay::End() {
  int status = 0;
  waitpid(pid_, &status, 0);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  if (code == 0) WriteAll(1, held_up_);
  if (is("lingers")) {
    close(0);
    close(1);
    close(2);
    Sleep(1500);
  }
  if (is("holds-the-stream")) Sleep(1500);
  return is("exits-0") ? 0 : code;
}

int Relay::Run(char** command) {
  if (is("second-holds-first")) {
    const std::string folder = getenv("FAKE_LAUNCHER_FOLDER");
    for (const char* name : {"/first", "/second"}) {
      lock_ = open((folder + name).c_str(),
                   O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
      if (lock_ < 0) continue;
      first_ = name == std::string("/first");
      flock(lock_, LOCK_EX);
      break;
    }
  }
  Start(command);
  while (!up_ended_) {
    const bool writes =
        !is("holds-back") && !half_closed_ && !held_down_.empty();
    const bool reads = !half_closed_ && (is("holds-back") || !writes);
    pollfd ready[] = {
        {reads ? 0 : -1, POLLIN, 0},
        {worker_, static_cast<short>(writes ? POLLIN | POLLOUT : POLLIN), 0}};
    const int limit = half_closed_ && is("cuts-later") ? 1500 : -1;
    const int found = poll(ready, 2, limit);
    if (found == 0) return 0;
    if (found < 0) continue;
    if ((ready[1].revents & (POLLIN | POLLHUP)) != 0) Up();
    if ((ready[1].revents & POLLOUT) != 0 && writes) {
      const ssize_t put = send(worker_, held_down_.data(), held_down_.size(),
                               MSG_DONTWAIT | MSG_NOSIGNAL);
      if (put > 0) held_down_.erase(0, put);
    }
    if (ready[0].revents != 0 && !half_closed_) Down();
  }
  return End();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const auto change = Changes().find(argv[1]);
  if (change == Changes().end()) return Relay(argv[1]).Run(argv + 2);
  change->second();
  execvp(argv[2], argv + 2);
  std::perror(argv[2]);
  return 127;
}
