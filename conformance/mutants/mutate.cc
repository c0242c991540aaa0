// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// mutate: runs a correct testee with one bug.
//
//   mutate child|parent sync|async PROGRAM ARGUMENT...
//   mutate --list child|parent
//
// The operator is named by FORKRPC_MUTANT; without it the testee is as correct
// as ever. An operator that does not exist ends the program with status 89
// ("not supported"), which is never taken for a kill.

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "conformance/mutants/relay.h"

namespace forkrpc::mutants {
namespace {

constexpr int kUsage = 2;
constexpr int kNoSuchMutant = 89;
constexpr int kParentsWire = 3;

// In the new process: puts the inner wire where the testee expects it.
[[noreturn]] void Become(const Class& cls, int inner, int reports,
                         char** argv) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (cls.parent) {
    dup2(inner, kParentsWire);
    if (reports >= 0) dup2(reports, 1);
  } else {
    dup2(inner, 0);
    dup2(inner, 1);
  }
  signal(SIGPIPE, SIG_DFL);
  execvp(argv[0], argv);
  std::perror(argv[0]);
  _exit(kNoSuchMutant);
}

int Relayed(const Class& cls, Mutation mutation, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  int pair[2];
  int reports[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0 ||
      (mutation.report && pipe2(reports, O_CLOEXEC) != 0)) {
    std::perror("mutate");
    return kNoSuchMutant;
  }
  const pid_t pid = fork();
  if (pid == 0) Become(cls, pair[1], reports[1], argv);
  if (pid < 0) {
    std::perror("mutate: fork");
    return kNoSuchMutant;
  }
  close(pair[1]);
  if (reports[1] >= 0) close(reports[1]);
  // The commands are the testee's.
  if (cls.parent) close(0);
  const int wire_in = cls.parent ? kParentsWire : 0;
  const int wire_out = cls.parent ? kParentsWire : 1;
  return Relay(cls, std::move(mutation), wire_in, wire_out, pair[0], reports[0],
               pid)
      .Run();
}

int List(const std::string& role) {
  for (const Operator& each : AllOperators()) {
    if (role == "child" ? each.child : each.parent) {
      std::printf("%s\n", each.name.c_str());
    }
  }
  return 0;
}

int Main(int argc, char** argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  if (first == "--list" && argc == 3) return List(argv[2]);
  const std::string form = argc > 2 ? argv[2] : "";
  if (argc < 4 || (first != "child" && first != "parent") ||
      (form != "sync" && form != "async")) {
    std::fprintf(stderr, "usage: mutate child|parent sync|async PROGRAM...\n");
    return kUsage;
  }
  const Class cls = {first == "parent", form == "async"};
  const char* const id = std::getenv("FORKRPC_MUTANT");
  if (id == nullptr || *id == '\0') return Relayed(cls, {}, argv + 3);
  for (const Operator& each : AllOperators()) {
    if (each.name == id && (cls.parent ? each.parent : each.child)) {
      return Relayed(cls, each.make(cls), argv + 3);
    }
  }
  std::fprintf(stderr, "mutate: there is no operator %s for a %s\n", id,
               first.c_str());
  return kNoSuchMutant;
}

}  // namespace
}  // namespace forkrpc::mutants

int main(int argc, char** argv) { return forkrpc::mutants::Main(argc, argv); }
