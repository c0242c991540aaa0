// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/test_perl_vectors.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "forkrpc/serialiser/diagnostic_notation.h"

namespace forkrpc {
namespace {

[[noreturn]] void Fail(absl::string_view what, absl::string_view why) {
  std::fprintf(stderr, "%s\n", absl::StrCat(what, ": ", why).c_str());
  std::exit(1);
}

}  // namespace

Value ReadNotation(absl::string_view notation) {
  absl::StatusOr<Value> value = ParseDiagnosticNotation(notation);
  if (!value.ok()) Fail(notation, value.status().ToString());
  return *std::move(value);
}

std::vector<PerlVector> ReadPerlVectors(absl::string_view serialiser) {
  const char* const runfiles = std::getenv("TEST_SRCDIR");
  const char* const workspace = std::getenv("TEST_WORKSPACE");
  const std::string path = absl::StrCat(
      runfiles == nullptr ? "." : runfiles, "/",
      workspace == nullptr ? "." : workspace, "/spec/vectors/perl/values.tsv");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) Fail(path, "cannot be read");
  std::vector<PerlVector> vectors;
  std::string line;
  while (std::getline(stream, line)) {
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> columns = absl::StrSplit(line, '\t');
    if (columns.size() != 7) Fail(line, "not seven columns");
    if (columns[3] != serialiser || columns[4] == "-") continue;
    PerlVector vector;
    vector.name = absl::StrCat(columns[0], ", ", columns[1]);
    vector.payload = absl::HexStringToBytes(columns[4]);
    vector.back = columns[6];
    if (columns[5][0] == '!') {
      vector.refused = columns[5].substr(1);
    } else {
      vector.value = ReadNotation(columns[5]);
    }
    vectors.push_back(std::move(vector));
  }
  if (vectors.empty()) Fail(path, "no vector of this serialiser");
  return vectors;
}

}  // namespace forkrpc
