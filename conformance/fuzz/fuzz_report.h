// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What `fuzz` found, as the message that --json writes and as people read it.
//
// The text is made from the message, so that they cannot differ. Pure; any
// thread.
//
//   const FuzzedClass fuzzed = FuzzedMessage(CHILD, ASYNC, seed, result, out);
//   std::cout << FuzzedText("cc", fuzzed);

#ifndef CONFORMANCE_FUZZ_FUZZ_REPORT_H_
#define CONFORMANCE_FUZZ_FUZZ_REPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "conformance/fuzz/diff.h"
#include "conformance/fuzz/fuzz.h"
#include "forkrpc/fuzz_result.pb.h"

namespace forkrpc::conformance {

// "child-sync".
std::string ClassName(Role role, Form form);

// `folder` is where its files are.
FuzzFinding FindingMessage(const Finding& finding, const std::string& folder);
// `folder` has one for each finding, called like its signature.
FuzzedClass FuzzedMessage(Role role, Form form, uint64_t seed,
                          const FuzzResult& result, const std::string& folder);
DiffedClass DiffedMessage(Role role, Form form, uint64_t seed,
                          const std::vector<std::string>& testees,
                          const DiffResult& result);

// Three lines.
std::string FindingText(const FuzzFinding& finding);
// One line, and the findings.
std::string FuzzedText(const std::string& testee, const FuzzedClass& fuzzed);
// One line; the differences; what was left out, because of whom, and why.
std::string DiffedText(const DiffedClass& diffed);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_FUZZ_FUZZ_REPORT_H_
