// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/transport/wire_terms.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/environment_names.h"

namespace forkrpc {
namespace {

// The name in `variable` if it is about `inode`; removes the variable.
std::string TakeTerm(const char* variable, std::optional<uint64_t> inode) {
  const char* const value = getenv(variable);
  if (value == nullptr) return "";
  std::optional<WireTerm> term = ParseWireTerm(value);
  unsetenv(variable);
  if (!term.has_value() || term->inode != inode) return "";
  return std::move(term->name);
}

}  // namespace

std::string FormatWireTerm(const WireTerm& term) {
  return absl::StrCat(term.name, ":", term.inode);
}

std::optional<WireTerm> ParseWireTerm(absl::string_view value) {
  const size_t colon = value.rfind(':');
  if (colon == absl::string_view::npos || colon == 0) return std::nullopt;
  const absl::string_view number = value.substr(colon + 1);
  WireTerm term;
  // SimpleAtoi would also take a sign or blanks.
  if (!std::all_of(number.begin(), number.end(), absl::ascii_isdigit) ||
      !absl::SimpleAtoi(number, &term.inode)) {
    return std::nullopt;
  }
  term.name = std::string(value.substr(0, colon));
  return term;
}

std::optional<uint64_t> WireInode(int fd) {
  struct stat found;
  if (fstat(fd, &found) != 0) return std::nullopt;
  return found.st_ino;
}

std::vector<std::pair<std::string, std::string>> WireEnvironment(
    const WireTerms& terms, int fd) {
  std::vector<std::pair<std::string, std::string>> variables;
  const std::optional<uint64_t> inode = WireInode(fd);
  if (!inode.has_value()) return variables;
  if (!terms.form.empty()) {
    variables.emplace_back(kFormVariable, FormatWireTerm({terms.form, *inode}));
  }
  if (!terms.serialiser.empty()) {
    variables.emplace_back(kSerialiserVariable,
                           FormatWireTerm({terms.serialiser, *inode}));
  }
  return variables;
}

WireTerms TakeWireTerms(int fd) {
  const std::optional<uint64_t> inode = WireInode(fd);
  WireTerms terms;
  terms.form = TakeTerm(kFormVariable, inode);
  terms.serialiser = TakeTerm(kSerialiserVariable, inode);
  return terms;
}

}  // namespace forkrpc
