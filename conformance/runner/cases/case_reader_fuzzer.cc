// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any text as a conformance case: it is refused in one line that names the
// file, or keeps what case_loader.h promises and expands to the runs of its
// axes; written again it is the same case with the same runs, and with one
// thing wrong it is refused.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "conformance/runner/base/quiet_protobuf.h"
#include "conformance/runner/base/require.h"
#include "conformance/runner/cases/case_loader.h"
#include "conformance/runner/cases/spec_text.h"
#include "forkrpc/conformance_case.pb.h"
#include "google/protobuf/text_format.h"

namespace {

using forkrpc::conformance::Case;
using forkrpc::conformance::CaseRun;
using forkrpc::conformance::CaseSet;
using forkrpc::conformance::Part;
using forkrpc::conformance::Require;
using forkrpc::conformance::SpecText;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

absl::StatusOr<CaseSet> Load(const std::string& text) {
  static const SpecText* const spec =
      new SpecText(SpecText::Parse("- **[FR-FRM-001]** A sender MUST try.\n"
                                   "- **[FR-FRM-002]** A sender SHOULD try.\n")
                       .value());
  return CaseSet::Load({{"child/a.textproto", text}}, *spec);
}

std::string Text(const Case& c) {
  std::string text;
  Require(google::protobuf::TextFormat::PrintToString(c, &text),
          "cannot be written");
  return text;
}

void CheckRefusal(const absl::Status& status) {
  const absl::string_view message = status.message();
  Require(absl::IsInvalidArgument(status), "another code");
  Require(absl::StartsWith(message, "child/a.textproto: "), "no file named");
  for (const char c : message) {
    Require(static_cast<uint8_t>(c) >= 0x20 && c != 0x7f,
            "more than a line of text");
  }
}

void CheckPart(const Part& part) {
  Require(part.kind_case() != Part::KIND_NOT_SET, "an empty part");
  const size_t digits =
      std::count_if(part.hex().begin(), part.hex().end(),
                    [](char c) { return absl::ascii_isxdigit(c); });
  const size_t blanks =
      std::count_if(part.hex().begin(), part.hex().end(),
                    [](char c) { return absl::ascii_isspace(c); });
  Require(digits % 2 == 0 && digits + blanks == part.hex().size(),
          "hex that is none");
  Require(part.pattern().modulo() <= 256, "a modulo beyond an octet");
  Require(
      part.pattern().count() <= 64u << 20 && part.repeat().count() <= 64u << 20,
      "a part beyond 64 MiB");
}

// The steps of a run are the case's, with octets in place of the size.
void CheckPartOfRun(const Part& part, const Part& in_run, uint64_t size) {
  CheckPart(in_run);
  if (part.has_size()) {
    Require(in_run.pattern().count() == size && in_run.pattern().modulo() == 0,
            "a payload of another size");
  } else if (part.has_size_number()) {
    std::string number;
    for (int shift = 24; shift >= 0; shift -= 8) {
      number += static_cast<char>(size >> shift & 0xff);
    }
    Require(in_run.octets() == number, "another number for the size");
  }
}

void CheckParts(const Message& original, const Message& in_run, uint64_t size) {
  if (original.GetDescriptor() == Part::descriptor()) {
    CheckPartOfRun(static_cast<const Part&>(original),
                   static_cast<const Part&>(in_run), size);
    return;
  }
  const auto* const reflection = original.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(original, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->message_type() == nullptr) continue;
    if (!field->is_repeated()) {
      CheckParts(reflection->GetMessage(original, field),
                 reflection->GetMessage(in_run, field), size);
      continue;
    }
    const int count = reflection->FieldSize(original, field);
    Require(count == reflection->FieldSize(in_run, field), "other steps");
    for (int i = 0; i < count; ++i) {
      CheckParts(reflection->GetRepeatedMessage(original, field, i),
                 reflection->GetRepeatedMessage(in_run, field, i), size);
    }
  }
}

