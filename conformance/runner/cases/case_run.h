// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CaseRun: one run of a case, and what its axes are called.
//
// A value; it points to its case, which must outlive it. Pure functions; any
// thread.
//
//   const CaseRun run = {&c, SYNC, PIPES, WHOLE};
//   std::cout << run.Id();

#ifndef CONFORMANCE_RUNNER_CASES_CASE_RUN_H_
#define CONFORMANCE_RUNNER_CASES_CASE_RUN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "forkrpc/conformance_case.pb.h"

namespace forkrpc::conformance {

// One case with one value of each axis.
struct CaseRun {
  const Case* conformance_case;  // its `size` parts have the run's size
  Form form;
  Transport transport;
  Chunking chunking;
  uint32_t split = 0;  // number of the RANDOM_SPLITS run, from 1
  std::optional<uint64_t> size = std::nullopt;  // octets

  // Case id, ":", form, and what differs from a socketpair and whole writes:
  // "child/echo:sync:pipes:random-splits-2:size-65536".
  std::string Id() const;

  // What a filter may call it: its id, and the id with "socketpair" and "whole"
  // in their places where the id leaves them out.
  std::vector<std::string> Names() const;
};

// "child", "sync", "MUST", "pipes", "every-octet".
std::string Name(Role role);
std::string Name(Form form);
std::string Name(Level level);
std::string Name(Transport transport);
std::string Name(Chunking chunking);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CASES_CASE_RUN_H_
