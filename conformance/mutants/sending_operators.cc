// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What either side may do wrong with the frames that it sends.

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "conformance/mutants/mutation.h"
#include "conformance/mutants/relay.h"

namespace forkrpc::mutants {
namespace {

constexpr size_t kStreamBuffer = 4096;

// The value in the header's last four octets becomes change(value).
Mutation WithLength(const std::function<uint32_t(const Frame&)>& change) {
  Mutation mutation;
  mutation.out.frame = [change](Frame frame, Relay& relay) {
    const size_t at = frame.header.size() - 4;
    frame.header.replace(at, 4, Store32(change(frame)));
    relay.ToWire(frame.octets());
  };
  return mutation;
}

Mutation WithPayload(const std::function<std::string(std::string)>& change) {
  Mutation mutation;
  mutation.out.frame = [change](Frame frame, Relay& relay) {
    frame.set_payload(change(std::move(frame.payload)));
    relay.ToWire(frame.octets());
  };
  return mutation;
}

uint32_t Size(const Frame& frame) {
  return static_cast<uint32_t>(frame.payload.size());
}

uint32_t Swapped(uint32_t value) { return __builtin_bswap32(value); }

uint32_t Characters(const Frame& frame) {
  return static_cast<uint32_t>(
      std::count_if(frame.payload.begin(), frame.payload.end(),
                    [](char c) { return (c & 0xC0) != 0x80; }));
}

Mutation FieldsSwapped(const Class&) {
  Mutation mutation;
  mutation.out.frame = [](Frame frame, Relay& relay) {
    std::rotate(frame.header.begin(), frame.header.begin() + 4,
                frame.header.end());
    relay.ToWire(frame.octets());
  };
  return mutation;
}

Mutation Length64(const Class&) {
  Mutation mutation;
  mutation.out.frame = [](Frame frame, Relay& relay) {
    frame.header.insert(frame.header.size() - 4, 4, '\0');
    relay.ToWire(frame.octets());
  };
  return mutation;
}

Mutation Greets(const Class&) {
  Mutation mutation;
  mutation.start = [](Relay& relay) { relay.ToWire("forkrpc 1.0\n"); };
  return mutation;
}

Mutation Behind(const std::function<std::string(const Frame&)>& octets) {
  Mutation mutation;
  mutation.out.frame = [octets](const Frame& frame, Relay& relay) {
    relay.ToWire(frame.octets() + octets(frame));
  };
  return mutation;
}

// To a multiple of four octets.
std::string Padding(const Frame& frame) {
  return std::string((4 - frame.payload.size() % 4) % 4, '\0');
}

std::string Crlf(const std::string& octets) {
  std::string result;
  for (const char c : octets) result += c == '\n' ? "\r\n" : std::string(1, c);
  return result;
}

std::string Utf8(const std::string& octets) {
  std::string result;
  for (const char c : octets) {
    if ((c & 0x80) == 0) {
      result += c;
    } else {
      result += static_cast<char>(0xC0 | (c >> 6 & 0x03));
      result += static_cast<char>(0x80 | (c & 0x3F));
    }
  }
  return result;
}

// Writes only when 4096 octets wait or at the end, as a C stream does.
Mutation Buffered(const Class&) {
  Mutation mutation;
  auto held = std::make_shared<std::string>();
  mutation.out.frame = [held](const Frame& frame, Relay& relay) {
    *held += frame.octets();
    if (held->size() < kStreamBuffer) return;
    relay.ToWire(*held);
    held->clear();
  };
  mutation.out.end = [held](std::string*, Relay& relay) {
    relay.ToWire(*held);
    return true;
  };
  return mutation;
}

Mutation SkipsEmpty(const Class&) {
  Mutation mutation;
  mutation.out.frame = [](const Frame& frame, Relay& relay) {
    if (!frame.payload.empty()) relay.ToWire(frame.octets());
  };
  return mutation;
}

Mutation SplitsLarge(const Class&) {
  Mutation mutation;
  mutation.out.frame = [](Frame frame, Relay& relay) {
    const std::string all = frame.payload;
    for (size_t at = 0; at == 0 || at < all.size(); at += 32768) {
      frame.set_payload(all.substr(at, 32768));
      relay.ToWire(frame.octets());
    }
  };
  return mutation;
}

}  // namespace

void AddSendingOperators(std::vector<Operator>* all) {
  const auto both = [all](const char* name,
                          std::function<Mutation(const Class&)> make) {
    all->push_back({name, true, true, std::move(make)});
  };
  const auto length = [&](const char* name,
                          const std::function<uint32_t(const Frame&)>& change) {
    both(name, [change](const Class&) { return WithLength(change); });
  };
  const auto payload =
      [&](const char* name,
          const std::function<std::string(std::string)>& change) {
        both(name, [change](const Class&) { return WithPayload(change); });
      };
  length("sends-length-little-endian",
         [](const Frame& f) { return Swapped(Size(f)); });
  length("sends-length-8-bit", [](const Frame& f) { return Size(f) & 0xFF; });
  length("sends-length-16-bit",
         [](const Frame& f) { return Size(f) & 0xFFFF; });
  length("sends-length-24-bit",
         [](const Frame& f) { return Size(f) & 0xFFFFFF; });
  length("sends-length-sign-extended", [](const Frame& f) {
    return static_cast<uint32_t>(static_cast<int16_t>(Size(f)));
  });
  length("sends-length-signed-char", [](const Frame& f) {
    return (Size(f) & 0x80) != 0 ? Size(f) | 0xFFFFFF00 : Size(f);
  });
  length("sends-length-with-header", [](const Frame& f) {
    return Size(f) + static_cast<uint32_t>(f.header.size());
  });
  length("sends-length-and-one", [](const Frame& f) { return Size(f) + 1; });
  length("sends-length-with-id", [](const Frame& f) { return Size(f) + 4; });
  length("sends-length-in-characters", Characters);
  both("sends-fields-swapped", FieldsSwapped);
  both("sends-length-64-bit", Length64);
  both("greets", Greets);
  both("sends-line-end-behind-frame",
       [](const Class&) { return Behind([](const Frame&) { return "\n"; }); });
  both("pads-frames", [](const Class&) { return Behind(Padding); });
  payload("sends-crlf-for-lf", Crlf);
  payload("sends-utf-8-for-latin-1", Utf8);
  payload("sends-up-to-nul",
          [](const std::string& s) { return s.substr(0, s.find('\0')); });
  payload("sends-64-kib-at-most",
          [](const std::string& s) { return s.substr(0, 65535); });
  both("buffers-output", Buffered);
  both("sends-no-empty-frame", SkipsEmpty);
  both("splits-large-payload", SplitsLarge);
}

}  // namespace forkrpc::mutants
