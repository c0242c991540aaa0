// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// T-01: whatever lengths a peer claims and however it cuts its stream, the
// memory alive is at each step at most twice the octets received and 64 KiB.

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/connection/server_connection.h"
#include "forkrpc/testing/allocation_counter.h"
#include "forkrpc/wire/frame_decoder.h"
#include "forkrpc/wire/frame_encoder.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr int64_t kSlack = int64_t{64} << 10;
constexpr size_t kBody = size_t{300} << 10;
// Of a stream that comes octet by octet, to keep the test short: beyond the
// first block and the first overflow.
constexpr size_t kSlowOctets = size_t{70} << 10;
// What a call in flight costs at most beside its octets, while its table grows;
// their number has a limit of its own.
constexpr int64_t kPerCall = 48;

// What reads a stream.
class Reader {
 public:
  virtual ~Reader() = default;
  // Empty when nothing more is wanted.
  virtual absl::Span<char> Space() = 0;
  // Takes all that is there.
  virtual void Received(size_t n) = 0;
  virtual absl::Status status() const = 0;
};

class DecoderReader final : public Reader {
 public:
  DecoderReader(FrameLayout layout, const WireLimits& limits)
      : decoder_(layout, limits) {}
  absl::Span<char> Space() override { return decoder_.PrepareReceive(); }
  void Received(size_t n) override {
    decoder_.CommitReceive(n);
    FrameView frame;
    while (decoder_.Next(&frame) == DecodeResult::kFrame) {
    }
  }
  absl::Status status() const override { return decoder_.status(); }

 private:
  FrameDecoder decoder_;
};

template <typename Connection, typename Options>
class ConnectionReader final : public Reader {
 public:
  ConnectionReader(Form form, const WireLimits& limits)
      : connection_(OptionsFor(form, limits)) {}
  absl::Span<char> Space() override { return connection_.ReceiveBuffer(); }
  void Received(size_t n) override {
    connection_.OnReceived(n);
    while (connection_.PollEvent().has_value()) {
    }
  }
  absl::Status status() const override { return connection_.status(); }

 private:
  static Options OptionsFor(Form form, const WireLimits& limits) {
    Options options;
    options.form = form;
    options.limits = limits;
    return options;
  }
  Connection connection_;
};

struct Side {
  const char* name;
  FrameLayout layout;
  // An id that it takes any number of times; 0 where it counts upwards.
  bool events;
  std::function<std::unique_ptr<Reader>(const WireLimits&)> make;
};

std::vector<Side> Sides() {
  std::vector<Side> sides;
  for (const Form form : {Form::kSync, Form::kAsync}) {
    const FrameLayout layout = RequestLayout(form);
    sides.push_back({"decoder", layout, true, [=](const WireLimits& limits) {
                       return std::make_unique<DecoderReader>(layout, limits);
                     }});
    sides.push_back(
        {"client", kResponseLayout, true, [=](const WireLimits& limits) {
           return std::make_unique<
               ConnectionReader<ClientConnection, ClientOptions>>(form, limits);
         }});
    sides.push_back({"server", layout, false, [=](const WireLimits& limits) {
                       return std::make_unique<
                           ConnectionReader<ServerConnection, ServerOptions>>(
                           form, limits);
                     }});
  }
  return sides;
}

void AppendHeader(const Side& side, uint32_t id, uint64_t length,
                  std::string* stream) {
  char header[kMaxHeaderSize];
  stream->append(header, EncodeHeader(side.layout, side.events ? kEventId : id,
                                      static_cast<uint32_t>(length), header) -
                             header);
}

