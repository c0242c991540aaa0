// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Testee: a testee.json, checked, and the programs that it names.
//
// Loading runs nothing; CheckInstalled runs the manifest's `requires` commands.
// Immutable after that; any thread may read it. Each error is one line that
// begins with the file's name and ends with what to do.
//
//   absl::StatusOr<Testee> testee = Testee::Load("python/testee.json", spec);
//   if (testee.ok()) testee->CheckInstalled();

#ifndef CONFORMANCE_RUNNER_TESTEE_MANIFEST_H_
#define CONFORMANCE_RUNNER_TESTEE_MANIFEST_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "conformance/runner/cases/spec_text.h"
#include "conformance/runner/testee/testee_process.h"
#include "forkrpc/conformance_case.pb.h"
#include "forkrpc/testee_manifest.pb.h"

namespace forkrpc::conformance {

// Invariants:
// 1. The manifest's name is a word that may stand in a path.
// 2. If the testee is installed, every class that it offers has a program.
class Testee {
 public:
  // InvalidArgument for a file that cannot be read or breaks the contract.
  static absl::StatusOr<Testee> Load(const std::string& path,
                                     const SpecText& spec);

  // The same for a file's text; `path` is what errors call it, and where its
  // programs are looked for.
  static absl::StatusOr<Testee> Parse(const std::string& path,
                                      const std::string& json,
                                      const SpecText& spec);

  // Runs `requires`, then looks up the program of each class. NotFound if one
  // is missing although everything required is there.
  absl::Status CheckInstalled();

  // The same programs with a variable of their environment set.
  Testee WithEnvironment(const std::string& name,
                         const std::string& value) const;

  const TesteeManifest& manifest() const { return manifest_; }
  const std::string& path() const { return path_; }
  // Empty if installed, else what to do about it.
  const std::string& not_installed() const { return not_installed_; }

  bool Offers(Role role, Form form) const { return !Argv(role, form).empty(); }
  // How to start the class; after CheckInstalled. Transport and the case's id
  // are up to the caller.
  SpawnOptions Spawn(Role role, Form form) const;
  // Whether a process may serve one session after the other; and how such a one
  // starts, likewise.
  bool ServesMany() const;
  SpawnOptions SpawnForMany(Role role, Form form) const;
  // Why the case is not run, or "" if it is.
  std::string WhyUnsupported(const Case& conformance_case) const;
  // The first requirement of the case that the manifest excludes, or "".
  std::string UnsupportedRequirement(const Case& conformance_case) const;

 private:
  std::vector<std::string> Argv(Role role, Form form) const;
  std::map<std::string, std::string> Environment() const;
  absl::Status Check(const SpecText& spec) const;
  absl::Status Error(const std::string& what) const;

  TesteeManifest manifest_;
  std::string path_;
  std::string directory_;
  std::string not_installed_;
  std::string programs_[2][2];  // by role and form
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_TESTEE_MANIFEST_H_
