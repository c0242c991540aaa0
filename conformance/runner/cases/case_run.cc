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

namespace {

std::string IdOf(const CaseRun& run, bool with_transport, bool with_chunking) {
  std::string id =
      absl::StrCat(run.conformance_case->id(), ":", Name(run.form));
  if (with_transport) absl::StrAppend(&id, ":", Name(run.transport));
  if (with_chunking) absl::StrAppend(&id, ":", Name(run.chunking));
  if (run.split != 0) absl::StrAppend(&id, "-", run.split);
  if (run.size.has_value()) absl::StrAppend(&id, ":size-", *run.size);
  return id;
}

}  // namespace

std::string CaseRun::Id() const {
  return IdOf(*this, transport != SOCKETPAIR, chunking != WHOLE);
}

std::vector<std::string> CaseRun::Names() const {
  std::vector<std::string> names = {Id()};
  const bool far = transport != SOCKETPAIR;
  const bool cut = chunking != WHOLE;
  if (!far) names.push_back(IdOf(*this, true, cut));
  if (!cut) names.push_back(IdOf(*this, far, true));
  if (!far && !cut) names.push_back(IdOf(*this, true, true));
  return names;
}

}  // namespace forkrpc::conformance
