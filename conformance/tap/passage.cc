// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/tap/passage.h"

#include <utility>

namespace forkrpc::conformance {

Passage::Passage(Link parent, Link child, WireWitness* witness)
    : parent_(std::move(parent)), child_(std::move(child)), witness_(*witness) {
  Way& to_child = ways_[0];
  Way& to_parent = ways_[1];
  to_child = {Toward::kChild, &parent_, &child_, std::vector<char>(kBuffer)};
  to_parent = {Toward::kParent, &child_, &parent_, std::vector<char>(kBuffer)};
}

size_t Passage::Await(pollfd* fds) const {
  size_t count = 0;
  for (const Way& way : ways_) {
    if (way.over) continue;
    // What the sender has to say, unless the receiver has not taken the last.
    if (!way.pending()) fds[count++] = {way.from->in(), POLLIN, 0};
    // That the receiver takes more; or, always, that it has gone.
    fds[count] = {way.to->out(), 0, 0};
    if (way.pending()) fds[count].events = POLLOUT;
    ++count;
  }
  return count;
}

void Passage::Move(absl::Span<const pollfd> fds) {
  constexpr int kGone = POLLERR | POLLHUP | POLLNVAL;
  // Each way looks for what was asked for it; what it does to the other's
  // descriptors the other finds out by itself.
  size_t at = 0;
  int readable[2] = {0, 0};
  int writable[2] = {0, 0};
  for (size_t i = 0; i < 2; ++i) {
    const Way& way = ways_[i];
    if (way.over) continue;
    if (!way.pending()) readable[i] = fds[at++].revents;
    writable[i] = fds[at++].revents;
  }
  for (size_t i = 0; i < 2; ++i) {
    Way* const way = &ways_[i];
    if (!way->over && (writable[i] & POLLOUT) != 0) Write(way);
    if (!way->over && readable[i] != 0) Read(way);
  }
  // Only now: what the one that has gone had sent goes before.
  for (size_t i = 0; i < 2; ++i) {
    Way* const way = &ways_[i];
    if (!way->over && (writable[i] & kGone) != 0) Refuse(way);
  }
}

void Passage::Read(Way* way) {
  const Link::Moved got = way->from->Read(absl::MakeSpan(way->buffer));
  switch (got.how) {
    case Link::Moved::kOctets:
      way->begin = 0;
      way->end = got.count;
      return Write(way);
    case Link::Moved::kNotNow:
      return;
    case Link::Moved::kEnd:
      return End(way);
    case Link::Moved::kRefused:
      return Lose(way);
  }
}

void Passage::Write(Way* way) {
  const absl::string_view octets(way->buffer.data() + way->begin,
                                 way->end - way->begin);
  const Link::Moved taken = way->to->Write(octets);
  switch (taken.how) {
    case Link::Moved::kOctets:
      way->begin += taken.count;
      return witness_.Moved(way->toward, octets.substr(0, taken.count));
    case Link::Moved::kNotNow:
      return;
    case Link::Moved::kEnd:  // writes nothing of something: never
    case Link::Moved::kRefused:
      return Refuse(way);
  }
}

void Passage::End(Way* way) {
  way->over = true;
  way->to->EndWriting();
  way->from->EndReading();
  witness_.Ended(way->toward);
}

void Passage::Lose(Way* way) {
  witness_.Lost(way->toward);
  Abort();
}

void Passage::Refuse(Way* way) {
  way->over = true;
  way->begin = way->end = 0;
  way->to->EndWriting();
  way->from->EndReading();
  // Of a child that has gone its own way of the stream tells.
  if (way->toward == Toward::kParent) witness_.Lost(Toward::kChild);
}

void Passage::Abort() {
  for (Way& way : ways_) {
    way.over = true;
    way.begin = way.end = 0;
  }
  parent_.Abort();
  child_.Abort();
}

}  // namespace forkrpc::conformance
