// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// SpawnOptions: what to start as a worker, and how.
//
// A plain value; only argv is mandatory. WorkerProcess::Spawn judges it.
//
//   forkrpc::SpawnOptions options;
//   options.argv = {"ssh", "build-host", "my-worker"};
//   options.binding = forkrpc::Binding::kPipes;
//   options.set_env = {{"LC_ALL", "C"}};

#ifndef FORKRPC_PROCESS_SPAWN_OPTIONS_H_
#define FORKRPC_PROCESS_SPAWN_OPTIONS_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace forkrpc {

// What the worker finds on its descriptors 0 and 1.
enum class Binding {
  kSocket,  // one full-duplex stream socket on both
  kPipes,   // the reading end of one pipe on 0, the writing end of another on 1
};

// Where the worker's standard error goes.
enum class StderrMode {
  kInherit,  // to this program's, directly; no tail for error texts
  kTee,      // to this program's, through us, or as lines to on_stderr; the
             // tail is kept. Never waits for whoever reads our standard error:
             // see StderrTee for what happens instead. Closed: as kCapture.
  kCapture,  // only the tail is kept
  kNull,     // nowhere
};

// A descriptor of this program that the worker finds under `child_number`.
struct InheritedDescriptor {
  int fd;
  int child_number;  // 3 to kMaxChildNumber
};

// The numbers a worker may be given: every free number below the highest one is
// closed in the child one by one.
inline constexpr int kMaxChildNumber = 255;

struct SpawnOptions {
  // The program and its arguments. argv[0] is looked up in this program's PATH
  // unless it contains a slash; with a slash, a relative path is taken from
  // `working_directory`.
  std::vector<std::string> argv;

  // What error texts call the worker; argv[0] if empty.
  std::string name;

  Binding binding = Binding::kSocket;

  // With kTee and kCapture the owner must poll stderr_fd() and DrainStderr():
  // a worker that fills the pipe (kStderrPipeOctets) waits for it.
  StderrMode stderr_mode = StderrMode::kTee;

  // Called for each line that the worker writes to standard error, without its
  // line feed, in place of writing it to ours; with kTee and kCapture only. A
  // line of more than StderrLines::kMaxLine octets is given in pieces, an
  // unfinished one at the end. It runs where standard error is drained: in the
  // loop of a Worker, inside the functions of a BlockingClient. Any octets may
  // come, also such as are not fit for a terminal.
  std::function<void(absl::string_view line)> on_stderr;

  // The worker's environment: this program's (unless `clear_env`), without
  // FORKRPC_FORM and FORKRPC_SERIALISER, which say what our own parent speaks;
  // with those that say what we do; without `unset_env`; then `set_env` in
  // order. So a `set_env` of FORKRPC_FORM is handed on as it is.
  bool clear_env = false;
  std::vector<std::string> unset_env;
  std::vector<std::pair<std::string, std::string>> set_env;

  // Where the worker starts; here if empty.
  std::string working_directory;

  // Descriptors besides 0, 1 and 2. The worker gets no others, whatever this
  // program has open (glibc before 2.34: none beyond those that are not
  // close-on-exec).
  std::vector<InheritedDescriptor> descriptors;

  // Asks the kernel for wire buffers of this many octets in each direction
  // (1 MiB helps payloads above 64 KiB); it may grant less. 0: its default.
  int wire_buffer_octets = 0;
};

}  // namespace forkrpc

#endif  // FORKRPC_PROCESS_SPAWN_OPTIONS_H_
