// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/testee/manifest.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "conformance/runner/base/files.h"
#include "conformance/runner/base/legible.h"
#include "conformance/runner/cases/case_checks.h"
#include "conformance/runner/cases/case_run.h"
#include "conformance/runner/testee/needs.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace forkrpc::conformance {
namespace {

constexpr int kContract = 1;
constexpr int kRequiresSeconds = 30;
constexpr absl::string_view kStdio = "stdio";
constexpr absl::string_view kMany = "many";

bool IsPathWord(const std::string& name) {
  for (const char c : name) {
    if (!absl::ascii_isalnum(c) && !absl::StrContains("._-+", c)) return false;
  }
  return !name.empty() && name[0] != '.';
}

// An argv of which the system would pass on all words, whole.
template <typename Words>
bool IsCommand(const Words& argv) {
  for (const std::string& word : argv) {
    if (absl::StrContains(word, '\0')) return false;
  }
  return !argv.empty() && !argv[0].empty();
}

bool IsVariable(const std::string& name, const std::string& value) {
  return !name.empty() && !absl::StrContains(name, '=') &&
         !absl::StrContains(name, '\0') && !absl::StrContains(value, '\0');
}

// protobuf's parser takes the last of a key's values, or all of them; not so
// for a map, of which this form is made.
auto CheckKeysStandOnce(const std::string& json) {
  google::protobuf::Struct keys;
  return google::protobuf::util::JsonStringToMessage(json, &keys);
}

int Index(Role role) { return role == PARENT ? 1 : 0; }
int Index(Form form) { return form == ASYNC ? 1 : 0; }

}  // namespace

absl::Status Testee::Error(const std::string& what) const {
  // It may quote the file, which may hold any octets.
  return absl::InvalidArgumentError(
      absl::StrCat(path_, ": ", LegibleLine(what)));
}

absl::StatusOr<Testee> Testee::Load(const std::string& path,
                                    const SpecText& spec) {
  const absl::StatusOr<std::string> json = ReadFile(path);
  if (!json.ok()) {
    Testee testee;
    testee.path_ = path;
    return testee.Error(
        "cannot be read as a file; name a testee's testee.json "
        "(conformance/CONTRACT.md says what it holds)");
  }
  return Parse(path, *json, spec);
}

absl::StatusOr<Testee> Testee::Parse(const std::string& path,
                                     const std::string& json,
                                     const SpecText& spec) {
  Testee testee;
  testee.path_ = path;
  std::error_code error;
  const std::filesystem::path full = std::filesystem::absolute(path, error);
  testee.directory_ = full.parent_path().string();
  if (absl::StartsWith(json, "\xef\xbb\xbf")) {
    return testee.Error(
        "begins with a byte order mark, which JSON has not; save it as UTF-8 "
        "without one");
  }
  auto parsed =
      google::protobuf::util::JsonStringToMessage(json, &testee.manifest_);
  if (parsed.ok()) parsed = CheckKeysStandOnce(json);
  if (!parsed.ok()) {
    // The parser shows the place below its message, in newer releases between
    // blanks whose number changes; one line is enough here.
    std::string why = absl::StrReplaceAll(
        {parsed.message().data(), parsed.message().size()}, {{"\n", " | "}});
    absl::RemoveExtraAsciiWhitespace(&why);
    return testee.Error(absl::StrCat("is not a manifest: ", why,
                                     "; see conformance/CONTRACT.md for the "
                                     "keys"));
  }
  const absl::Status status = testee.Check(spec);
  if (!status.ok()) return status;
  return testee;
}

absl::Status Testee::Check(const SpecText& spec) const {
  if (manifest_.contract() != kContract) {
    return Error(absl::StrCat("\"contract\" is ", manifest_.contract(),
                              " but this suite knows contract ", kContract,
                              " only; say \"contract\": ", kContract));
  }
  if (!IsPathWord(manifest_.name())) {
    return Error(
        "\"name\" must be a word of letters, digits and ._-+, as it names "
        "folders of the report");
  }
  bool any = false;
  for (const Role role : {CHILD, PARENT}) {
    for (const Form form : {SYNC, ASYNC}) {
      if (!Offers(role, form)) continue;
      any = true;
      if (!IsCommand(Argv(role, form))) {
        return Error(absl::StrCat(
            Name(role), ".", Name(form),
            ": an argv begins with a program and holds no NUL; correct it"));
      }
    }
  }
  if (!any) {
    return Error(
        "there is nothing to test; give an argv for at least one of "
        "child.sync, child.async, parent.sync, parent.async");
  }
  if (!manifest_.parent_wire().empty() && manifest_.parent_wire() != kStdio) {
    return Error(absl::StrCat("\"parent_wire\" is \"", manifest_.parent_wire(),
                              "\"; say \"", kStdio,
                              "\", or leave it out for descriptor 3"));
  }
  if (!manifest_.sessions().empty() && manifest_.sessions() != kMany) {
    return Error(absl::StrCat("\"sessions\" is \"", manifest_.sessions(),
                              "\"; say \"", kMany,
                              "\", or leave it out for one session to a "
                              "process"));
  }
  for (const auto& requirement : Needs(manifest_)) {
    if (!IsCommand(requirement.argv()) || requirement.else_().empty()) {
      return Error(
          "each of \"requires\" needs an \"argv\" (a program first, no NUL) "
          "and, "
          "under \"else\", what to do when it fails");
    }
  }
  for (const auto& [name, value] : manifest_.env()) {
    if (!IsVariable(name, value)) {
      return Error(absl::StrCat(
          "\"env\" cannot set \"", name,
          "\": a variable has a name without = and NUL, and no NUL in its "
          "value"));
    }
  }
  for (const auto& unsupported : manifest_.unsupported()) {
    if (spec.Find(unsupported.req()) == nullptr) {
      return Error(absl::StrCat("\"unsupported\" names \"", unsupported.req(),
                                "\", which is no requirement of spec/wire.md; "
                                "use an id such as FR-FRM-001"));
    }
    if (unsupported.why().empty()) {
      return Error(absl::StrCat("\"unsupported\" must say \"why\" ",
                                unsupported.req(), " is not met"));
    }
  }
  return absl::OkStatus();
}

