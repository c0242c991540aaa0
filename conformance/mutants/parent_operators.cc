// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What only a parent can do wrong: ids, matching, events, order.

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "conformance/mutants/calls.h"
#include "conformance/mutants/mutation.h"
#include "conformance/mutants/relay.h"

namespace forkrpc::mutants {
namespace {

// What a parent does not take, so that it finds an error.
void FindError(Relay& relay) {
  relay.ToInner(std::string("\0\0\0\0\xFF\xFF\xFF\xFF", 8));
}

// Request n, from 0, goes out with the id give(n); a response with that id is
// the latest such call's.
Mutation GivesIds(const std::function<uint32_t(uint32_t)>& give) {
  Mutation mutation;
  auto count = std::make_shared<uint32_t>(0);
  auto own = std::make_shared<std::map<uint32_t, uint32_t>>();
  mutation.out.frame = [=](Frame frame, Relay& relay) {
    const uint32_t id = give((*count)++);
    (*own)[id] = frame.id();
    frame.set_id(id);
    relay.ToWire(frame.octets());
  };
  mutation.in.frame = [own](Frame frame, Relay& relay) {
    const auto it = own->find(frame.id());
    if (frame.id() != 0 && it != own->end()) frame.set_id(it->second);
    relay.ToInner(frame.octets());
  };
  return mutation;
}

// The lowest id that no call in flight has.
Mutation GivesLowestId(const Class&) {
  Mutation mutation;
  auto own = std::make_shared<std::map<uint32_t, uint32_t>>();
  mutation.out.frame = [own](Frame frame, Relay& relay) {
    uint32_t id = 1;
    while (own->count(id) > 0) ++id;
    (*own)[id] = frame.id();
    frame.set_id(id);
    relay.ToWire(frame.octets());
  };
  mutation.in.frame = [own](Frame frame, Relay& relay) {
    const auto it = own->find(frame.id());
    if (it != own->end()) {
      frame.set_id(it->second);
      own->erase(it);
    }
    relay.ToInner(frame.octets());
  };
  return mutation;
}

Mutation MatchesFirst(const Class& cls) {
  return Knowing(cls, [](Frame frame, Calls& calls, Relay& relay) {
    if (frame.id() != 0 && !calls.in_flight.empty()) {
      frame.set_id(calls.in_flight.front());
      calls.in_flight.pop_front();
    }
    relay.ToInner(frame.octets());
  });
}

Mutation MatchesLast(const Class& cls) {
  return Knowing(cls, [](Frame frame, Calls& calls, Relay& relay) {
    if (frame.id() != 0 && !calls.in_flight.empty()) {
      frame.set_id(calls.in_flight.back());
      calls.in_flight.pop_back();
    }
    relay.ToInner(frame.octets());
  });
}

// Ids are compared by their low 16 bits.
Mutation Matches16Bits(const Class& cls) {
  return Knowing(cls, [cls](Frame frame, Calls& calls, Relay& relay) {
    if (frame.id() != 0) frame.set_id(frame.id() & 0xFFFF);
    Deliver(cls, frame, calls, relay);
  });
}

// Responses wait for those to earlier calls.
Mutation WaitsForOldest(const Class& cls) {
  auto held = std::make_shared<std::map<uint32_t, Frame>>();
  return Knowing(cls, [=](const Frame& frame, Calls& calls, Relay& relay) {
    if (frame.id() == 0 || !calls.Has(frame.id())) {
      return relay.ToInner(frame.octets());
    }
    (*held)[frame.id()] = frame;
    while (!calls.in_flight.empty()) {
      const auto it = held->find(calls.in_flight.front());
      if (it == held->end()) return;
      relay.ToInner(it->second.octets());
      held->erase(it);
      calls.in_flight.pop_front();
    }
  });
}

// In the sync form: the payloads of responses go to the calls last to first.
Mutation AnswersLastFirst(const Class& cls) {
  auto held = std::make_shared<std::string>();
  return Knowing(cls, [=](const Frame& frame, Calls& calls, Relay& relay) {
    if (frame.id() == 0) return relay.ToInner(frame.octets());
    *held = frame.octets() + *held;
    if (!calls.in_flight.empty()) calls.in_flight.pop_front();
    if (!calls.in_flight.empty()) return;
    relay.ToInner(*held);
    held->clear();
  });
}

Mutation RefusesIds(const std::function<bool(uint32_t)>& refused) {
  Mutation mutation;
  mutation.in.frame = [refused](const Frame& frame, Relay& relay) {
    if (refused(frame.id())) return FindError(relay);
    relay.ToInner(frame.octets());
  };
  return mutation;
}

// Ids of 2^31 and more are negative, and what is not positive is an event.
Mutation NegativeIdsAreEvents(const Class&) {
  Mutation mutation;
  mutation.in.frame = [](Frame frame, Relay& relay) {
    if ((frame.id() & 0x80000000) != 0) frame.set_id(0);
    relay.ToInner(frame.octets());
  };
  return mutation;
}

Mutation Events(const Class& cls, const Incoming& change) {
  return Knowing(cls, [=](Frame frame, Calls& calls, Relay& relay) {
    if (frame.id() == 0) return change(std::move(frame), calls, relay);
    Deliver(cls, frame, calls, relay);
  });
}

Mutation EventsAreResponses(const Class& cls) {
  return Events(cls, [cls](Frame frame, Calls& calls, Relay& relay) {
    if (!calls.in_flight.empty()) {
      frame.set_id(cls.async ? calls.in_flight.front() : 1);
    }
    Deliver(cls, frame, calls, relay);
  });
}

Mutation RefusesIdleEvents(const Class& cls) {
  return Events(cls, [](const Frame& frame, Calls& calls, Relay& relay) {
    if (calls.in_flight.empty()) return FindError(relay);
    relay.ToInner(frame.octets());
  });
}

Mutation LosesEarlyEvents(const Class& cls) {
  return Events(cls, [](const Frame& frame, Calls& calls, Relay& relay) {
    if (calls.made > 0) relay.ToInner(frame.octets());
  });
}

Mutation LosesIdleEvents(const Class& cls) {
  return Events(cls, [](const Frame& frame, Calls& calls, Relay& relay) {
    if (calls.made == 0 || !calls.in_flight.empty()) {
      relay.ToInner(frame.octets());
    }
  });
}

Mutation LosesEmptyEvents(const Class& cls) {
  return Events(cls, [](const Frame& frame, Calls&, Relay& relay) {
    if (!frame.payload.empty()) relay.ToInner(frame.octets());
  });
}

Mutation DoublesEvents(const Class& cls) {
  return Events(cls, [](const Frame& frame, Calls&, Relay& relay) {
    relay.ToInner(frame.octets() + frame.octets());
  });
}

// Events wait for the next response.
Mutation HoldsEvents(const Class& cls) {
  auto held = std::make_shared<std::string>();
  return Knowing(cls, [=](const Frame& frame, Calls& calls, Relay& relay) {
    if (frame.id() == 0 && !calls.in_flight.empty()) {
      *held += frame.octets();
      return;
    }
    Deliver(cls, frame, calls, relay);
    relay.ToInner(*held);
    held->clear();
  });
}

// All responses of a read before its events.
Mutation ResponsesFirst(const Class&) {
  Mutation mutation;
  auto held = std::make_shared<std::string>();
  mutation.in.frame = [held](const Frame& frame, Relay& relay) {
    if (frame.id() != 0) return relay.ToInner(frame.octets());
    *held += frame.octets();
  };
  mutation.in.after_read = [held](std::string*, Relay& relay) {
    relay.ToInner(*held);
    held->clear();
  };
  return mutation;
}

// The queue of requests is a stack.
Mutation SendsLastFirst(const Class&) {
  Mutation mutation;
  auto held = std::make_shared<std::string>();
  mutation.out.frame = [held](const Frame& frame, Relay&) {
    *held = frame.octets() + *held;
  };
  mutation.idle_ms = 5;
  mutation.idle = [held](Relay& relay) {
    relay.ToWire(*held);
    held->clear();
  };
  mutation.out.end = [held](std::string*, Relay& relay) {
    relay.ToWire(*held);
    held->clear();
    return true;
  };
  return mutation;
}

Mutation SendsShortFirst(const Class&) {
  Mutation mutation;
  auto held = std::make_shared<std::vector<std::string>>();
  mutation.out.frame = [held](const Frame& frame, Relay&) {
    held->push_back(frame.octets());
  };
  const auto flush = [held](Relay& relay) {
    std::stable_sort(held->begin(), held->end(),
                     [](const std::string& a, const std::string& b) {
                       return a.size() < b.size();
                     });
    for (const std::string& each : *held) relay.ToWire(each);
    held->clear();
  };
  mutation.idle_ms = 5;
  mutation.idle = flush;
  mutation.out.end = [flush](std::string*, Relay& relay) {
    flush(relay);
    return true;
  };
  return mutation;
}

void AddIds(const AddOperator& add) {
  const auto gives = [&](const char* name,
                         const std::function<uint32_t(uint32_t)>& give) {
    add(name, [give](const Class&) { return GivesIds(give); });
  };
  gives("gives-ids-from-0", [](uint32_t n) { return n; });
  gives("gives-id-1-to-all", [](uint32_t) { return 1; });
  gives("gives-8-bit-ids", [](uint32_t n) { return (n + 1) & 0xFF; });
  gives("gives-ids-1-to-16", [](uint32_t n) { return n % 16 + 1; });
  gives("gives-ids-1-to-255", [](uint32_t n) { return n % 255 + 1; });
  gives("gives-ids-descending", [](uint32_t n) { return 0xFFFFFFFF - n; });
  gives("gives-even-ids", [](uint32_t n) { return 2 * n + 2; });
  gives("gives-little-endian-ids",
        [](uint32_t n) { return __builtin_bswap32(n + 1); });
  // 2^32 calls would show it.
  gives("wraps-to-id-0", [](uint32_t n) { return n + 1; });
  add("gives-lowest-id", GivesLowestId);
  add("sends-request-id", [](const Class&) {
    auto count = std::make_shared<uint32_t>(0);
    Mutation mutation;
    mutation.out.frame = [count](const Frame& frame, Relay& relay) {
      relay.ToWire(Store32(++*count) + frame.octets());
    };
    return mutation;
  });
  add("sends-no-id", [](const Class&) {
    Mutation mutation;
    mutation.out.frame = [](const Frame& frame, Relay& relay) {
      relay.ToWire(frame.octets().substr(4));
    };
    return mutation;
  });
  add("matches-first-call", MatchesFirst);
  add("matches-last-call", MatchesLast);
  add("matches-16-bits", Matches16Bits);
  add("waits-for-oldest", WaitsForOldest);
  add("answers-last-first", AnswersLastFirst);
  add("wants-id-1", [](const Class&) {
    return RefusesIds([](uint32_t n) { return n > 1; });
  });
  add("wants-ascending-ids", [](const Class&) {
    auto last = std::make_shared<uint32_t>(0);
    return RefusesIds([last](uint32_t n) {
      const bool down = n != 0 && n <= *last;
      if (n != 0) *last = n;
      return down;
    });
  });
  add("negative-ids-are-events", NegativeIdsAreEvents);
}

void AddEvents(const AddOperator& add) {
  add("events-are-responses", EventsAreResponses);
  add("refuses-idle-events", RefusesIdleEvents);
  add("loses-early-events", LosesEarlyEvents);
  add("loses-idle-events", LosesIdleEvents);
  add("loses-empty-events", LosesEmptyEvents);
  add("doubles-events", DoublesEvents);
  add("holds-events", HoldsEvents);
  add("responses-first", ResponsesFirst);
  add("sends-last-first", SendsLastFirst);
  add("sends-short-first", SendsShortFirst);
}

}  // namespace

void AddParentOperators(std::vector<Operator>* all) {
  const AddOperator add = AddForParent(all);
  AddIds(add);
  AddEvents(add);
}

}  // namespace forkrpc::mutants
