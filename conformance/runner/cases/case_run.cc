// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cases/case_run.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace forkrpc::conformance {
namespace {

std::string LowerWithHyphens(const std::string& name) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(name, {{"_", "-"}}));
}

}  // namespace

std::string Name(Role role) { return LowerWithHyphens(Role_Name(role)); }
std::string Name(Form form) { return LowerWithHyphens(Form_Name(form)); }
std::string Name(Level level) { return Level_Name(level); }
std::string Name(Transport transport) {
  return LowerWithHyphens(Transport_Name(transport));
}
std::string Name(Chunking chunking) {
  return LowerWithHyphens(Chunking_Name(chunking));
}

std::string CaseRun::Id() const {
  std::string id = absl::StrCat(conformance_case->id(), ":", Name(form));
  if (transport != SOCKETPAIR) absl::StrAppend(&id, ":", Name(transport));
  if (chunking != WHOLE) absl::StrAppend(&id, ":", Name(chunking));
  if (split != 0) absl::StrAppend(&id, "-", split);
  if (size.has_value()) absl::StrAppend(&id, ":size-", *size);
  return id;
}

}  // namespace forkrpc::conformance