// Feeds as much as is wanted and looks at the memory at each step. Returns the
// most by which it exceeded twice what was received.
int64_t Feed(const Side& side, const WireLimits& limits,
             absl::string_view stream, size_t piece, absl::Status* end) {
  if (piece < 100) stream = stream.substr(0, kSlowOctets);
  const AllocationCounter counter;
  int64_t most = 0;
  {
    const std::unique_ptr<Reader> reader = side.make(limits);
    int64_t received = 0;
    const auto look = [&] {
      most = std::max(most, counter.peak_octets() - 2 * received);
    };
    while (!stream.empty()) {
      const absl::Span<char> space = reader->Space();
      look();
      if (space.empty()) break;
      const size_t n = std::min({space.size(), stream.size(), piece});
      std::copy_n(stream.data(), n, space.data());
      stream.remove_prefix(n);
      received += static_cast<int64_t>(n);
      reader->Received(n);
      look();
    }
    *end = reader->status();
  }
  return most;
}

TEST(MemoryLimitTest, LengthsAllocateNothing) {
  constexpr uint64_t kLimit = WireLimits().max_payload;
  for (const Side& side : Sides()) {
    for (const uint64_t limit : {kLimit, uint64_t{0xFFFFFFFF}}) {
      for (const uint64_t length :
           {uint64_t{0}, uint64_t{1}, kLimit - 1, kLimit, kLimit + 1,
            uint64_t{0x7FFFFFFF}, uint64_t{0x80000000}, uint64_t{0xFFFFFFFF}}) {
        std::string stream;
        AppendHeader(side, 1, length, &stream);
        stream.append(std::min<uint64_t>(length, kBody), 'x');
        for (const size_t piece :
             {size_t{1}, size_t{7}, size_t{4096}, size_t{1} << 20}) {
          WireLimits limits;
          limits.max_payload = limit;
          absl::Status end;
          const int64_t most = Feed(side, limits, stream, piece, &end);
          EXPECT_LE(most, kSlack)
              << side.name << ", limit " << limit << ", length " << length
              << ", pieces of " << piece;
          // Refused at its header, or waited for.
          EXPECT_EQ(absl::IsResourceExhausted(end), length > limit)
              << side.name << ", length " << length << ": " << end;
        }
      }
    }
  }
}

// Honest frames first, of all sizes, so that what is kept for them counts too.
TEST(MemoryLimitTest, FramesThatGrowAndThenALie) {
  for (const Side& side : Sides()) {
    std::string stream;
    uint32_t id = 0;
    for (size_t size = 0; size < kBody; size = size * 3 + 1) {
      AppendHeader(side, ++id, size, &stream);
      stream.append(size, 'x');
    }
    AppendHeader(side, ++id, WireLimits().max_payload, &stream);
    stream.append(kBody, 'x');
    for (const size_t piece :
         {size_t{1}, size_t{1000}, size_t{65536}, size_t{1} << 20}) {
      absl::Status end;
      EXPECT_LE(Feed(side, {}, stream, piece, &end), kSlack)
          << side.name << ", pieces of " << piece;
      EXPECT_TRUE(end.ok()) << end;
    }
  }
}

// The smallest frames: what each costs beside its octets. A server keeps no
// more of them than max_in_flight.
TEST(MemoryLimitTest, EmptyFramesWithoutEnd) {
  for (const Side& side : Sides()) {
    // Ids one after the other, and such as fall onto each other in the table.
    for (const uint32_t step : {1u, 1u << 16}) {
      std::string stream;
      for (uint32_t i = 1; i <= 40000; ++i) {
        AppendHeader(side, i * step, 0, &stream);
      }
      for (const size_t piece : {size_t{1}, size_t{1000}, size_t{65536}}) {
        absl::Status end;
        const int64_t most = Feed(side, {}, stream, piece, &end);
        const int64_t calls = side.events ? 0 : ServerOptions().max_in_flight;
        EXPECT_LE(most, kSlack + kPerCall * calls)
            << side.name << ", pieces of " << piece << ", step " << step;
        EXPECT_TRUE(end.ok()) << end;
      }
    }
  }
}

}  // namespace
}  // namespace forkrpc
