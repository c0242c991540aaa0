// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Acceptor: watches one end of a connection and says when it breaks a clause.
//
// It is told what reaches the testee and what the testee sends, octet by octet
// in the order in which it is seen from outside, and runs the specification's
// state machine of the testee's role and form. Seen from outside it is not
// known how far the testee has read: the acceptor keeps every possibility, and
// finds a breach only when none is left. So it never blames a testee for not
// having read yet; ProvedToHaveRead() tells it what a report has shown. It
// knows nothing of what functions do: whether a payload is right is not its
// affair. Memory grows with the calls in flight and with nothing else: who has
// kMostWaiting inputs behind one that changes its state is taken to have read
// them. One thread.
//
//   absl::StatusOr<Acceptor> acceptor = Acceptor::Create(Role::kChild, ...);
//   acceptor->Received(request);
//   acceptor->Sent(response);
//   acceptor->Exited(0, 0);
//   if (acceptor->breach().has_value()) Blame(acceptor->breach()->reqs);

#ifndef CONFORMANCE_ORACLE_ACCEPTOR_H_
#define CONFORMANCE_ORACLE_ACCEPTOR_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "conformance/oracle/machine.h"
#include "conformance/oracle/misframing.h"
#include "conformance/oracle/reassembler.h"

namespace forkrpc::conformance {

struct AcceptorOptions {
  bool parent = false;  // the testee's role: parent or child
  bool async = false;
  // First octets of the payloads that a child's functions answer: a request
  // with another may make one fail, so that the child ends of itself. Empty:
  // none fails.
  std::string functions;
  // Nothing is known of the child's functions: each may fail.
  bool any_may_fail = false;
  // A receiver may refuse a length beyond this, in octets (FR-LIM-006).
  uint32_t refusable = 1 << 20;
};

// Which clauses were broken, and by what.
struct Breach {
  std::vector<std::string> reqs;
  std::string what;     // "sends a response with id 7, which is not in flight"
  std::string state;    // of the machine
  uint64_t offset = 0;  // octets that the testee had sent before
  // The octets themselves are wrong (reqs[0] says how): what other clauses they
  // break only comes of that.
  bool misframed = false;
};

// Invariants:
//  1. possible_ holds ways in which the testee could have done what was seen;
//     it is empty only after a breach.
//  2. Each of them has taken all of inputs_, or waits before one that changes
//     its state: to take another early only makes more things legal, and to
//     wait with this one does, so it is taken when nothing else explains an
//     output.
//  3. inputs_ holds what one of them has yet to take, and at most kMostWaiting.
class Acceptor {
 public:
  // More frames than this, 4 MiB at the least, lie in no buffer between two
  // processes behind one that is too long to be taken, or in error.
  static constexpr size_t kMostWaiting = size_t{1} << 20;

  static absl::StatusOr<Acceptor> Create(const AcceptorOptions& options);

  // What reaches the testee: octets, the end of the stream, or its loss.
  void Received(absl::string_view octets);
  void ReceivedEnd();
  void ReceivedLoss() { Input(spec::RECEIVE_LOSS, 0); }

  // What the testee does: octets, the end of its direction, its process's end.
  void Sent(absl::string_view octets);
  void SentEnd();
  void Exited(int status, int signal);

  // The testee has shown, by a report, that it has acted on all it received.
  void ProvedToHaveRead();

  // The first breach; nothing behind it is judged.
  const std::optional<Breach>& breach() const { return breach_; }

  // How many inputs it keeps, because the testee may not have read them.
  size_t waiting() const { return inputs_.size(); }

  // How many octets the testee has sent, and whether they end with a frame.
  uint64_t sent() const { return out_.offset(); }
  bool sent_whole_frames() const { return out_.End() == spec::RECEIVE_END; }

  // What the testee has still to do, for who finds that it does nothing more:
  // "DRAINING: It answers ...", and the clauses.
  Breach Owes() const;

 private:
  // The calls in flight: how many have which id. In the sync form only the sum
  // counts.
  struct Calls {
    absl::flat_hash_map<uint32_t, int> by_id;
    uint64_t count = 0;
  };
  struct Possibility {
    int state;
    uint64_t taken;  // how many inputs, those that are forgotten included
    Calls calls;
  };
  struct Event {
    spec::Event kind;
    uint32_t id;
    // The testee may do so or not: refuse a length, or a bad id by its header.
    bool optional;
  };

  Acceptor(const AcceptorOptions& options, Machine endpoint,
           std::unique_ptr<Machine> reassembler);

  // A piece of what it sends, with no header in it if `inside_payload`.
  void SentPart(absl::string_view octets, bool inside_payload);
  // Finds a header of the testee's that cannot be one.
  void JudgeHeader(const Reassembler::Found& header);
  // Whether a frame of the testee's with that id is to be expected.
  bool Expected(uint32_t id) const;
  // Whether a request with that id may be in error.
  bool MayBeBad(uint32_t id) const;
  void Input(spec::Event event, uint32_t id, bool optional = false);
  // The inputs so far, and the one with that number.
  uint64_t input_count() const { return forgotten_ + inputs_.size(); }
  const Event& input(uint64_t number) const {
    return inputs_[number - forgotten_];
  }
  // Drops the inputs that every possibility has taken.
  void Forget();
  // `status` is that of an exit.
  void Output(spec::Event event, uint32_t id, int status = 0);
  // "sends a response with id 7".
  std::string Text(spec::Event event, uint32_t id, int status) const;
  Machine::Conditions Holding(const Event& event, const Calls& calls) const;
  // `from` behind the transition; false if that is a breach or cannot occur.
  bool Take(const Event& event, Possibility* from) const;
  // Takes all inputs that leave the state as it is, up to the next that does
  // not.
  void TakeQuietly(Possibility* one) const;
  // What else could have become of `one`: by one input more, or because a
  // function has failed.
  std::vector<Possibility> Alternatives(const Possibility& one) const;
  // Adds each way in which the event can follow `one`, the shortest ones only.
  void Explain(const Event& event, const Possibility& one,
               std::vector<Possibility>* ways) const;
  // `one` when everything that has arrived was read.
  Possibility Furthest(Possibility one) const;
  void Break(const Event& event, int status);

  AcceptorOptions options_;
  Machine endpoint_;
  std::unique_ptr<Machine> reassembler_;  // stays where it is when this moves
  Reassembler in_;
  Reassembler out_;
  Misframing misframing_;
  uint32_t last_length_ = 0;  // of the last frame that was sent
  uint32_t last_id_ = 0;  // of a frame that was sent, no event; 0 = none yet
  std::vector<Event> inputs_;
  uint64_t forgotten_ = 0;  // inputs before those
  std::vector<Possibility> possible_;
  bool function_may_fail_ = false;
  std::optional<Breach> breach_;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_ORACLE_ACCEPTOR_H_
