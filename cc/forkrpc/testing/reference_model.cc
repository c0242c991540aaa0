// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/reference_model.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/wire/frame.h"

namespace forkrpc {

void ReferenceModel::Wrong(absl::string_view what) {
  if (status_.ok()) status_ = absl::InternalError(what);
}

bool ReferenceModel::Known(int call) {
  if (call >= 0 && static_cast<size_t>(call) < calls_.size() &&
      calls_[call].state != State::kRefused) {
    return true;
  }
  Wrong(absl::StrCat("call ", call, " was never started"));
  return false;
}

void ReferenceModel::OnStarted(CallId id, int call, size_t request,
                               MonotonicTime deadline) {
  if (id == 0) return Wrong(absl::StrCat("call ", call, " has id 0"));
  if (half_closed_) Wrong("a call was started after the half-close");
  if (client_fault_ || closed_) Wrong("a call was started on a broken stream");
  if (taken_.size() >= limits_.client_in_flight) {
    Wrong(absl::StrCat("a call was started beyond the limit of ",
                       limits_.client_in_flight, " in flight"));
  }
  if (!taken_.emplace(id, call).second) {
    Wrong(absl::StrCat("call ", call, " has the id ", id, " of call ",
                       taken_[id], ", which is not answered"));
  }
  calls_.resize(std::max(calls_.size(), static_cast<size_t>(call) + 1));
  calls_[call].id = id;
  calls_[call].state = State::kOpen;
  calls_[call].deadline = deadline;
  if (deadline != MonotonicTime::InfiniteFuture())
    deadlines_.emplace(deadline, call);
  calls_[call].begin = up_end_;
  up_end_ += HeaderSize(RequestLayout(form_)) + request;
  up_.push_back({call, -1, up_end_});
  ++started_;
  ++open_;
}

void ReferenceModel::OnRefused(int call, const absl::Status& why) {
  calls_.resize(std::max(calls_.size(), static_cast<size_t>(call) + 1));
  if (half_closed_ || client_fault_ || breaking_ || closed_) return;
  if (taken_.size() < limits_.client_in_flight ||
      !absl::IsResourceExhausted(why)) {
    Wrong(absl::StrCat("call ", call, " was refused with ", taken_.size(),
                       " in flight: ", why.ToString()));
  }
}

bool ReferenceModel::is_open(int call) const {
  return static_cast<size_t>(call) < calls_.size() &&
         calls_[call].state == State::kOpen;
}

void ReferenceModel::Decide(int call, absl::StatusCode code, uint64_t sent) {
  Call& state = calls_[call];
  state.state = State::kFailing;
  state.code = code;
  deadlines_.erase({state.deadline, call});
  if (!client_fault_ && state.begin >= sent) TakeBack(call);
}

void ReferenceModel::TakeBack(int call) {
  const auto taken =
      std::find_if(up_.begin(), up_.end(),
                   [call](const Frame& frame) { return frame.call == call; });
  if (taken == up_.end()) {
    return Wrong(absl::StrCat("request ", call, " was polled, but not sent"));
  }
  const uint64_t size = taken->end - calls_[call].begin;
  for (auto behind = up_.erase(taken); behind != up_.end(); ++behind) {
    calls_[behind->call].begin -= size;
    behind->end -= size;
  }
  up_end_ -= size;
  calls_[call].unsent = true;
}

void ReferenceModel::OnCancelled(int call, const absl::Status& result,
                                 uint64_t sent) {
  if (!Known(call)) return;
  if (is_open(call) != result.ok() && !breaking_ && !closed_) {
    return Wrong(absl::StrCat("cancel of call ", call,
                              is_open(call) ? ", which is open" : "", ": ",
                              result.ToString()));
  }
  if (result.ok()) Decide(call, absl::StatusCode::kCancelled, sent);
}

void ReferenceModel::OnTime(MonotonicTime now, uint64_t sent) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    Decide(deadlines_.begin()->second, absl::StatusCode::kDeadlineExceeded,
           sent);
  }
}

void ReferenceModel::End(int call, State state) {
  deadlines_.erase({calls_[call].deadline, call});
  calls_[call].state = state;
  --open_;
  ++ended_;
}

void ReferenceModel::RetireAbandoned(uint64_t received) {
  while (!down_.empty() && down_.front().event < 0 &&
         down_.front().end <= received &&
         calls_[down_.front().call].state == State::kAbandoned) {
    Call& call = calls_[down_.front().call];
    taken_.erase(call.id);
    call.state = State::kGone;
    down_.pop_front();
  }
}

bool ReferenceModel::TakeDown(int call, int event) {
  RetireAbandoned(~uint64_t{0});
  if (!down_.empty() && down_.front().call == call &&
      down_.front().event == event) {
    down_.pop_front();
    return true;
  }
  Wrong(absl::StrCat(
      event < 0 ? "the response to" : "an event of", " call ", call,
      down_.empty() ? " came, which nobody sent"
                    : absl::StrCat(" came in front of one of call ",
                                   down_.front().call)));
  return false;
}

