// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/oracle/acceptor.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace forkrpc::conformance {
namespace {

constexpr uint32_t kEventId = 0;
// Of a chunk that is not inside a payload: a header, and what lies behind it if
// frames are short.
constexpr size_t kSentAtOnce = 256;

}  // namespace

absl::StatusOr<Acceptor> Acceptor::Create(const AcceptorOptions& options) {
  absl::StatusOr<Machine> endpoint = Machine::Named(absl::StrCat(
      options.parent ? "parent-" : "child-", options.async ? "async" : "sync"));
  if (!endpoint.ok()) return endpoint.status();
  absl::StatusOr<Machine> reassembler = Machine::Named("reassembler");
  if (!reassembler.ok()) return reassembler.status();
  return Acceptor(options, *std::move(endpoint),
                  std::make_unique<Machine>(*std::move(reassembler)));
}

Acceptor::Acceptor(const AcceptorOptions& options, Machine endpoint,
                   std::unique_ptr<Machine> reassembler)
    : options_(options),
      endpoint_(std::move(endpoint)),
      reassembler_(std::move(reassembler)),
      in_(*reassembler_, options.parent || options.async),
      out_(*reassembler_, !options.parent || options.async),
      misframing_(!options.parent || options.async ? 8 : 4) {
  possible_.push_back({endpoint_.initial(), 0, {}});
}

void Acceptor::Received(absl::string_view octets) {
  in_.Feed(octets, [this](const Reassembler::Found& frame) {
    if (!frame.whole) {
      if (frame.length > options_.refusable) {
        Input(spec::REFUSE_LENGTH, 0, /*optional=*/true);
      }
      // What is wrong with an id is seen before the payload is there.
      if (!options_.parent && options_.async && MayBeBad(frame.id)) {
        Input(spec::RECEIVE_REQUEST, frame.id, /*optional=*/true);
      }
      return;
    }
    if (!options_.parent) {
      function_may_fail_ |=
          options_.any_may_fail ||
          (!options_.functions.empty() && frame.length > 0 &&
           !absl::StrContains(options_.functions, frame.first));
      Input(spec::RECEIVE_REQUEST, frame.id);
    } else if (frame.id == kEventId) {
      Input(spec::RECEIVE_EVENT, frame.id);
    } else {
      Input(spec::RECEIVE_RESPONSE, frame.id);
    }
  });
}

bool Acceptor::MayBeBad(uint32_t id) const {
  return id == kEventId || std::any_of(possible_.begin(), possible_.end(),
                                       [id](const Possibility& each) {
                                         return each.calls.by_id.contains(id);
                                       });
}

void Acceptor::ReceivedEnd() { Input(in_.End(), 0); }

void Acceptor::Sent(absl::string_view octets) {
  while (!octets.empty()) {
    // Most of a long payload is looked at by nobody, so it is not kept either.
    const uint64_t left = out_.payload_left();
    const bool inside = left > 2 * Misframing::kLookBack;
    const absl::string_view part = octets.substr(
        0, inside ? left - Misframing::kLookBack : size_t{kSentAtOnce});
    octets.remove_prefix(part.size());
    SentPart(part, inside);
  }
}

void Acceptor::SentPart(absl::string_view octets, bool inside_payload) {
  if (inside_payload) {
    misframing_.Skip(octets.size());
  } else if (!breach_.has_value()) {
    misframing_.Append(octets);
  }
  out_.Feed(octets, [this](const Reassembler::Found& frame) {
    if (!frame.whole) return JudgeHeader(frame);
    last_length_ = frame.length;
    if (frame.id != kEventId) last_id_ = frame.id;
    if (options_.parent) {
      Output(spec::SEND_REQUEST, frame.id);
    } else if (frame.id == kEventId) {
      Output(spec::SEND_EVENT, frame.id);
    } else {
      Output(spec::SEND_RESPONSE, frame.id);
    }
  });
  if (!inside_payload) misframing_.Trim();
}

