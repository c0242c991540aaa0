// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What only a child can do wrong when it drains, ends, or something fails.

#include <poll.h>
#include <unistd.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "conformance/mutants/mutation.h"
#include "conformance/mutants/relay.h"

namespace forkrpc::mutants {
namespace {

Frame FrameOf(uint32_t id, std::string payload) {
  Frame frame = {std::string(8, '\0'), ""};
  frame.set_id(id);
  frame.set_payload(std::move(payload));
  return frame;
}

Frame RequestOf(const Class& cls, uint32_t id, std::string payload) {
  Frame frame = FrameOf(id, std::move(payload));
  if (!cls.async) frame.header.erase(0, 4);
  return frame;
}

// A function takes a millisecond; `after` says what becomes of what it makes
// when the parent has half-closed meanwhile.
Mutation Slow(const std::function<void(const Frame&, Relay&)>& after) {
  Mutation mutation;
  auto held = std::make_shared<std::deque<Frame>>();
  mutation.out.frame = [held](Frame frame, Relay&) {
    held->push_back(std::move(frame));
  };
  mutation.idle_ms = 1;
  mutation.idle = [held, after](Relay& relay) {
    if (held->empty()) return;
    if (relay.wire_ended()) {
      after(held->front(), relay);
    } else {
      relay.ToWire(held->front().octets());
    }
    held->pop_front();
  };
  mutation.out.end = [held, after](std::string*, Relay& relay) {
    for (const Frame& frame : *held) after(frame, relay);
    held->clear();
    return true;
  };
  return mutation;
}

void Pass(const Frame& frame, Relay& relay) { relay.ToWire(frame.octets()); }

// The end of its input ends it, whatever there is to do.
Mutation LeavesAtTheEnd(const Class&) {
  return Slow([](const Frame&, Relay& relay) { relay.Exit(0); });
}

Mutation LosesEventsAtTheEnd(const Class&) {
  return Slow([](const Frame& frame, Relay& relay) {
    if (frame.id() != 0) Pass(frame, relay);
  });
}

Mutation LosesEmptyAtTheEnd(const Class&) {
  return Slow([](const Frame& frame, Relay& relay) {
    if (!frame.payload.empty()) Pass(frame, relay);
  });
}

// After the half-close output is collected and given to one write.
Mutation WritesOnceAtTheEnd(const Class&) {
  Mutation mutation;
  auto ending = std::make_shared<bool>(false);
  mutation.in.end = [ending](std::string*, Relay&) { return *ending = true; };
  mutation.out.blocked = [ending](std::string* left) {
    if (*ending) left->clear();
  };
  return mutation;
}

Mutation AtTheEnd(const std::function<void(Relay&)>& act) {
  Mutation mutation;
  mutation.in.end = [act](std::string*, Relay& relay) {
    act(relay);
    return true;
  };
  return mutation;
}

Mutation Finished(std::function<void(Relay&)> act) {
  Mutation mutation;
  mutation.finished = std::move(act);
  return mutation;
}

// Ends after `most` calls.
Mutation LeavesAfter(int most) {
  Mutation mutation;
  auto count = std::make_shared<int>(0);
  mutation.in.frame = [count, most](const Frame& frame, Relay& relay) {
    relay.ToInner(frame.octets());
    if (++*count == most) relay.EndInner();
  };
  return mutation;
}

// Ends when it has answered and nothing has come meanwhile.
Mutation LeavesWhenIdle(const Class&) {
  Mutation mutation;
  mutation.out.frame = [](const Frame& frame, Relay& relay) {
    relay.ToWire(frame.octets());
    pollfd wire = {STDIN_FILENO, POLLIN, 0};
    if (poll(&wire, 1, 0) == 0) relay.EndInner();
  };
  return mutation;
}

// A request whose function fails becomes `instead`; nothing if that is empty.
Mutation FailedCalls(const Class& cls, const std::string& instead) {
  Mutation mutation;
  mutation.in.frame = [cls, instead](const Frame& frame, Relay& relay) {
    if (frame.payload.empty() || frame.payload[0] != 'X') {
      return relay.ToInner(frame.octets());
    }
    if (instead.empty()) return;
    const uint32_t id = cls.async ? frame.id() : 1;
    relay.ToInner(RequestOf(cls, id, instead).octets());
  };
  return mutation;
}

Mutation FailureIsStatus0(const Class&) {
  Mutation mutation;
  mutation.exit_status = [](int status) { return status == 1 ? 0 : status; };
  return mutation;
}

Mutation ProtocolErrorIsStatus0(const Class&) {
  Mutation mutation;
  mutation.exit_status = [](int status) { return status == 10 ? 0 : status; };
  return mutation;
}

// Finds the error and leaves at once.
Mutation LosesOutputOnError(const Class&) {
  Mutation mutation;
  mutation.in.oversize = [](const std::string&, Relay& relay) -> bool {
    relay.Exit(10);
  };
  return mutation;
}

// What is wrong with a request is found when the others of the read are done.
Mutation GoesOnBehindErrors(const Class&) {
  Mutation mutation;
  auto wrong = std::make_shared<std::string>();
  mutation.in.frame = [wrong](const Frame& frame, Relay& relay) {
    if (frame.id() != 0) return relay.ToInner(frame.octets());
    *wrong += frame.octets();
  };
  mutation.in.after_read = [wrong](std::string*, Relay& relay) {
    relay.ToInner(*wrong);
    wrong->clear();
  };
  return mutation;
}

// The end behind a header calls the function without its payload.
Mutation CallsAtHeader(const Class& cls) {
  Mutation mutation;
  const size_t header = cls.async ? 8 : 4;
  mutation.in.end = [header](std::string* rest, Relay& relay) {
    if (rest->size() != header) return true;
    relay.ToInner(rest->replace(header - 4, 4, 4, '\0'));
    rest->clear();
    return true;
  };
  return mutation;
}

// Tells its log, which it believes to be standard output, of each call.
Mutation PrintsToTheWire(const Class&) {
  Mutation mutation;
  mutation.in.frame = [](const Frame& frame, Relay& relay) {
    relay.ToWire("call\n");
    relay.ToInner(frame.octets());
  };
  return mutation;
}

Mutation WritesTo0(const Class&) {
  Mutation mutation;
  mutation.writes_to_0 = true;
  return mutation;
}

void AddEnds(const AddOperator& add) {
  add("leaves-at-the-end", LeavesAtTheEnd);
  add("loses-events-at-the-end", LosesEventsAtTheEnd);
  add("loses-empty-responses-at-the-end", LosesEmptyAtTheEnd);
  add("writes-once-at-the-end", WritesOnceAtTheEnd);
  add("says-goodbye", [](const Class&) {
    return AtTheEnd(
        [](Relay& relay) { relay.ToWire(FrameOf(0, "goodbye").octets()); });
  });
  add("sends-null-frame-at-the-end", [](const Class&) {
    return Finished([](Relay&) {
      const ssize_t n = write(1, "\0\0\0\0", 4);
      (void)n;
    });
  });
  add("stays-after-closing", [](const Class&) {
    Mutation mutation;
    mutation.exit_status = [](int status) {
      while (true) pause();
      return status;
    };
    return mutation;
  });
  add("stays-without-closing", [](const Class&) {
    return Finished([](Relay& relay) { relay.Hang(); });
  });
  add("stays-when-parent-is-gone", [](const Class&) {
    Mutation mutation;
    mutation.peer_gone = [](Relay& relay) { relay.Hang(); };
    return mutation;
  });
  add("retries-when-parent-is-gone", [](const Class&) {
    Mutation mutation;
    mutation.write_failed = [](Relay&) {
      while (write(1, "", 1) <= 0) {
      }
    };
    return mutation;
  });
  add("leaves-after-100-calls", [](const Class&) { return LeavesAfter(100); });
  add("leaves-when-idle", LeavesWhenIdle);
}

void AddFailures(const AddOperator& add) {
  add("answers-failed-calls",
      [](const Class& cls) { return FailedCalls(cls, "Efailed"); });
  add("raises-event-for-failed-calls",
      [](const Class& cls) { return FailedCalls(cls, "Vfailed"); });
  add("ignores-failed-calls",
      [](const Class& cls) { return FailedCalls(cls, ""); });
  add("fails-with-status-0", FailureIsStatus0);
  add("refuses-with-status-0", ProtocolErrorIsStatus0);
  add("loses-output-on-error", LosesOutputOnError);
  // In the sync form there is no such error.
  add("goes-on-behind-errors", GoesOnBehindErrors);
  add("calls-at-header", CallsAtHeader);
  add("prints-to-the-wire", PrintsToTheWire);
  add("writes-to-descriptor-0", WritesTo0);
}

}  // namespace

void AddChildEndOperators(std::vector<Operator>* all) {
  const AddOperator add = AddForChild(all);
  AddEnds(add);
  AddFailures(add);
}

}  // namespace forkrpc::mutants