absl::Status Testee::CheckInstalled() {
  for (const auto& requirement : Needs(manifest_)) {
    const std::vector<std::string> argv(requirement.argv().begin(),
                                        requirement.argv().end());
    const absl::StatusOr<bool> succeeds =
        CommandSucceeds(argv, directory_, Environment(), kRequiresSeconds);
    // What is not known is not taken for what is not there.
    if (!succeeds.ok()) {
      return absl::Status(
          succeeds.status().code(),
          absl::StrCat(path_, ": \"requires\" cannot be looked at: ",
                       succeeds.status().message()));
    }
    if (!*succeeds) {
      not_installed_ = requirement.else_();
      return absl::OkStatus();
    }
  }
  for (const Role role : {CHILD, PARENT}) {
    for (const Form form : {SYNC, ASYNC}) {
      if (!Offers(role, form)) continue;
      absl::StatusOr<std::string> program =
          FindProgram(Argv(role, form)[0], directory_);
      if (!program.ok()) {
        return absl::NotFoundError(
            absl::StrCat(path_, ": ", Name(role), ".", Name(form), ": ",
                         program.status().message(),
                         "; build or install it, or correct the "
                         "argv"));
      }
      programs_[Index(role)][Index(form)] = *std::move(program);
    }
  }
  return absl::OkStatus();
}

Testee Testee::WithEnvironment(const std::string& name,
                               const std::string& value) const {
  Testee changed = *this;
  (*changed.manifest_.mutable_env())[name] = value;
  return changed;
}

std::vector<std::string> Testee::Argv(Role role, Form form) const {
  const TesteeManifest::Forms& forms =
      role == CHILD ? manifest_.child() : manifest_.parent();
  const auto& argv = form == SYNC ? forms.sync() : forms.async();
  return {argv.begin(), argv.end()};
}

std::map<std::string, std::string> Testee::Environment() const {
  return {manifest_.env().begin(), manifest_.env().end()};
}

SpawnOptions Testee::Spawn(Role role, Form form) const {
  SpawnOptions options;
  options.program = programs_[Index(role)][Index(form)];
  options.argv = Argv(role, form);
  options.directory = directory_;
  options.environment = Environment();
  options.role = role;
  if (manifest_.parent_wire() == kStdio) {
    options.parent_wire = ParentWire::kStdio;
  }
  return options;
}

bool Testee::ServesMany() const { return manifest_.sessions() == kMany; }

SpawnOptions Testee::SpawnForMany(Role role, Form form) const {
  SpawnOptions options = Spawn(role, form);
  options.many_sessions = true;
  options.environment["FORKRPC_SESSIONS"] = std::string(kMany);
  return options;
}

std::string Testee::UnsupportedRequirement(const Case& conformance_case) const {
  for (const auto& unsupported : manifest_.unsupported()) {
    for (const std::string& req : conformance_case.reqs()) {
      if (req == unsupported.req()) return req;
    }
  }
  return "";
}

std::string Testee::WhyUnsupported(const Case& conformance_case) const {
  const std::string req = UnsupportedRequirement(conformance_case);
  for (const auto& unsupported : manifest_.unsupported()) {
    if (unsupported.req() == req) {
      return absl::StrCat("the manifest excludes ", req, ": ",
                          unsupported.why());
    }
  }
  const uint64_t largest = LargestPayload(conformance_case);
  if (manifest_.max_frame() != 0 && largest > manifest_.max_frame()) {
    return absl::StrCat("the case has payloads of ", largest,
                        " octets, the manifest's max_frame is ",
                        manifest_.max_frame());
  }
  return "";
}

}  // namespace forkrpc::conformance
