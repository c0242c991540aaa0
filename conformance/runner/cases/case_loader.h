// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CaseSet: the conformance cases, checked, and the runs that they expand to.
//
// A set is loaded whole or not at all, so that a wrong case is found by whoever
// wrote it and never judges a testee. Immutable after loading; any thread may
// read it, and a CaseRun points into the set that made it.
//
//   absl::StatusOr<CaseSet> set = CaseSet::Load(files, spec);
//   for (const CaseRun& run : set->Runs()) Judge(run);

#ifndef CONFORMANCE_RUNNER_CASES_CASE_LOADER_H_
#define CONFORMANCE_RUNNER_CASES_CASE_LOADER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "conformance/runner/cases/case_run.h"
#include "conformance/runner/cases/spec_text.h"
#include "forkrpc/conformance_case.pb.h"

namespace forkrpc::conformance {

// A file's path below cases/ and its text.
struct SourceFile {
  std::string path;
  std::string text;
};

// Invariants:
// 1. Case ids are unique, equal to the file's path, and in ascending order.
// 2. Every cited requirement exists, and the level is the strongest of them.
// 3. Every step suits the case's role.
// 4. Every twin is a case without error, of the same role, in the same forms.
class CaseSet {
 public:
  // InvalidArgument "FILE: what is wrong", one line, for the first file that
  // breaks an invariant or does not parse.
  static absl::StatusOr<CaseSet> Load(const std::vector<SourceFile>& files,
                                      const SpecText& spec);

  // All "*.textproto" below `directory`, paths relative to it, sorted.
  // NotFound if there are none.
  static absl::StatusOr<std::vector<SourceFile>> ReadDirectory(
      const std::string& directory);

  const std::vector<Case>& cases() const { return *cases_; }
  // Null if there is none.
  const Case* Find(absl::string_view id) const;
  // Every run of every case, in a fixed order.
  std::vector<CaseRun> Runs() const;

 private:
  // A case with its `size` parts made octets, by case id and size.
  using Sized = std::map<std::pair<std::string, uint64_t>, Case>;

  // On the heap so that Runs stay valid when the set moves.
  std::unique_ptr<std::vector<Case>> cases_;
  std::unique_ptr<Sized> sized_;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CASES_CASE_LOADER_H_
