// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/tap/wire_judge.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace forkrpc::conformance {
namespace {

// What the contract says a child's functions answer; others may fail.
constexpr char kOperations[] = "EVBLZ";
constexpr char kAsyncOperations[] = "EVBLZAHR";
// Who names the wrong form learns it from the first calls, or it is not wrong.
constexpr uint64_t kOtherFormOctets = uint64_t{64} << 10;

absl::StatusOr<Acceptor> MakeAcceptor(bool parent, bool async, bool contract) {
  AcceptorOptions options;
  options.parent = parent;
  options.async = async;
  options.any_may_fail = !contract;
  if (contract) options.functions = async ? kAsyncOperations : kOperations;
  return Acceptor::Create(options);
}

}  // namespace

absl::string_view Name(End end) {
  return end == End::kParent ? "the parent" : "the child";
}

absl::StatusOr<WireJudge::Form> WireJudge::MakeForm(bool async, bool contract) {
  absl::StatusOr<Acceptor> parent = MakeAcceptor(true, async, contract);
  if (!parent.ok()) return parent.status();
  absl::StatusOr<Acceptor> child = MakeAcceptor(false, async, contract);
  if (!child.ok()) return child.status();
  return Form{*std::move(parent), *std::move(child)};
}

absl::StatusOr<WireJudge> WireJudge::Create(const WireJudgeOptions& options) {
  absl::StatusOr<Form> main = MakeForm(options.async, options.contract);
  if (!main.ok()) return main.status();
  absl::StatusOr<Form> other = MakeForm(!options.async, options.contract);
  if (!other.ok()) return other.status();
  return WireJudge(options.async, *std::move(main), *std::move(other));
}

void WireJudge::Form::Moved(Toward toward, absl::string_view octets) {
  const bool to_child = toward == Toward::kChild;
  (to_child ? parent : child).Sent(octets);
  (to_child ? child : parent).Received(octets);
}

void WireJudge::Form::Ended(Toward toward) {
  const bool to_child = toward == Toward::kChild;
  (to_child ? parent : child).SentEnd();
  (to_child ? child : parent).ReceivedEnd();
}

void WireJudge::Form::Lost(Toward toward) {
  (toward == Toward::kChild ? child : parent).ReceivedLoss();
}

void WireJudge::Moved(Toward toward, absl::string_view octets) {
  main_.Moved(toward, octets);
  if (!other_.has_value()) return;
  octets_ += octets.size();
  if (octets_ > kOtherFormOctets || other_->broken()) {
    other_.reset();
  } else {
    other_->Moved(toward, octets);
  }
}

void WireJudge::Ended(Toward toward) {
  main_.Ended(toward);
  if (other_.has_value()) other_->Ended(toward);
}

void WireJudge::Lost(Toward toward) {
  main_.Lost(toward);
  if (other_.has_value()) other_->Lost(toward);
}

void WireJudge::ChildExited(int status, int signal) {
  main_.child.Exited(status, signal);
  if (other_.has_value()) other_->child.Exited(status, signal);
}

std::string WireJudge::FormHint() const {
  if (!other_.has_value() || other_->broken() || !other_->whole() ||
      main_.parent.sent_whole_frames()) {
    return "";
  }
  const absl::string_view other = async_ ? "sync" : "async";
  return absl::StrCat("read in the ", other,
                      " form nothing is wrong: is --form=", other, " meant?");
}

std::string WireJudge::Text(End end) const {
  const std::optional<Breach>& broken = breach(end);
  if (!broken.has_value()) return "";
  const std::string hint = FormHint();
  return absl::StrCat(broken->reqs.empty() ? "no clause allows it"
                                           : absl::StrJoin(broken->reqs, " "),
                      ": ", Name(end), ", at octet ", broken->offset,
                      " of what it sent, ", broken->what, " in the state ",
                      broken->state,
                      hint.empty() ? "" : absl::StrCat("; ", hint));
}

}  // namespace forkrpc::conformance
