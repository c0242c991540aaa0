// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Relay: moves octets between the wire and a testee, frame by frame.
//
// It stands between a correct testee and its peer and makes a mutant of it; it
// shares no code with any testee or with the suite. Without a mutation it is
// transparent: half-closes, resets and exit statuses pass through it. One
// thread. Ends when the testee's process has ended.
//
//   Relay relay(cls, mutation, wire_in, wire_out, inner, pid);
//   return relay.Run();

#ifndef CONFORMANCE_MUTANTS_RELAY_H_
#define CONFORMANCE_MUTANTS_RELAY_H_

#include <sys/types.h>

#include <string>

#include "conformance/mutants/mutation.h"

namespace forkrpc::mutants {

// Invariants:
//  1. A direction reads no further while most_waiting octets wait to be
//  written.
//  2. A frame is passed on when it is whole, the octets of one that is not at
//     the end of the stream, and a frame beyond 16 MiB as it comes.
class Relay {
 public:
  // `reports` is where the testee's standard output is read, or -1.
  Relay(const Class& cls, Mutation mutation, int wire_in, int wire_out,
        int inner, int reports, pid_t pid);

  // Returns the exit status; a signal that ended the testee ends us.
  int Run();

  // For hooks.
  void ToWire(const std::string& octets) { out_.waiting += octets; }
  void ToInner(const std::string& octets) { in_.waiting += octets; }
  // One line on our standard output.
  void Report(const std::string& line);
  // The testee reads the end of the stream after what waits for it.
  void EndInner() { in_.ended = true; }
  // The peer reads the end of the stream after what waits for it.
  void EndWire() { out_.ended = true; }
  bool wire_ended() const { return in_.ended; }
  // Throws away what waits to be written to the wire, or all but its last
  // octets.
  void DropOutput(size_t keep = 0);
  size_t output_waiting() const { return out_.waiting.size(); }
  // Ends the program now, with nothing more written.
  [[noreturn]] void Exit(int status);
  // Does nothing any more until somebody ends us.
  [[noreturn]] void Hang();

 private:
  struct Way {
    Direction hooks;
    size_t header = 8;
    int from = -1;
    int to = -1;
    std::string read;     // not yet a whole frame
    std::string waiting;  // to be written
    bool raw = false;     // frames are no longer looked for
    bool ended = false;   // nothing more is read
    bool shut = false;    // and the end was passed on
  };

  bool Poll();
  void Receive(Way* way, bool hung_up);
  void Scan(Way* way);
  void End(Way* way);
  void Send(Way* way);
  void PassEnd(Way* way);
  void ReadReports();
  void PeerGone();
  void CloseInner();
  void CloseWire();
  bool MayRead(const Way& way) const;
  bool MayWrite(const Way& way) const;
  int Finish();

  Mutation mutation_;
  Way in_;
  Way out_;
  int reports_;
  std::string report_line_;
  const pid_t pid_;
  bool inner_closed_ = false;  // both ways, by the testee
  bool idle_ = false;
};

}  // namespace forkrpc::mutants

#endif  // CONFORMANCE_MUTANTS_RELAY_H_
