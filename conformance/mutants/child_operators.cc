// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What only a child can do wrong: ids, order, events.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "conformance/mutants/mutation.h"
#include "conformance/mutants/relay.h"

namespace forkrpc::mutants {
namespace {

constexpr uint32_t kFreshIds = 0x40000000;

// Ids of responses, not of events, become change(id).
Mutation ResponseId(const std::function<uint32_t(uint32_t)>& change) {
  Mutation mutation;
  mutation.out.frame = [change](Frame frame, Relay& relay) {
    if (frame.id() != 0) frame.set_id(change(frame.id()));
    relay.ToWire(frame.octets());
  };
  return mutation;
}

// Requests are refused, as an error of the parent, if `refused` says so.
Mutation RefusesIds(const std::function<bool(uint32_t)>& refused) {
  Mutation mutation;
  mutation.in.frame = [refused](const Frame& frame, Relay& relay) {
    relay.ToInner(refused(frame.id())
                      ? std::string("\0\0\0\1\xFF\xFF\xFF\xFF", 8)
                      : frame.octets());
  };
  return mutation;
}

// Responses get the ids of the requests in the order of these.
Mutation FirstInFirstOut(const Class&) {
  Mutation mutation;
  auto ids = std::make_shared<std::deque<uint32_t>>();
  mutation.in.frame = [ids](const Frame& frame, Relay& relay) {
    ids->push_back(frame.id());
    relay.ToInner(frame.octets());
  };
  mutation.out.frame = [ids](Frame frame, Relay& relay) {
    if (frame.id() != 0 && !ids->empty()) {
      frame.set_id(ids->front());
      ids->pop_front();
    }
    relay.ToWire(frame.octets());
  };
  return mutation;
}

// Responses get the id of the request read last.
Mutation LatestId(const Class&) {
  Mutation mutation;
  auto latest = std::make_shared<uint32_t>(1);
  mutation.in.frame = [latest](const Frame& frame, Relay& relay) {
    *latest = frame.id();
    relay.ToInner(frame.octets());
  };
  mutation.out.frame = [latest](Frame frame, Relay& relay) {
    if (frame.id() != 0) frame.set_id(*latest);
    relay.ToWire(frame.octets());
  };
  return mutation;
}

// Unknown to the testee, each request has an id of its own: 0 and ids in flight
// are as good as any.
Mutation TakesAnyId(bool zero) {
  Mutation mutation;
  auto ids = std::make_shared<std::map<uint32_t, uint32_t>>();
  auto in_flight = std::make_shared<std::set<uint32_t>>();
  mutation.in.frame = [ids, in_flight, zero](Frame frame, Relay& relay) {
    const bool again = !in_flight->insert(frame.id()).second;
    if (zero ? frame.id() == 0 : again) {
      const uint32_t fresh = kFreshIds + static_cast<uint32_t>(ids->size());
      (*ids)[fresh] = frame.id();
      frame.set_id(fresh);
    }
    relay.ToInner(frame.octets());
  };
  mutation.out.frame = [ids, in_flight](Frame frame, Relay& relay) {
    const auto it = ids->find(frame.id());
    if (it != ids->end()) frame.set_id(it->second);
    in_flight->erase(frame.id());
    relay.ToWire(frame.octets());
  };
  return mutation;
}

// A second call with an id gets the first one's response.
Mutation CachesById(const Class&) {
  Mutation mutation;
  auto cache = std::make_shared<std::map<uint32_t, std::string>>();
  mutation.in.frame = [cache](const Frame& frame, Relay& relay) {
    const auto it = cache->find(frame.id());
    if (it != cache->end()) return relay.ToWire(it->second);
    relay.ToInner(frame.octets());
  };
  mutation.out.frame = [cache](const Frame& frame, Relay& relay) {
    if (frame.id() != 0) (*cache)[frame.id()] = frame.octets();
    relay.ToWire(frame.octets());
  };
  return mutation;
}

// Requests that came together are answered last first.
Mutation LastFirst(const Class&) {
  Mutation mutation;
  auto waiting = std::make_shared<int>(0);
  auto held = std::make_shared<std::string>();
  mutation.in.frame = [waiting](const Frame& frame, Relay& relay) {
    ++*waiting;
    relay.ToInner(frame.octets());
  };
  mutation.out.frame = [waiting, held](const Frame& frame, Relay& relay) {
    *held = frame.octets() + *held;
    if (frame.id() != 0) --*waiting;
    if (*waiting > 0) return;
    relay.ToWire(*held);
    held->clear();
  };
  return mutation;
}

// Events are written at once, responses when nothing is to be done.
Mutation EventsOvertake(const Class&) {
  Mutation mutation;
  auto held = std::make_shared<std::string>();
  mutation.out.frame = [held](const Frame& frame, Relay& relay) {
    if (frame.id() == 0) return relay.ToWire(frame.octets());
    *held += frame.octets();
  };
  mutation.idle = [held](Relay& relay) {
    relay.ToWire(*held);
    held->clear();
  };
  mutation.out.end = [held](std::string*, Relay& relay) {
    relay.ToWire(*held);
    held->clear();
    return true;
  };
  mutation.idle_ms = 5;
  return mutation;
}

// Each event is written behind the response that follows it.
Mutation EventsLate(const Class&) {
  Mutation mutation;
  auto held = std::make_shared<std::string>();
  mutation.out.frame = [held](const Frame& frame, Relay& relay) {
    if (frame.id() == 0) {
      *held += frame.octets();
      return;
    }
    relay.ToWire(frame.octets() + *held);
    held->clear();
  };
  return mutation;
}

Mutation Events(const std::function<void(Frame, Relay&)>& change) {
  Mutation mutation;
  mutation.out.frame = [change](Frame frame, Relay& relay) {
    if (frame.id() == 0) return change(std::move(frame), relay);
    relay.ToWire(frame.octets());
  };
  return mutation;
}

Mutation AnswersTwice(const Class&) {
  Mutation mutation;
  mutation.out.frame = [](const Frame& frame, Relay& relay) {
    relay.ToWire(frame.octets());
    if (frame.id() != 0) relay.ToWire(frame.octets());
  };
  return mutation;
}

// The hundredth response is lost.
Mutation LosesHundredth(const Class&) {
  Mutation mutation;
  auto count = std::make_shared<int>(0);
  mutation.out.frame = [count](const Frame& frame, Relay& relay) {
    if (frame.id() != 0 && ++*count == 100) return;
    relay.ToWire(frame.octets());
  };
  return mutation;
}

// At most `most` calls are in the functions' hands.
Mutation AtMost(size_t most) {
  Mutation mutation;
  auto in_flight = std::make_shared<size_t>(0);
  auto queue = std::make_shared<std::deque<std::string>>();
  mutation.in.frame = [=](const Frame& frame, Relay& relay) {
    if (*in_flight >= most) return queue->push_back(frame.octets());
    ++*in_flight;
    relay.ToInner(frame.octets());
  };
  mutation.out.frame = [=](const Frame& frame, Relay& relay) {
    relay.ToWire(frame.octets());
    if (frame.id() == 0) return;
    --*in_flight;
    if (queue->empty()) return;
    relay.ToInner(queue->front());
    queue->pop_front();
    ++*in_flight;
  };
  return mutation;
}

// One buffer for all payloads that are held.
Mutation SharesBuffer(const Class&) {
  Mutation mutation;
  auto latest = std::make_shared<std::string>();
  mutation.in.frame = [latest](const Frame& frame, Relay& relay) {
    if (!frame.payload.empty() && frame.payload[0] == 'H') {
      *latest = frame.payload.substr(1);
    }
    relay.ToInner(frame.octets());
  };
  mutation.out.frame = [latest](Frame frame, Relay& relay) {
    if (frame.payload.size() == latest->size()) frame.set_payload(*latest);
    relay.ToWire(frame.octets());
  };
  return mutation;
}

Mutation NoIdInResponses(const Class&) {
  Mutation mutation;
  mutation.out.frame = [](const Frame& frame, Relay& relay) {
    relay.ToWire(frame.octets().substr(4));
  };
  return mutation;
}

void AddIds(const AddOperator& add) {
  const auto id = [&](const char* name,
                      const std::function<uint32_t(uint32_t)>& change) {
    add(name, [change](const Class&) { return ResponseId(change); });
  };
  id("answers-id-plus-1", [](uint32_t n) { return n + 1; });
  id("answers-id-0", [](uint32_t) { return 0; });
  id("answers-id-1", [](uint32_t) { return 1; });
  id("answers-id-16-bit", [](uint32_t n) { return n & 0xFFFF; });
  id("answers-id-31-bit", [](uint32_t n) { return n & 0x7FFFFFFF; });
  id("answers-id-little-endian",
     [](uint32_t n) { return __builtin_bswap32(n); });
  add("counts-responses", [](const Class&) {
    auto count = std::make_shared<uint32_t>(0);
    return ResponseId([count](uint32_t) { return ++*count; });
  });
  add("answers-first-in-first-out", FirstInFirstOut);
  add("answers-latest-id", LatestId);
  add("answers-by-cache", CachesById);
  add("takes-id-0", [](const Class&) { return TakesAnyId(true); });
  add("takes-id-in-flight", [](const Class&) { return TakesAnyId(false); });
  add("refuses-high-ids", [](const Class&) {
    return RefusesIds([](uint32_t n) { return (n & 0x80000000) != 0; });
  });
  add("refuses-gaps", [](const Class&) {
    auto last = std::make_shared<uint32_t>(0);
    return RefusesIds([last](uint32_t n) {
      const bool gap = n > *last + 1;
      *last = n;
      return gap;
    });
  });
  add("refuses-descending-ids", [](const Class&) {
    auto last = std::make_shared<uint32_t>(0);
    return RefusesIds([last](uint32_t n) {
      const bool down = n < *last;
      *last = n;
      return down;
    });
  });
  add("refuses-used-ids", [](const Class&) {
    auto used = std::make_shared<std::set<uint32_t>>();
    return RefusesIds([used](uint32_t n) { return !used->insert(n).second; });
  });
  add("sends-no-id", NoIdInResponses);
}

void AddOrderAndEvents(const AddOperator& add) {
  add("answers-last-first", LastFirst);
  add("answers-twice", AnswersTwice);
  add("loses-hundredth-response", LosesHundredth);
  add("serves-one-at-a-time", [](const Class&) { return AtMost(1); });
  add("serves-eight-at-a-time", [](const Class&) { return AtMost(8); });
  add("serves-63-at-a-time", [](const Class&) { return AtMost(63); });
  add("shares-buffer", SharesBuffer);
  add("events-overtake", EventsOvertake);
  add("events-late", EventsLate);
  add("events-have-id-1", [](const Class&) {
    return Events([](Frame frame, Relay& relay) {
      frame.set_id(1);
      relay.ToWire(frame.octets());
    });
  });
  add("loses-events",
      [](const Class&) { return Events([](const Frame&, Relay&) {}); });
  add("loses-empty-events", [](const Class&) {
    return Events([](const Frame& frame, Relay& relay) {
      if (!frame.payload.empty()) relay.ToWire(frame.octets());
    });
  });
  add("doubles-events", [](const Class&) {
    return Events([](const Frame& frame, Relay& relay) {
      relay.ToWire(frame.octets() + frame.octets());
    });
  });
  add("events-without-id", [](const Class&) {
    return Events([](const Frame& frame, Relay& relay) {
      relay.ToWire(frame.octets().substr(4));
    });
  });
  add("joins-equal-events", [](const Class&) {
    auto last = std::make_shared<std::string>("none");
    return Events([last](const Frame& frame, Relay& relay) {
      if (frame.payload == *last) return;
      *last = frame.payload;
      relay.ToWire(frame.octets());
    });
  });
}

}  // namespace

void AddChildOperators(std::vector<Operator>* all) {
  const AddOperator add = AddForChild(all);
  AddIds(add);
  AddOrderAndEvents(add);
}

}  // namespace forkrpc::mutants
