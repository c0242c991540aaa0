// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What either side may do wrong with full buffers and with the end.

#include <signal.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "conformance/mutants/mutation.h"
#include "conformance/mutants/relay.h"

namespace forkrpc::mutants {
namespace {

// A fraction of what the cases give a testee that is blocked.
constexpr int kPatienceMs = 50;

// Output is collected and then given to one write, so that a reader who is slow
// makes it a short one.
Mutation Collects() {
  Mutation mutation;
  mutation.out.most_waiting = size_t{64} << 20;
  mutation.writes_when_idle = true;
  mutation.idle_ms = 3;
  return mutation;
}

// What a write did not take is forgotten.
Mutation LosesShortWrite(const Class&) {
  Mutation mutation = Collects();
  mutation.out.blocked = [](std::string* left) { left->clear(); };
  return mutation;
}

// A queue that is full loses frames.
Mutation LosesFrameWhenFull(const Class&) {
  Mutation mutation = Collects();
  mutation.out.frame = [](const Frame& frame, Relay& relay) {
    if (relay.output_waiting() < (size_t{256} << 10)) {
      relay.ToWire(frame.octets());
    }
  };
  return mutation;
}

// What does not fit is written again from its start.
Mutation RepeatsShortWrite(const Class&) {
  Mutation mutation = Collects();
  auto repeated = std::make_shared<bool>(false);
  mutation.out.blocked = [repeated](std::string* left) {
    if (!*repeated) left->insert(0, left->substr(0, 16));
    *repeated = true;
  };
  return mutation;
}

// A write that has been blocked for a while is given up: what waits is
// forgotten. Once, so that what follows is seen; and three octets stay, so that
// it never happens to go on where a frame begins.
Mutation GivesUpBlockedWrite(const Class&) {
  Mutation mutation;
  auto given_up = std::make_shared<bool>(false);
  mutation.idle_ms = kPatienceMs;
  mutation.idle = [given_up](Relay& relay) {
    if (*given_up || relay.output_waiting() == 0) return;
    relay.DropOutput(3);
    *given_up = true;
  };
  return mutation;
}

// A frame that has begun is read to its end before anything is written.
Mutation ReadsFramesToTheirEnd(const Class&) {
  Mutation mutation;
  mutation.silent_inside_frame = true;
  return mutation;
}

Mutation DiesOfSigpipe(const Class&) {
  Mutation mutation;
  mutation.write_failed = [](Relay& relay) {
    signal(SIGPIPE, SIG_DFL);
    raise(SIGPIPE);
    relay.Exit(1);
  };
  return mutation;
}

Mutation CrashesAtTheEnd(const Class&) {
  Mutation mutation;
  mutation.exit_status = [](int) {
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
    return 1;
  };
  return mutation;
}

Mutation ExitsWithOne(const Class&) {
  Mutation mutation;
  mutation.exit_status = [](int status) { return status == 0 ? 1 : status; };
  return mutation;
}

// The end of the stream is read again and again.
Mutation SpinsAtTheEnd(const Class&) {
  Mutation mutation;
  mutation.in.end = [](std::string*, Relay&) {
    volatile bool forever = true;
    while (forever) {
    }
    return true;
  };
  return mutation;
}

Mutation IgnoresTheEnd(const Class&) {
  Mutation mutation;
  mutation.in.end = [](std::string*, Relay&) { return false; };
  return mutation;
}

}  // namespace

void AddFlowOperators(std::vector<Operator>* all) {
  const auto both = [all](const char* name,
                          std::function<Mutation(const Class&)> make) {
    all->push_back({name, true, true, std::move(make)});
  };
  both("loses-short-write", LosesShortWrite);
  both("loses-frame-when-full", LosesFrameWhenFull);
  both("repeats-short-write", RepeatsShortWrite);
  both("gives-up-blocked-write", GivesUpBlockedWrite);
  both("reads-frames-to-their-end", ReadsFramesToTheirEnd);
  all->push_back({"exits-with-1", true, false, ExitsWithOne});
  both("crashes-at-the-end", CrashesAtTheEnd);
  both("ignores-the-end", IgnoresTheEnd);
  both("spins-at-the-end", SpinsAtTheEnd);
  both("dies-of-sigpipe", DiesOfSigpipe);
}

}  // namespace forkrpc::mutants
