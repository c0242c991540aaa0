// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/doctor/promise.h"

namespace forkrpc::cli {
namespace {

constexpr absl::string_view kTakeAnswersFirst =
    "take the answers before the half-close (DrainMode::kAnswersFirst, "
    "`forkrpc "
    "call --drain=answers-first`), or let the program wait: socat -t SECONDS "
    "or "
    "EXEC's nofork, nginx proxy_half_close on, haproxy timeout tunnel, "
    "nc -N (OpenBSD) or -q SECONDS (traditional)";

// In the order of the enum.
constexpr PromiseText kTexts[kPromises] = {
    {"requests_arrive", true, "what the parent sends arrives at once",
     "let nothing read the input or gather it: no -n (ssh), no & in a shell, "
     "no "
     "pager or filter that waits for full blocks"},
    {"nothing_else", true, "nothing but the worker's octets is in the stream",
     "silence what prints there (greetings, shell start-up files, status "
     "lines), or have it print to standard error"},
    {"stderr_apart", true, "standard error does not get into the stream",
     "redirect it in front of the worker (sh -c 'exec WORKER 2>>LOG'), and use "
     "no terminal (no -t) and no option that joins the two"},
    {"octets_down", true, "octets pass unchanged to the worker",
     "use no terminal (no -t, no pty), no text mode, no option that translates "
     "line ends"},
    {"octets_up", true, "octets pass unchanged to the parent",
     "use no terminal (no -t, no pty), no text mode, no option that translates "
     "line ends"},
    {"both_full", true, "both directions may be full at once",
     "use another program: one that stops taking from one side while the other "
     "side takes nothing stands still for ever"},
    {"half_close", true, "the half-close arrives",
     "let the program pass on the end of its input: nc -N (OpenBSD) or -q "
     "SECONDS (traditional), no --no-shutdown (ncat), no terminal"},
    {"second_worker", true, "a second worker does not hold the first's input",
     "start each worker so that it inherits nothing of another one: pipes and "
     "sockets close-on-exec, one launcher for each"},
    {"late_answer", true, "an answer 0.3 s after the half-close arrives",
     kTakeAnswersFirst},
    {"later_answer", true, "an answer 3 s after the half-close arrives",
     kTakeAnswersFirst},
    {"latest_answer", true, "an answer 75 s after the half-close arrives",
     "take the answers before the half-close, or raise the program's limit of "
     "time: haproxy timeout tunnel, stunnel TIMEOUTclose, nginx proxy_timeout"},
    {"large_answer", true, "a large answer after the half-close is whole",
     "take the answers before the half-close (DrainMode::kAnswersFirst)"},
    {"last_answer", true,
     "the last answer of a worker that exits with another status than 0",
     "let the program wait for the end of the stream, not of the process "
     "(socat: "
     "EXEC's nofork), or let the worker exit with 0"},
    {"exit_status", false, "the launcher's exit status is the worker's",
     "do not judge a worker by it; often an option passes it on (script -e, "
     "setsid -w)"},
    {"ends_together", false, "the stream and the launcher end with the worker",
     "allow for it in what waits for the worker's end (exit_grace, Close)"},
    {"stderr_arrives", false, "standard error arrives at the parent",
     "look for the worker's messages where the launcher sends them"},
    {"plain_signals", false, "no signal is ignored or blocked in the worker",
     "let the worker set what it relies on, such as SIGPIPE; env "
     "--default-signal does so in front of it"},
    {"blocking_streams", false,
     "the worker's descriptors 0, 1 and 2 are in blocking mode",
     "let the worker bear EAGAIN, or start it with pipes (--binding=pipes)"},
    {"no_other_descriptors", false, "the worker gets no other descriptors",
     "close them in front of it (sh -c 'exec WORKER 3<&-')"},
};

}  // namespace

const PromiseText& TextOf(Promise promise) {
  return kTexts[static_cast<int>(promise)];
}

}  // namespace forkrpc::cli