void CheckHead(const Case& c) {
  Require(c.id() == "child/a" && !c.title().empty() && !c.why().empty() &&
              !c.reqs().empty() && !c.steps().empty(),
          "something is missing");
  const auto cited = [&](const std::string& req) {
    return std::find(c.reqs().begin(), c.reqs().end(), req) != c.reqs().end();
  };
  Require(c.level() == (cited("FR-FRM-001") ? forkrpc::conformance::MUST
                                            : forkrpc::conformance::SHOULD),
          "another level");
  for (const auto& step : c.steps()) {
    Require(step.req().empty() || cited(step.req()), "a clause not cited");
    uint32_t last = 0;
    for (const uint32_t cut : step.send().cut()) {
      Require(cut > last, "cuts that do not ascend");
      last = cut;
    }
  }
}

size_t CountOfRuns(const Case& c) {
  const bool child = c.role() == forkrpc::conformance::CHILD;
  const auto& axes = c.axes();
  const size_t transports =
      axes.transport().empty() ? (child ? 4 : 3) : axes.transport_size();
  size_t chunkings = std::max(axes.chunking_size(), 1);
  for (const int chunking : axes.chunking()) {
    if (chunking != forkrpc::conformance::RANDOM_SPLITS) continue;
    Require(axes.random_splits() <= 100, "too many splits");
    chunkings += axes.random_splits() == 0 ? 2 : axes.random_splits() - 1;
  }
  return c.forms_size() * transports * chunkings *
         std::max(axes.sizes_size(), 1);
}

// A line for each run, and its case if that is another one.
std::string CheckRuns(const CaseSet& set) {
  const Case& c = set.cases()[0];
  std::string all;
  std::set<std::string> ids;
  for (const CaseRun& run : set.Runs()) {
    const std::string id = run.Id();
    Require(ids.insert(id).second, "two runs of one name");
    Require(absl::StartsWith(id, "child/a:"), "another case's run");
    Require(!absl::StrContains(id, "::") && id.back() != ':', "no name");
    Require(run.transport != forkrpc::conformance::PIPES ||
                c.role() == forkrpc::conformance::CHILD,
            "a parent with pipes");
    Require(run.size.has_value() == !c.axes().sizes().empty(), "no size");
    absl::StrAppend(&all, id, "\n");
    if (run.size.has_value()) {
      Require(*run.size <= 16u << 20, "a size beyond 16 MiB");
      Require(run.conformance_case != &c, "a size without its case");
      if (ids.size() <= 8) CheckParts(c, *run.conformance_case, *run.size);
    } else {
      Require(run.conformance_case == &c, "another case");
    }
  }
  if (c.axes().sizes().empty()) CheckParts(c, c, 0);
  Require(ids.size() == CountOfRuns(c), "another number of runs");
  return all;
}

void WriteAndLoad(const Case& c, const std::string& runs) {
  const std::string text = Text(c);
  const absl::StatusOr<CaseSet> again = Load(text);
  Require(again.ok() && again->cases().size() == 1, "refused when written");
  Require(again->cases()[0].SerializeAsString() == c.SerializeAsString(),
          "another case when written");
  Require(Text(again->cases()[0]) == text, "written otherwise");
  Require(CheckRuns(*again) == runs, "other runs when written");
  // Each is wrong in one thing.
  const absl::Status unknown = Load(text + "no_field: 1").status();
  Require(absl::StartsWith(
              unknown.message(),
              absl::StrCat("child/a.textproto: line ",
                           std::count(text.begin(), text.end(), '\n') + 1,
                           ", column ")),
          "an unknown field, by its line");
  Require(!Load(text + "title: \"t\"").ok(), "a field twice");
  Require(!Load(text + "steps {}").ok(), "an empty step");
  Require(!Load(text + "forms: " +
                Form_Name(static_cast<forkrpc::conformance::Form>(c.forms(0))))
               .ok(),
          "a form twice");
  Require(!Load(text + std::string("\0", 1)).ok(), "an octet behind it");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const forkrpc::conformance::QuietProtobuf silence;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<CaseSet> set = Load(text);
  if (!set.ok()) {
    CheckRefusal(set.status());
    return 0;
  }
  Require(set->cases().size() == 1 && set->Find("child/a") != nullptr, "one");
  // Loading fills nothing in.
  Case expected;
  Require(
      google::protobuf::TextFormat::ParseFromString(text, &expected) &&
          expected.SerializeAsString() == set->cases()[0].SerializeAsString(),
      "another case than the text says");
  CheckHead(expected);
  WriteAndLoad(set->cases()[0], CheckRuns(*set));
  return 0;
}
