// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WireJudge: judges both ends of a wire by what has gone over it.
//
// It runs the specification's machines, as the oracle of the suite does, on
// what a Passage has handed on, and says which end broke which clauses; of each
// end the first breach. Of a wire that begins it looks at the other form, too,
// so that it can say when the wrong one was named. Memory grows with the calls
// in flight; payloads are not kept. One thread.
//
//   absl::StatusOr<WireJudge> judge = WireJudge::Create({/*async=*/true});
//   judge->Moved(Toward::kChild, octets);
//   if (judge->breach(End::kParent)) std::cerr << judge->Text(End::kParent);

#ifndef CONFORMANCE_TAP_WIRE_JUDGE_H_
#define CONFORMANCE_TAP_WIRE_JUDGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "conformance/oracle/acceptor.h"
#include "conformance/tap/passage.h"

namespace forkrpc::conformance {

enum class End { kParent, kChild };

// "the parent", "the child".
absl::string_view Name(End end);

struct WireJudgeOptions {
  bool async = true;
  // The child's functions are those of the testee contract, which fail when
  // they are told to; else any may fail.
  bool contract = false;
};

class WireJudge : public WireWitness {
 public:
  static absl::StatusOr<WireJudge> Create(const WireJudgeOptions& options);

  void Moved(Toward toward, absl::string_view octets) override;
  void Ended(Toward toward) override;
  void Lost(Toward toward) override;
  // By itself: nobody has sent it a signal.
  void ChildExited(int status, int signal);

  const std::optional<Breach>& breach(End end) const {
    return main_.Of(end).breach();
  }
  // What that end has still to do, for who finds that it does nothing more.
  Breach Owes(End end) const { return main_.Of(end).Owes(); }
  // Of a breach: "FR-ERR-018: the child, at octet 24 of what it sent, sends a
  // response with id 7 in the state SERVING", and a hint.
  std::string Text(End end) const;
  // What looks as if the other form were meant, or "".
  std::string FormHint() const;

 private:
  // Both ends in one form.
  struct Form {
    Acceptor parent;
    Acceptor child;

    const Acceptor& Of(End end) const {
      return end == End::kParent ? parent : child;
    }
    bool broken() const {
      return parent.breach().has_value() || child.breach().has_value();
    }
    // Both have sent something, and no part of a frame at the end.
    bool whole() const {
      return parent.sent() > 0 && parent.sent_whole_frames() &&
             child.sent_whole_frames();
    }
    void Moved(Toward toward, absl::string_view octets);
    void Ended(Toward toward);
    void Lost(Toward toward);
  };
  static absl::StatusOr<Form> MakeForm(bool async, bool contract);

  WireJudge(bool async, Form main, Form other)
      : async_(async), main_(std::move(main)), other_(std::move(other)) {}

  const bool async_;
  Form main_;
  std::optional<Form> other_;  // while it may be meant
  uint64_t octets_ = 0;        // that it has seen
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_TAP_WIRE_JUDGE_H_
