// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Mutation: one bug, as what it does to the frames of a correct testee.
//
// A mutation is a set of hooks that a Relay calls while it moves octets between
// the wire and the testee. A hook that is not set does what a correct program
// does. Hooks may keep state; each process has one mutation and one thread.
//
//   for (const Operator& each : AllOperators()) {
//     if (each.name == "greets") Use(each.make(cls));
//   }
//   ...);

#ifndef CONFORMANCE_MUTANTS_MUTATION_H_
#define CONFORMANCE_MUTANTS_MUTATION_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace forkrpc::mutants {

class Relay;

// A frame as it stands in the stream; the header has 4 or 8 octets.
struct Frame {
  std::string header;
  std::string payload;

  bool has_id() const { return header.size() == 8; }
  uint32_t id() const;  // of a header with 8 octets
  void set_id(uint32_t id);
  void set_payload(std::string octets);  // and the length
  std::string octets() const { return header + payload; }
};

uint32_t Load32(const char* octets);
std::string Store32(uint32_t value);

// Hooks of one direction.
struct Direction {
  // Changes a header that was read, before anything is made of it.
  std::function<void(std::string* header)> misread;
  // Instead of passing a whole frame on.
  std::function<void(Frame frame, Relay& relay)> frame;
  // After each frame: the octets read behind it.
  std::function<void(std::string* rest)> after_frame;
  // After each read: the octets of a frame that is not whole.
  std::function<void(std::string* rest, Relay& relay)> after_read;
  // Before the end of the stream is passed on, with what was cut off. Returns
  // whether to pass the end on.
  std::function<bool(std::string* rest, Relay& relay)> end;
  // A header whose length is beyond 16 MiB; true if that was dealt with, and
  // the header is to be forgotten. Otherwise the rest passes unread.
  std::function<bool(const std::string& header, Relay& relay)> oversize;
  // After a write that did not take everything: what is left.
  std::function<void(std::string* left)> blocked;
  // How many octets may wait to be written before no more are read.
  size_t most_waiting = size_t{256} << 10;
};

struct Mutation {
  Direction in;   // from the wire to the testee
  Direction out;  // from the testee to the wire
  std::function<void(Relay& relay)> start;
  // When nothing has come from either side for `idle_ms`; -1 = never called.
  std::function<void(Relay& relay)> idle;
  int idle_ms = -1;
  // The exit status instead of the testee's.
  std::function<int(int status)> exit_status;
  // Instead of handing on a line of the testee's standard output (a parent's
  // reports), without its line end.
  std::function<void(const std::string& line, Relay& relay)> report;
  // When reading finds that the peer has closed both directions.
  std::function<void(Relay& relay)> peer_gone;
  // When writing finds it.
  std::function<void(Relay& relay)> write_failed;
  // When the testee has closed its stream and everything is written.
  std::function<void(Relay& relay)> finished;
  // The wire is not read while octets wait to be written to it.
  bool writes_before_reading = false;
  // Nothing is written to the wire while a frame from it is incomplete.
  bool silent_inside_frame = false;
  // Output waits until nothing has come for idle_ms.
  bool writes_when_idle = false;
  // The wire stays open when the testee has closed it both ways.
  bool keeps_wire = false;
  // Writes to descriptor 0, as if the wire were always one socket.
  bool writes_to_0 = false;
};

// What a mutation may depend on.
struct Class {
  bool parent = false;
  bool async = false;
};

struct Operator {
  std::string name;
  // Which roles have it.
  bool child = false;
  bool parent = false;
  std::function<Mutation(const Class&)> make;
};

// Takes the name of an operator that one role alone has, and what makes it.
using AddOperator =
    std::function<void(const char*, std::function<Mutation(const Class&)>)>;

// Adds to `all`, which must outlive it.
inline AddOperator AddForChild(std::vector<Operator>* all) {
  return [all](const char* name, std::function<Mutation(const Class&)> make) {
    all->push_back({name, /*child=*/true, /*parent=*/false, std::move(make)});
  };
}
inline AddOperator AddForParent(std::vector<Operator>* all) {
  return [all](const char* name, std::function<Mutation(const Class&)> make) {
    all->push_back({name, /*child=*/false, /*parent=*/true, std::move(make)});
  };
}

// All operators, by topic.
void AddSendingOperators(std::vector<Operator>* all);
void AddReceivingOperators(std::vector<Operator>* all);
void AddFlowOperators(std::vector<Operator>* all);
void AddChildOperators(std::vector<Operator>* all);
void AddChildEndOperators(std::vector<Operator>* all);
void AddParentOperators(std::vector<Operator>* all);
void AddParentEndOperators(std::vector<Operator>* all);
std::vector<Operator> AllOperators();

}  // namespace forkrpc::mutants

#endif  // CONFORMANCE_MUTANTS_MUTATION_H_