void Acceptor::JudgeHeader(const Reassembler::Found& header) {
  if (breach_.has_value()) return;
  // While it is open what the testee has read it is open, too, what it may
  // send.
  for (const Possibility& each : possible_) {
    if (each.taken < input_count()) return;
  }
  const std::optional<Misframing::Finding> found =
      misframing_.Judge(header.offset, last_length_,
                        [this](uint32_t id) { return Expected(id); });
  if (!found.has_value()) return;
  breach_.emplace();
  breach_->misframed = true;
  breach_->reqs = found->reqs;
  breach_->what = found->what;
  breach_->offset = out_.offset();
  breach_->state = endpoint_.state(possible_.back().state).name;
}

bool Acceptor::Expected(uint32_t id) const {
  // A parent counts upwards, as it should, and a child in the sync form sends
  // the same id again; nothing is known of the first.
  if (options_.parent) return last_id_ == 0 || id == last_id_ % UINT32_MAX + 1;
  if (!options_.async) return id == 0 || last_id_ == 0 || id == last_id_;
  return MayBeBad(id);
}

void Acceptor::SentEnd() { Output(spec::SEND_END, 0); }

void Acceptor::Exited(int status, int signal) {
  if (options_.parent) return;  // how a parent's program ends is its own affair
  if (signal != 0) {
    Output(spec::EXIT_SIGNAL, 0, signal);
  } else if (status != 0) {
    Output(spec::EXIT_ERROR, 0, status);
  } else {
    Output(spec::EXIT_CLEAN, 0);
  }
}

std::string Acceptor::Text(spec::Event event, uint32_t id, int status) const {
  switch (event) {
    case spec::SEND_REQUEST:
      return options_.async ? absl::StrCat("sends a request with id ", id)
                            : std::string("sends a request");
    case spec::SEND_EVENT:
      return "sends an event";
    case spec::SEND_RESPONSE:
      return absl::StrCat("sends a response with id ", id);
    case spec::SEND_END:
      return "closes its direction of the stream";
    case spec::EXIT_SIGNAL:
      return absl::StrCat("is killed by signal ", status);
    default:
      return absl::StrCat("ends with exit status ", status);
  }
}

void Acceptor::ProvedToHaveRead() {
  for (Possibility& each : possible_) each = Furthest(std::move(each));
}

Breach Acceptor::Owes() const {
  Breach owed;
  owed.offset = out_.offset();
  if (possible_.empty()) return owed;
  const Possibility last = Furthest(possible_.back());
  const Machine::State& state = endpoint_.state(last.state);
  owed.reqs = state.owes_reqs;
  owed.what = state.owes;
  owed.state = state.name;
  return owed;
}

Machine::Conditions Acceptor::Holding(const Event& event,
                                      const Calls& calls) const {
  Machine::Conditions holding = 0;
  if (event.id == kEventId) holding |= Machine::Bit(spec::ID_ZERO);
  if (calls.by_id.contains(event.id)) {
    holding |= Machine::Bit(spec::ID_IN_FLIGHT);
  }
  if (calls.count > 0) holding |= Machine::Bit(spec::ANY_IN_FLIGHT);
  return holding;
}

bool Acceptor::Take(const Event& event, Possibility* from) const {
  const Machine::Transition* const taken =
      endpoint_.Find(from->state, event.kind, Holding(event, from->calls));
  if (taken == nullptr || taken->breach) return false;
  Calls& calls = from->calls;
  for (const spec::Action action : taken->actions) {
    if (action == spec::BEGIN_CALL) {
      ++calls.count;
      if (options_.async) ++calls.by_id[event.id];
    } else if (action == spec::END_OLDEST_CALL) {
      if (calls.count > 0) --calls.count;
    } else if (action == spec::END_CALL) {
      const auto call = calls.by_id.find(event.id);
      // Which call has failed is not seen.
      if (call == calls.by_id.end()) continue;
      --calls.count;
      if (--call->second == 0) calls.by_id.erase(call);
    } else if (action == spec::END_ALL_CALLS) {
      calls = {};
    }
  }
  from->state = taken->to;
  return true;
}