void ReferenceModel::OnResponse(CallId id, int call) {
  if (closed_) Wrong("a response came after the end");
  if (!Known(call)) return;
  if (calls_[call].id != id) {
    return Wrong(absl::StrCat("misdelivery: id ", id, " of call ",
                              taken_.contains(id) ? taken_[id] : -1,
                              " got the response to call ", call));
  }
  if (calls_[call].state != State::kOpen) {
    return Wrong(absl::StrCat("call ", call,
                              " got a response after its end was decided"));
  }
  if (!TakeDown(call, -1)) return;
  taken_.erase(id);
  End(call, State::kGone);
}

void ReferenceModel::OnEvent(int call, int number) {
  if (closed_) Wrong("an event came after the end");
  if (Known(call)) TakeDown(call, number);
}

void ReferenceModel::OnFailed(CallId id, const absl::Status& why) {
  const auto it = taken_.find(id);
  if (closed_ || it == taken_.end()) {
    return Wrong(absl::StrCat("id ", id, " failed, which is not taken"));
  }
  const int call = it->second;
  Call& state = calls_[call];
  if (state.state == State::kFailing) {
    if (why.code() != state.code) {
      Wrong(absl::StrCat("call ", call, " failed with ", why.ToString(),
                         " instead of ", absl::StatusCodeToString(state.code)));
    }
  } else if (state.state == State::kOpen) {
    breaking_ = true;  // judged by OnClientClosed
  } else {
    return Wrong(absl::StrCat("call ", call, " ended twice"));
  }
  if (why.ok()) Wrong(absl::StrCat("call ", call, " failed with OK"));
  End(call, state.unsent ? State::kGone : State::kAbandoned);
  if (state.unsent) taken_.erase(it);
}

void ReferenceModel::OnClientClosed(const absl::Status& how) {
  if (closed_) Wrong("the client ended twice");
  closed_ = true;
  if (open_ != 0) Wrong(absl::StrCat(open_, " calls never ended"));
  if (how.ok() && breaking_) Wrong("calls failed, but the end is clean");
  if (how.ok() && !half_closed_) Wrong("a clean end without a half-close");
}

void ReferenceModel::OnAsked(CallId id, int call) {
  if (!Known(call)) return;
  if (asked_.size() >= limits_.server_in_flight) {
    Wrong(absl::StrCat("request ", call, " was polled beyond the limit of ",
                       limits_.server_in_flight, " in flight"));
  }
  if (up_.empty() || up_.front().call != call) {
    return Wrong(absl::StrCat("request ", call, " was polled, not ",
                              up_.empty() ? -1 : up_.front().call));
  }
  up_.pop_front();
  const CallId expected =
      form_ == Form::kSync ? next_sync_request_++ : calls_[call].id;
  if (id != expected) {
    Wrong(absl::StrCat("request ", call, " has id ", id, " at the server, not ",
                       expected));
  }
  asked_.insert(call);
}

void ReferenceModel::OnAnswered(int call, size_t response) {
  if (asked_.erase(call) == 0) {
    return Wrong(absl::StrCat("call ", call, " was answered, but not asked"));
  }
  calls_[call].answered = true;
  down_end_ += HeaderSize(kResponseLayout) + response;
  down_.push_back({call, -1, down_end_});
}

void ReferenceModel::OnRaised(int call, int number, size_t event) {
  down_end_ += HeaderSize(kResponseLayout) + event;
  down_.push_back({call, number, down_end_});
}

void ReferenceModel::CheckClient(const ClientConnection& client,
                                 uint64_t received) {
  if (started_ != open_ + ended_ || client.open_calls() != open_) {
    Wrong(
        absl::StrCat("open_calls() is ", client.open_calls(), ", not ", open_));
  }
  if (closed_ || breaking_ || !client.status().ok()) {
    if (closed_ && client.in_flight() != 0) {
      Wrong(absl::StrCat(client.in_flight(), " ids are taken after the end"));
    }
    return;
  }
  RetireAbandoned(received);
  if (!down_.empty() && down_.front().end <= received) {
    Wrong(absl::StrCat("a frame of call ", down_.front().call, " that ends at ",
                       down_.front().end, " was not polled with ", received,
                       " octets received"));
  }
  if (client.in_flight() != taken_.size()) {
    Wrong(absl::StrCat("in_flight() is ", client.in_flight(), ", not ",
                       taken_.size()));
  }
  const MonotonicTime next = deadlines_.empty()
                                 ? MonotonicTime::InfiniteFuture()
                                 : deadlines_.begin()->first;
  if (client.NextTimeout() != next) {
    Wrong(absl::StrCat(
        "NextTimeout() is ",
        absl::FormatDuration(client.NextTimeout() - MonotonicTime()), ", not ",
        absl::FormatDuration(next - MonotonicTime())));
  }
}

void ReferenceModel::CheckServer(const ServerConnection& server,
                                 uint64_t received, bool held_back) {
  if (server_closed_) return;
  if (server.in_flight() != asked_.size()) {
    Wrong(absl::StrCat("the server's in_flight() is ", server.in_flight(),
                       ", not ", asked_.size()));
  }
  if (!held_back && !up_.empty() && up_.front().end <= received) {
    Wrong(absl::StrCat("request ", up_.front().call, " that ends at ",
                       up_.front().end, " was not polled with ", received,
                       " octets received"));
  }
}

}  // namespace forkrpc
