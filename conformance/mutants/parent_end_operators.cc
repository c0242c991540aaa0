// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What only a parent can do wrong at the end and with errors.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "conformance/mutants/calls.h"
#include "conformance/mutants/mutation.h"
#include "conformance/mutants/relay.h"

namespace forkrpc::mutants {
namespace {

// What belongs to nobody is dropped if `dropped` says so.
Mutation Drops(const Class& cls,
               const std::function<bool(uint32_t, const Calls&)>& dropped) {
  return Knowing(cls, [=](const Frame& frame, Calls& calls, Relay& relay) {
    if (frame.id() != 0 && dropped(frame.id(), calls)) return;
    Deliver(cls, frame, calls, relay);
  });
}

Mutation StraysAreTheOldests(const Class& cls) {
  return Knowing(cls, [cls](Frame frame, Calls& calls, Relay& relay) {
    if (frame.id() != 0 && !calls.in_flight.empty() && !calls.Has(frame.id())) {
      frame.set_id(calls.in_flight.front());
    }
    Deliver(cls, frame, calls, relay);
  });
}

Mutation StraysAreEvents(const Class& cls) {
  return Knowing(cls, [cls](Frame frame, Calls& calls, Relay& relay) {
    const bool known =
        cls.async ? calls.Has(frame.id()) : !calls.in_flight.empty();
    if (!known) frame.set_id(0);
    Deliver(cls, frame, calls, relay);
  });
}

// Acts on what stands behind a wrong frame in the same read before it ends.
Mutation GoesOnBehindErrors(const Class& cls) {
  auto wrong = std::make_shared<std::string>();
  Mutation mutation =
      Knowing(cls, [=](const Frame& frame, Calls& calls, Relay& relay) {
        const bool known =
            cls.async ? calls.Has(frame.id()) : !calls.in_flight.empty();
        if (frame.id() == 0 || known) return Deliver(cls, frame, calls, relay);
        *wrong += frame.octets();
      });
  mutation.in.after_read = [wrong](std::string*, Relay& relay) {
    relay.ToInner(*wrong);
    wrong->clear();
  };
  return mutation;
}

// Requests are written when there is nothing else to do; what the half-close
// finds unwritten is dropped, but for `keep` octets.
Mutation HalfClosesEarly(const std::function<size_t(size_t)>& keep) {
  Mutation mutation;
  mutation.writes_when_idle = true;
  mutation.idle_ms = 20;
  // A library that queues takes all there is.
  mutation.out.most_waiting = size_t{64} << 20;
  mutation.out.end = [keep](std::string*, Relay& relay) {
    relay.DropOutput(keep(relay.output_waiting()));
    return true;
  };
  return mutation;
}

Mutation AtHalfClose(const std::function<bool(Relay&)>& act) {
  Mutation mutation;
  mutation.out.end = [act](std::string*, Relay& relay) { return act(relay); };
  return mutation;
}

// Nothing is read after the half-close.
Mutation StopsReading(const Class&) {
  return AtHalfClose([](Relay& relay) {
    relay.EndInner();
    return true;
  });
}

// After the half-close: only responses.
Mutation LosesEventsAfterDrop(const Class&) {
  auto dropped = std::make_shared<bool>(false);
  Mutation mutation =
      AtHalfClose([dropped](Relay&) { return *dropped = true; });
  mutation.in.frame = [dropped](const Frame& frame, Relay& relay) {
    if (frame.id() != 0 || !*dropped) relay.ToInner(frame.octets());
  };
  return mutation;
}

// Any end of the stream is an error.
Mutation CleanEndIsError(const Class&) {
  Mutation mutation;
  mutation.in.end = [](std::string*, Relay& relay) {
    relay.ToInner(std::string(1, '\0'));
    return true;
  };
  return mutation;
}

// Lines of reports: `change` gives what is printed instead.
Mutation Reports(
    const std::function<std::vector<std::string>(const std::string&)>& change) {
  Mutation mutation;
  mutation.report = [change](const std::string& line, Relay& relay) {
    for (const std::string& each : change(line)) relay.Report(each);
  };
  return mutation;
}

bool IsA(const std::string& line, const char* word) {
  return line.rfind(word, 0) == 0;
}

// "error eof" becomes "closed".
Mutation EofIsClean(const Class&) {
  return Reports([](const std::string& line) {
    return std::vector<std::string>{line == "error eof" ? "closed" : line};
  });
}

// The same, after the half-close only, and the calls end with empty results.
Mutation EofAfterDropIsClean(const Class& cls) {
  auto dropped = std::make_shared<bool>(false);
  Mutation mutation = Knowing(cls, [cls](const Frame& f, Calls& c, Relay& r) {
    Deliver(cls, f, c, r);
  });
  mutation.out.end = [dropped](std::string*, Relay&) {
    return *dropped = true;
  };
  mutation.report = [dropped](const std::string& line, Relay& relay) {
    relay.Report(*dropped && line == "error eof" ? "closed" : line);
  };
  return mutation;
}

// Calls in flight at the end get empty results.
Mutation FailedIsEmptyResult(const Class&) {
  return Reports([](const std::string& line) {
    if (!IsA(line, "failed ")) return std::vector<std::string>{line};
    return std::vector<std::string>{"result " + line.substr(7) + " -"};
  });
}

Mutation KeepsWire(const Class&) {
  Mutation mutation;
  mutation.keeps_wire = true;
  mutation.out.end = [](std::string*, Relay&) { return false; };
  return mutation;
}

void AddEnds(const AddOperator& add) {
  add("never-half-closes",
      [](const Class&) { return AtHalfClose([](Relay&) { return false; }); });
  add("half-closes-before-requests", [](const Class&) {
    return HalfClosesEarly([](size_t) { return size_t{0}; });
  });
  add("half-closes-inside-frame", [](const Class&) {
    Mutation mutation;
    auto tail = std::make_shared<std::string>();
    mutation.out.frame = [tail](const Frame& frame, Relay& relay) {
      relay.ToWire(*tail);
      const std::string octets = frame.octets();
      const size_t keep = octets.size() > 100 ? 16 : 0;
      relay.ToWire(octets.substr(0, octets.size() - keep));
      *tail = octets.substr(octets.size() - keep);
    };
    mutation.idle_ms = 20;
    mutation.idle = [tail](Relay& relay) {
      relay.ToWire(*tail);
      tail->clear();
    };
    return mutation;
  });
  add("sends-null-request-at-the-end", [](const Class& cls) {
    return AtHalfClose([cls](Relay& relay) {
      relay.ToWire(std::string(cls.async ? 8 : 4, '\0'));
      return true;
    });
  });
  add("stops-reading-at-the-end", StopsReading);
  add("loses-events-after-drop", LosesEventsAfterDrop);
  add("clean-end-is-error", CleanEndIsError);
  add("end-is-always-clean", EofIsClean);
  add("end-after-drop-is-clean", EofAfterDropIsClean);
  add("gives-empty-results-at-the-end", FailedIsEmptyResult);
}

void AddErrors(const AddOperator& add) {
  add("ignores-unknown-ids", [](const Class& cls) {
    return Drops(cls, [cls](uint32_t id, const Calls& calls) {
      return cls.async && !calls.in_flight.empty() && !calls.Has(id);
    });
  });
  add("ignores-unasked", [](const Class& cls) {
    return Drops(cls, [](uint32_t, const Calls& calls) {
      return calls.in_flight.empty();
    });
  });
  add("ignores-second-responses", [](const Class& cls) {
    return Drops(cls, [](uint32_t id, const Calls& calls) {
      return !calls.in_flight.empty() && !calls.Has(id) &&
             calls.answered.count(id) > 0;
    });
  });
  add("ignores-extra-responses", [](const Class& cls) {
    return Drops(cls, [](uint32_t, const Calls& calls) {
      return calls.in_flight.empty() && calls.made > 0;
    });
  });
  add("strays-are-the-oldests", StraysAreTheOldests);
  add("strays-are-events", StraysAreEvents);
  add("goes-on-behind-errors", GoesOnBehindErrors);
  add("keeps-wire-after-error", KeepsWire);
  add("forgets-calls-at-the-end", [](const Class&) {
    return Reports([](const std::string& line) {
      if (IsA(line, "failed ")) return std::vector<std::string>{};
      return std::vector<std::string>{line};
    });
  });
  add("fails-calls-twice", [](const Class&) {
    return Reports([](const std::string& line) {
      return std::vector<std::string>(IsA(line, "failed ") ? 2 : 1, line);
    });
  });
  add("tells-no-error", [](const Class&) {
    return Reports([](const std::string& line) {
      if (IsA(line, "error ")) return std::vector<std::string>{};
      return std::vector<std::string>{line};
    });
  });
  add("writes-before-reading", [](const Class&) {
    Mutation mutation;
    mutation.writes_before_reading = true;
    return mutation;
  });
}

}  // namespace

void AddParentEndOperators(std::vector<Operator>* all) {
  const AddOperator add = AddForParent(all);
  AddEnds(add);
  AddErrors(add);
}

}  // namespace forkrpc::mutants
