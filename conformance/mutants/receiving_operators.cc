// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What either side may do wrong with the octets that it receives.

#include <sys/mman.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "conformance/mutants/mutation.h"
#include "conformance/mutants/relay.h"

namespace forkrpc::mutants {
namespace {

// What no receiver takes, so that the testee behind us finds an error.
const char kImpossible[] = "\0\0\0\1\xFF\xFF\xFF\xFF";

Mutation Misread(const std::function<uint32_t(uint32_t)>& change) {
  Mutation mutation;
  mutation.in.misread = [change](std::string* header) {
    const size_t at = header->size() - 4;
    header->replace(at, 4, Store32(change(Load32(&(*header)[at]))));
  };
  return mutation;
}

Mutation WithPayload(const std::function<std::string(std::string)>& change) {
  Mutation mutation;
  mutation.in.frame = [change](Frame frame, Relay& relay) {
    frame.set_payload(change(std::move(frame.payload)));
    relay.ToInner(frame.octets());
  };
  return mutation;
}

void FindError(const Class& cls, Relay& relay) {
  const std::string octets(kImpossible, 8);
  relay.ToInner(cls.parent || cls.async ? octets : octets.substr(4));
}

Mutation RefusesAbove(const Class& cls, size_t limit) {
  Mutation mutation;
  mutation.in.frame = [cls, limit](const Frame& frame, Relay& relay) {
    if (frame.payload.size() <= limit) return relay.ToInner(frame.octets());
    FindError(cls, relay);
  };
  return mutation;
}

std::string LfForCrlf(std::string octets) {
  for (size_t at; (at = octets.find("\r\n")) != std::string::npos;) {
    octets.erase(at, 1);
  }
  return octets;
}

std::string SevenBits(std::string octets) {
  for (char& c : octets) c &= 0x7F;
  return octets;
}

std::string Chomped(std::string octets) {
  if (!octets.empty() && octets.back() == '\n') octets.pop_back();
  return octets;
}

Mutation EndsAtZero(const Class&) {
  Mutation mutation;
  mutation.in.frame = [](const Frame& frame, Relay& relay) {
    if (frame.payload.empty()) return relay.EndInner();
    relay.ToInner(frame.octets());
  };
  return mutation;
}

Mutation SkipsZero(const Class&) {
  Mutation mutation;
  mutation.in.frame = [](const Frame& frame, Relay& relay) {
    if (!frame.payload.empty()) relay.ToInner(frame.octets());
  };
  return mutation;
}

// A read of no octets returns none, and is tried again.
Mutation SpinsAtZero(const Class&) {
  Mutation mutation;
  mutation.in.frame = [](const Frame& frame, Relay& relay) {
    relay.ToInner(frame.octets());
    volatile bool forever = frame.payload.empty();
    while (forever) {
    }
  };
  return mutation;
}

Mutation LosesTail(const Class&) {
  Mutation mutation;
  mutation.in.after_frame = [](std::string* rest) { rest->clear(); };
  return mutation;
}

// A header of which `octets` have come loses them.
Mutation LosesSplitHeader(size_t least, size_t most) {
  Mutation mutation;
  mutation.in.after_read = [least, most](std::string* rest, Relay&) {
    if (rest->size() >= least && rest->size() <= most) rest->clear();
  };
  return mutation;
}

size_t HeaderSize(const Class& cls) { return cls.parent || cls.async ? 8 : 4; }

// What came of a payload is taken for all of it.
Mutation TakesShortPayload(const Class& cls) {
  Mutation mutation;
  const size_t header = HeaderSize(cls);
  mutation.in.after_read = [header](std::string* rest, Relay& relay) {
    if (rest->size() <= header) return;
    Frame frame = {rest->substr(0, header), ""};
    frame.set_payload(rest->substr(header));
    rest->clear();
    relay.ToInner(frame.octets());
  };
  return mutation;
}

// The first read of a payload is taken for all of it and the rest is skipped.
std::string FirstRead(const std::string& octets) {
  return octets.substr(0, 65536);
}

// A frame is handled when the buffer is used up.
Mutation WaitsForWholeBuffer(const Class&) {
  Mutation mutation;
  auto held = std::make_shared<std::string>();
  mutation.in.frame = [held](const Frame& frame, Relay&) {
    *held += frame.octets();
  };
  mutation.in.after_read = [held](std::string* rest, Relay& relay) {
    if (!rest->empty()) return;
    relay.ToInner(*held);
    held->clear();
  };
  return mutation;
}

// A frame is handled when the next one has begun.
Mutation WaitsForNext(const Class&) {
  Mutation mutation;
  auto held = std::make_shared<std::string>();
  mutation.in.frame = [held](const Frame& frame, Relay& relay) {
    relay.ToInner(*held);
    *held = frame.octets();
  };
  mutation.in.end = [held](std::string*, Relay& relay) {
    relay.ToInner(*held);
    return true;
  };
  return mutation;
}

// A read that would block inside a frame is taken for the end of the stream.
Mutation WouldBlockIsEnd(const Class&) {
  Mutation mutation;
  mutation.in.after_read = [](std::string* rest, Relay& relay) {
    if (!rest->empty()) {
      relay.ToInner(*rest);
      rest->clear();
      relay.EndInner();
    }
  };
  return mutation;
}

// A frame that is not whole after 50 ms is given up, like one that was cut off.
Mutation GivesUpSlowFrame(const Class&) {
  Mutation mutation;
  auto begun = std::make_shared<std::string>();
  mutation.in.after_read = [begun](std::string* rest, Relay&) {
    *begun = *rest;
  };
  mutation.idle_ms = 50;
  mutation.idle = [begun](Relay& relay) {
    if (begun->empty()) return;
    relay.ToInner(*begun);
    begun->clear();
    relay.EndInner();
  };
  return mutation;
}

Mutation Allocates(size_t limit) {
  Mutation mutation;
  mutation.in.oversize = [limit](const std::string& header, Relay&) {
    const size_t length = Load32(&header[header.size() - 4]);
    const size_t size = length < limit ? length : limit;
    void* const memory =
        mmap(nullptr, size, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return false;
    // calloc() of a small part is written to; a large one is only reserved.
    if (size == limit) {
      for (size_t at = 0; at < size; at += 4096) {
        static_cast<volatile char*>(memory)[at] = 1;
      }
    }
    return true;
  };
  return mutation;
}

// Whatever the length: waits for it.
Mutation HasNoLimit(const Class&) {
  Mutation mutation;
  mutation.in.oversize = [](const std::string&, Relay&) { return true; };
  return mutation;
}

// The end inside a frame is taken for one behind it.
Mutation IgnoresCutFrame(const Class&) {
  Mutation mutation;
  mutation.in.end = [](std::string* rest, Relay&) {
    rest->clear();
    return true;
  };
  return mutation;
}

// What came of a payload before the end of the stream is delivered.
Mutation DeliversCutPayload(const Class& cls) {
  Mutation mutation;
  const size_t header = HeaderSize(cls);
  mutation.in.end = [header](std::string* rest, Relay& relay) {
    if (rest->size() > header) {
      Frame frame = {rest->substr(0, header), ""};
      frame.set_payload(rest->substr(header));
      relay.ToInner(frame.octets());
    }
    rest->clear();
    return true;
  };
  return mutation;
}

// Octets missing from a header at the end of the stream are zeros: a buffer of
// the right size was filled in part.
Mutation DeliversCutHeader(const Class& cls) {
  Mutation mutation;
  const size_t header = HeaderSize(cls);
  mutation.in.end = [header](std::string* rest, Relay& relay) {
    if (!rest->empty() && rest->size() < header) {
      std::string whole = *rest + std::string(header - rest->size(), '\0');
      if (header == 8 && rest->size() <= 4 && Load32(&whole[0]) == 0) {
        whole[3] = 1;
      }
      relay.ToInner(whole);
      rest->clear();
    }
    return true;
  };
  return mutation;
}

}  // namespace

void AddReceivingOperators(std::vector<Operator>* all) {
  const auto both = [all](const char* name,
                          std::function<Mutation(const Class&)> make) {
    all->push_back({name, true, true, std::move(make)});
  };
  const auto misread = [&](const char* name,
                           const std::function<uint32_t(uint32_t)>& change) {
    both(name, [change](const Class&) { return Misread(change); });
  };
  const auto payload =
      [&](const char* name,
          const std::function<std::string(std::string)>& change) {
        both(name, [change](const Class&) { return WithPayload(change); });
      };
  misread("reads-length-little-endian",
          [](uint32_t n) { return __builtin_bswap32(n); });
  misread("reads-length-8-bit", [](uint32_t n) { return n & 0xFF; });
  misread("reads-length-16-bit", [](uint32_t n) { return n & 0xFFFF; });
  misread("reads-length-24-bit", [](uint32_t n) { return n & 0xFFFFFF; });
  misread("reads-length-31-bit", [](uint32_t n) { return n & 0x7FFFFFFF; });
  misread("reads-length-signed",
          [](uint32_t n) { return n & 0x80000000 ? 0 : n; });
  misread("reads-length-signed-short",
          [](uint32_t n) { return n < 0x10000 && (n & 0x8000) != 0 ? 0 : n; });
  misread("reads-length-with-header",
          [](uint32_t n) { return n < 8 ? 0 : n - 8; });
  payload("reads-lf-for-crlf", LfForCrlf);
  payload("reads-7-bits", SevenBits);
  payload("chomps", Chomped);
  payload("reads-up-to-0xff",
          [](const std::string& s) { return s.substr(0, s.find('\xFF')); });
  payload("reads-up-to-nul",
          [](const std::string& s) { return s.substr(0, s.find('\0')); });
  payload("reads-first-64-kib", FirstRead);
  both("ends-at-length-zero", EndsAtZero);
  both("skips-length-zero", SkipsZero);
  both("spins-at-length-zero", SpinsAtZero);
  both("refuses-above-512",
       [](const Class& cls) { return RefusesAbove(cls, 512); });
  both("refuses-above-64-kib",
       [](const Class& cls) { return RefusesAbove(cls, 65535); });
  both("refuses-1-mib", [](const Class& cls) {
    return RefusesAbove(cls, (size_t{1} << 20) - 1);
  });
  both("loses-tail-of-read", LosesTail);
  both("loses-split-header", [](const Class& cls) {
    return LosesSplitHeader(1, HeaderSize(cls) - 1);
  });
  both("loses-header-without-payload", [](const Class& cls) {
    return LosesSplitHeader(HeaderSize(cls), HeaderSize(cls));
  });
  both("takes-short-payload", TakesShortPayload);
  both("waits-for-whole-buffer", WaitsForWholeBuffer);
  both("waits-for-next-frame", WaitsForNext);
  both("ends-when-read-would-block", WouldBlockIsEnd);
  both("gives-up-slow-frame", GivesUpSlowFrame);
  both("reserves-length",
       [](const Class&) { return Allocates(size_t{1} << 33); });
  both("touches-256-mib-of-length",
       [](const Class&) { return Allocates(size_t{256} << 20); });
  both("has-no-limit", HasNoLimit);
  both("ignores-cut-frame", IgnoresCutFrame);
  both("delivers-cut-payload", DeliversCutPayload);
  both("delivers-cut-header", DeliversCutHeader);
}

}  // namespace forkrpc::mutants