void Acceptor::TakeQuietly(Possibility* one) const {
  for (; one->taken < input_count(); ++one->taken) {
    const Event& next = input(one->taken);
    const Machine::Transition* const taken =
        endpoint_.Find(one->state, next.kind, Holding(next, one->calls));
    // What cannot occur, such as input behind the end, does nothing.
    if (taken == nullptr) continue;
    if (taken->to != one->state) return;
    // A header is no request; it can only be refused.
    if (next.optional && next.kind == spec::RECEIVE_REQUEST) continue;
    Take(next, one);
  }
}

Acceptor::Possibility Acceptor::Furthest(Possibility one) const {
  while (one.taken < input_count()) {
    const Event& next = input(one.taken++);
    if (!next.optional) Take(next, &one);
  }
  return one;
}

std::vector<Acceptor::Possibility> Acceptor::Alternatives(
    const Possibility& one) const {
  std::vector<Possibility> all;
  if (one.taken < input_count()) {
    const Event& next = input(one.taken);
    Possibility with = one;
    ++with.taken;
    if (next.optional) {
      all.push_back(with);
      TakeQuietly(&all.back());
    }
    if (Take(next, &with)) {
      TakeQuietly(&with);
      all.push_back(std::move(with));
    }
  }
  if (function_may_fail_ && one.calls.count > 0) {
    Possibility failed = one;
    if (Take({spec::CALL_FAILS, 0, false}, &failed) &&
        failed.state != one.state) {
      TakeQuietly(&failed);
      all.push_back(std::move(failed));
    }
  }
  return all;
}

void Acceptor::Explain(const Event& event, const Possibility& one,
                       std::vector<Possibility>* ways) const {
  for (Possibility& each : Alternatives(one)) {
    if (Take(event, &each)) {
      TakeQuietly(&each);
      ways->push_back(std::move(each));
    } else {
      Explain(event, each, ways);
    }
  }
}

void Acceptor::Input(spec::Event event, uint32_t id, bool optional) {
  if (breach_.has_value()) return;
  inputs_.push_back({event, id, optional});
  for (Possibility& each : possible_) TakeQuietly(&each);
  if (inputs_.size() > kMostWaiting) ProvedToHaveRead();
  Forget();
}

void Acceptor::Forget() {
  for (const Possibility& each : possible_) {
    if (each.taken < input_count()) return;
  }
  forgotten_ += inputs_.size();
  inputs_.clear();
}

void Acceptor::Output(spec::Event event, uint32_t id, int status) {
  if (breach_.has_value()) return;
  const Event output = {event, id, false};
  // Most often there is but one possibility, and it allows this.
  if (possible_.size() == 1 && Take(output, &possible_[0])) {
    TakeQuietly(&possible_[0]);
    return Forget();
  }
  std::vector<Possibility> next;
  for (Possibility& each : possible_) {
    if (Take(output, &each)) {
      TakeQuietly(&each);
      next.push_back(std::move(each));
    } else {
      Explain(output, each, &next);
    }
  }
  if (next.empty()) Break(output, status);
  possible_ = std::move(next);
  Forget();
}

void Acceptor::Break(const Event& event, int status) {
  breach_.emplace();
  breach_->what = Text(event.kind, event.id, status);
  breach_->offset = out_.offset();
  const Possibility last = Furthest(possible_.back());
  breach_->state = endpoint_.state(last.state).name;
  const Machine::Transition* const taken =
      endpoint_.Find(last.state, event.kind, Holding(event, last.calls));
  if (taken != nullptr) breach_->reqs = taken->reqs;
}

}  // namespace forkrpc::conformance
