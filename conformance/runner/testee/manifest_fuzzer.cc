// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any text as a testee.json: it is refused in one line that names the file, for
// a breach of the contract, or is all that the text says and keeps the
// contract; written again it is the same, and with one thing wrong it is
// refused. Nothing that it names is run.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "conformance/runner/base/quiet_protobuf.h"
#include "conformance/runner/base/require.h"
#include "conformance/runner/cases/spec_text.h"
#include "conformance/runner/testee/manifest.h"
#include "conformance/runner/testee/needs.h"
#include "forkrpc/testee_manifest.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/util/json_util.h"

namespace {

using forkrpc::conformance::Require;
using forkrpc::conformance::SpecText;
using forkrpc::conformance::Testee;
using forkrpc::conformance::TesteeManifest;

const SpecText& Spec() {
  static const SpecText* const spec = new SpecText(
      SpecText::Parse("- **[FR-FRM-001]** A sender MUST try.\n").value());
  return *spec;
}

absl::StatusOr<Testee> Parse(const std::string& text) {
  return Testee::Parse("dir/testee.json", text, Spec());
}

bool HasNul(absl::string_view text) { return absl::StrContains(text, '\0'); }

template <typename Words>
bool IsCommand(const Words& argv) {
  return !argv.empty() && !argv[0].empty() &&
         std::none_of(argv.begin(), argv.end(), HasNul);
}

// What conformance/CONTRACT.md asks for.
bool KeepsContract(const TesteeManifest& manifest) {
  const absl::string_view name = manifest.name();
  bool right = manifest.contract() == 1 && !name.empty() && name[0] != '.' &&
               name.find_first_not_of(
                   "0123456789._-+ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                   "abcdefghijklmnopqrstuvwxyz") == name.npos;
  bool any = false;
  for (const auto* forms : {&manifest.child(), &manifest.parent()}) {
    for (const auto* argv : {&forms->sync(), &forms->async()}) {
      any |= !argv->empty();
      right &= argv->empty() || IsCommand(*argv);
    }
  }
  for (const auto& needed : forkrpc::conformance::Needs(manifest)) {
    right &= IsCommand(needed.argv()) && !needed.else_().empty();
  }
  for (const auto& [variable, value] : manifest.env()) {
    right &= !variable.empty() && !absl::StrContains(variable, '=') &&
             !HasNul(variable) && !HasNul(value);
  }
  for (const auto& unsupported : manifest.unsupported()) {
    right &= unsupported.req() == "FR-FRM-001" && !unsupported.why().empty();
  }
  return right && any;
}

// The same for the same manifest: its map has no order of its own.
std::string Octets(const TesteeManifest& manifest) {
  std::string octets;
  google::protobuf::io::StringOutputStream stream(&octets);
  google::protobuf::io::CodedOutputStream out(&stream);
  out.SetSerializationDeterministic(true);
  Require(manifest.SerializeToCodedStream(&out), "cannot be serialised");
  out.Trim();
  return octets;
}

std::string Json(const TesteeManifest& manifest) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  Require(google::protobuf::util::MessageToJsonString(manifest, &json, options)
              .ok(),
          "cannot be written");
  return json;
}

void CheckRefusal(const std::string& text, const absl::Status& status) {
  const absl::string_view message = status.message();
  Require(absl::IsInvalidArgument(status), "another code");
  Require(absl::StartsWith(message, "dir/testee.json: "), "no file named");
  for (const char c : message) {
    Require(static_cast<uint8_t>(c) >= 0x20 && c != 0x7f,
            "more than a line of text");
  }
  if (absl::StrContains(message, "json: is not a manifest: ") ||
      absl::StrContains(message, "json: begins with a byte order mark")) {
    return;
  }
  TesteeManifest manifest;
  Require(google::protobuf::util::JsonStringToMessage(text, &manifest).ok() &&
              !KeepsContract(manifest),
          "refused for nothing");
}

// With a class's programs as the manifest has them.
void CheckClasses(const Testee& testee) {
  const TesteeManifest& manifest = testee.manifest();
  const std::map<std::string, std::string> env(manifest.env().begin(),
                                               manifest.env().end());
  for (const auto role :
       {forkrpc::conformance::CHILD, forkrpc::conformance::PARENT}) {
    for (const auto form :
         {forkrpc::conformance::SYNC, forkrpc::conformance::ASYNC}) {
      const auto& forms = role == forkrpc::conformance::CHILD
                              ? manifest.child()
                              : manifest.parent();
      const auto& argv =
          form == forkrpc::conformance::SYNC ? forms.sync() : forms.async();
      const auto spawn = testee.Spawn(role, form);
      Require(testee.Offers(role, form) == !argv.empty(), "another class");
      Require(spawn.argv == std::vector<std::string>(argv.begin(), argv.end()),
              "another argv");
      Require(spawn.environment == env && spawn.role == role,
              "another environment or role");
    }
  }
  Require(testee.not_installed().empty(), "looked for what is installed");
}

void WriteAndParse(const TesteeManifest& manifest) {
  const std::string json = Json(manifest);
  const absl::StatusOr<Testee> again = Parse(json);
  Require(again.ok() && Octets(again->manifest()) == Octets(manifest),
          "read as another one when written");
  Require(manifest.env().size() > 1 || Json(again->manifest()) == json,
          "written otherwise when read again");
  // Each is wrong in one thing.
  const std::string open = json.substr(0, json.size() - 1);
  Require(!Parse(json + "}").ok() && !Parse(json + json).ok(),
          "octets behind the manifest");
  Require(!Parse("\xef\xbb\xbf" + json).ok(), "a byte order mark");
  Require(!Parse(open + ",\"contract\":1}").ok(), "a key twice");
  Require(!Parse(open + ",\"key\":1}").ok(), "a key that there is not");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const forkrpc::conformance::QuietProtobuf silence;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<Testee> testee = Parse(text);
  if (!testee.ok()) {
    CheckRefusal(text, testee.status());
    return 0;
  }
  TesteeManifest expected;
  Require(google::protobuf::util::JsonStringToMessage(text, &expected).ok(),
          "accepted though protobuf refuses it");
  Require(KeepsContract(expected), "a breach of the contract");
  Require(Octets(testee->manifest()) == Octets(expected), "another manifest");
  CheckClasses(*testee);
  WriteAndParse(expected);
  return 0;
}
