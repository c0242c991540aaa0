// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/doctor/octets_trial.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "tools/forkrpc/doctor/probe_words.h"

namespace forkrpc::cli {
namespace {

constexpr size_t kMany = size_t{1} << 20;
// More than the buffers on the way hold: ssh has 2 MiB, TCP may have 6.
constexpr size_t kMore = size_t{12} << 20;
constexpr int kRoundTrips = 50;

constexpr absl::Duration kStep = absl::Seconds(3);

// Nothing has moved for so long: it will not any more.
constexpr absl::Duration kStandstill = absl::Milliseconds(1500);

class Trial {
 public:
  Trial(ProbeLink* link, MonotonicTime deadline, Examination* examination)
      : link_(link), deadline_(deadline), examination_(examination) {}

  bool Run() {
    return EachOctet() && ManyDown() && ManyUp() && RoundTrips() && BothFull();
  }

 private:
  MonotonicTime In(absl::Duration step) const {
    return std::min(MonotonicNow() + step, deadline_);
  }
  void Ask(absl::string_view what, size_t n) {
    link_->Queue(absl::StrCat(kRequestMark, what, " ", n, "\n"));
  }
  // What became of `sent`; empty if it is unchanged.
  std::string Difference(absl::string_view sent, absl::string_view got) const;
  bool Judge(Promise promise, const std::string& difference);

  bool EachOctet();
  bool ManyDown();
  bool ManyUp();
  bool RoundTrips();
  bool BothFull();

  ProbeLink* const link_;
  const MonotonicTime deadline_;
  Examination* const examination_;
};

std::string Trial::Difference(absl::string_view sent,
                              absl::string_view got) const {
  if (sent == got) return "";
  const size_t same =
      std::mismatch(sent.begin(), sent.end(), got.begin(), got.end()).first -
      sent.begin();
  std::string text =
      absl::StrCat("of ", sent.size(), " octets ", got.size(), " came");
  if (same < got.size()) {
    absl::StrAppendFormat(&text, "; number %d was %02x and came as %02x", same,
                          static_cast<uint8_t>(sent[same]),
                          static_cast<uint8_t>(got[same]));
  } else if (link_->end_time().has_value()) {
    absl::StrAppend(&text, ", then the stream ended");
  }
  return text;
}

bool Trial::Judge(Promise promise, const std::string& difference) {
  if (difference.empty()) return true;
  examination_->Broke(promise, difference);
  return false;
}

bool Trial::EachOctet() {
  const std::string sent = PatternOctets(256);
  Ask("echo", sent.size());
  link_->Queue(sent);
  // A terminal gives back what it gets, in front of this.
  if (!link_->TakeThrough("got ", In(kStep)).has_value()) {
    examination_->Broke(
        Promise::kOctetsDown,
        link_->end_time().has_value()
            ? "each of the 256 octets was sent, and the stream ended"
            : "each of the 256 octets was sent, and not all have arrived");
    examination_->Skip(Promise::kOctetsUp, "those sent down did not arrive");
    return false;
  }
  const std::optional<std::string> hex = link_->TakeLine(In(kStep));
  const std::string there = absl::HexStringToBytes(hex.value_or(""));
  const std::string back = link_->TakeOctets(sent.size(), In(kStep));
  const bool down = Judge(Promise::kOctetsDown, Difference(sent, there));
  const bool up = Judge(Promise::kOctetsUp, Difference(there, back));
  if (down && !up) examination_->Holds(Promise::kOctetsDown, "each of 256");
  if (up && !down) examination_->Holds(Promise::kOctetsUp, "each of 256");
  return down && up;
}

bool Trial::ManyDown() {
  const std::string sent = PatternOctets(kMany);
  const MonotonicTime start = MonotonicNow();
  Ask("down", sent.size());
  link_->Queue(sent);
  const std::optional<std::string> answer = link_->TakeLine(In(kStep));
  if (answer == "down ok") {
    const absl::Duration took = MonotonicNow() - start;
    examination_->down_rate = kMany / absl::ToDoubleSeconds(took);
    examination_->Holds(Promise::kOctetsDown,
                        "each of 256 octets, and 1 MiB of them");
    return true;
  }
  examination_->Broke(
      Promise::kOctetsDown,
      answer.has_value()
          ? absl::StrCat("of 1 MiB the octets came changed: the worker says '",
                         absl::CEscape(*answer), "'")
          : "1 MiB of octets did not all arrive");
  examination_->Holds(Promise::kOctetsUp, "each of 256");
  return false;
}

bool Trial::ManyUp() {
  const MonotonicTime start = MonotonicNow();
  Ask("up", kMany);
  const std::string got = link_->TakeOctets(kMany, In(kStep));
  const absl::Duration took = MonotonicNow() - start;
  if (!Judge(Promise::kOctetsUp, Difference(PatternOctets(kMany), got))) {
    return false;
  }
  examination_->up_rate = kMany / absl::ToDoubleSeconds(took);
  examination_->Holds(Promise::kOctetsUp,
                      "each of 256 octets, and 1 MiB of them");
  return true;
}

bool Trial::RoundTrips() {
  std::vector<absl::Duration> took;
  const MonotonicTime end = In(absl::Seconds(1));
  while (took.size() < kRoundTrips && MonotonicNow() < end) {
    const MonotonicTime start = MonotonicNow();
    link_->Queue(absl::StrCat(kRequestMark, "ping\n"));
    if (!link_->TakeLine(In(kStep)).has_value()) return false;
    took.push_back(MonotonicNow() - start);
  }
  if (took.empty()) return true;
  std::nth_element(took.begin(), took.begin() + took.size() / 2, took.end());
  examination_->round_trip = took[took.size() / 2];
  return true;
}

bool Trial::BothFull() {
  const std::string octets = PatternOctets(kMore);
  const std::string end = "down ok\n";
  Ask("full", octets.size());
  link_->Queue(octets);
  // A slow machine is no machine that stands still.
  std::string got;
  uint64_t moved = link_->moved();
  do {
    moved = link_->moved();
    got += link_->TakeOctets(octets.size() + end.size() - got.size(),
                             In(kStandstill));
  } while (got.size() < octets.size() + end.size() && link_->moved() != moved &&
           MonotonicNow() < deadline_);
  const std::string difference = Difference(octets + end, got);
  if (difference.empty()) {
    examination_->Holds(Promise::kBothFull, "12 MiB each way");
    return true;
  }
  if (MonotonicNow() >= deadline_ && link_->moved() != moved) {
    examination_->Skip(Promise::kBothFull, "there was no time for it");
  } else {
    examination_->Broke(Promise::kBothFull,
                        absl::StrCat("while the worker took nothing, ",
                                     difference, " from it"));
  }
  return false;
}

}  // namespace

bool TryOctets(ProbeLink* link, MonotonicTime deadline,
               Examination* examination) {
  for (const Promise promise :
       {Promise::kOctetsDown, Promise::kOctetsUp, Promise::kBothFull}) {
    examination->Skip(promise, "what came before it is broken");
  }
  return Trial(link, deadline, examination).Run();
}

}  // namespace forkrpc::cli
