// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cases/case_checks.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "conformance/runner/cases/axes.h"
#include "conformance/runner/cases/barrier.h"
#include "conformance/runner/cases/payload.h"
#include "conformance/runner/wire/frame_scanner.h"

namespace forkrpc::conformance {
namespace {

absl::Status Invalid(absl::string_view what) {
  return absl::InvalidArgumentError(what);
}

absl::Status CheckRequirements(const Case& c, const SpecText& spec) {
  if (c.reqs().empty()) return Invalid("no requirement is cited (reqs)");
  Level strongest = MAY;
  for (const std::string& id : c.reqs()) {
    const Requirement* requirement = spec.Find(id);
    if (requirement == nullptr) {
      return Invalid(absl::StrCat(id, " is not in the specification"));
    }
    strongest = std::min(strongest, requirement->level);
  }
  if (c.level() != strongest) {
    return Invalid(absl::StrCat("level is ", Level_Name(c.level()),
                                " but the strongest clause cited is ",
                                Level_Name(strongest)));
  }
  for (const Step& step : c.steps()) {
    if (!step.req().empty() &&
        std::count(c.reqs().begin(), c.reqs().end(), step.req()) == 0) {
      return Invalid(absl::StrCat("a step names ", step.req(),
                                  ", which the case does not cite"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckHead(const Case& c, absl::string_view id) {
  if (c.id() != id) {
    return Invalid(absl::StrCat("id is \"", c.id(), "\" but the file is \"", id,
                                ".textproto\""));
  }
  if (c.role() != CHILD && c.role() != PARENT) {
    return Invalid("role is missing");
  }
  if (c.forms().empty()) return Invalid("forms are missing");
  if (c.title().empty()) return Invalid("title is missing");
  if (c.why().empty()) return Invalid("why is missing");
  if (c.steps().empty()) return Invalid("there are no steps");
  return CheckAxes(c);
}

// Which role the step is for; unspecified if it suits both.
Role RoleOf(const Step& step) {
  switch (step.kind_case()) {
    case Step::kExpectFrames:
      return CHILD;
    case Step::kCommand:
    case Step::kExpectRequests:
    case Step::kExpectReports:
    case Step::kExpectError:
      return PARENT;
    default:
      return ROLE_UNSPECIFIED;
  }
}

// `first` is of one frame, and cuts are places in the order of the stream.
absl::Status CheckCuts(const Send& send) {
  for (const Send::Item& item : send.item()) {
    const uint32_t times =
        std::max({item.request().times(), item.response().times(),
                  item.event().times()});
    if (item.first() != 0 && times > 1) {
      return Invalid("only one frame can be sent in part (first)");
    }
  }
  uint32_t last = 0;
  for (const uint32_t cut : send.cut()) {
    if (cut <= last) return Invalid("cuts do not ascend from 1");
    last = cut;
  }
  return absl::OkStatus();
}

absl::Status CheckSend(const Send& send, Role role) {
  if (!Chunking_IsValid(send.chunking())) return Invalid("a chunking is none");
  for (const Send::Item& item : send.item()) {
    absl::Status status;
    switch (item.kind_case()) {
      case Send::Item::kRequest:
        if (role != CHILD) return Invalid("a request is sent to a parent");
        status = CheckParts(item.request().payload());
        break;
      case Send::Item::kResponse:
        if (role != PARENT) return Invalid("a response is sent to a child");
        status = CheckParts(item.response().payload());
        break;
      case Send::Item::kEvent:
        if (role != PARENT) return Invalid("an event is sent to a child");
        status = CheckParts(item.event().payload());
        break;
      case Send::Item::kRaw: {
        Parts one;
        *one.Add() = item.raw();
        status = CheckParts(one);
        break;
      }
      case Send::Item::kHeader:
      case Send::Item::kRest:
        break;
      case Send::Item::KIND_NOT_SET:
        return Invalid("an item to send is empty");
    }
    if (!status.ok()) return status;
  }
  return CheckCuts(send);
}

absl::Status CheckStep(const Step& step, Role role) {
  if (step.kind_case() == Step::KIND_NOT_SET) return Invalid("is empty");
  const Role wanted = RoleOf(step);
  if (wanted != ROLE_UNSPECIFIED && wanted != role) {
    return Invalid("does not suit the role of the case");
  }
  if (step.has_send()) return CheckSend(step.send(), role);
  if (!ExpectExit::Status_IsValid(step.expect_exit().status())) {
    return Invalid("expects an exit status that is none");
  }
  if (step.resume_reader().after_octets() > 32768) {
    return Invalid("after_octets is beyond 32768, which a pipe may not hold");
  }
  return absl::OkStatus();
}

template <typename Visit>
void VisitExpected(const Case& c, Visit visit) {
  for (const Step& step : c.steps()) {
    const auto visit_frame = [&](const ExpectFrames::Item& item) {
      visit(item.has_event() ? item.event().payload()
                             : item.response().payload());
    };
    for (const auto& item : step.expect_frames().item()) visit_frame(item);
    for (const auto& sequence : step.expect_frames().sequence()) {
      for (const auto& item : sequence.item()) visit_frame(item);
    }
    visit(step.command().call().payload());
  }
}

// The payloads that a parent must report; they came in what it was sent.
template <typename Visit>
void VisitReported(const Case& c, Visit visit) {
  for (const Step& step : c.steps()) {
    for (const auto& item : step.expect_reports().item()) {
      visit(item.has_event() ? item.event().payload()
                             : item.result().payload());
    }
  }
}

}  // namespace

absl::Status CheckCase(const Case& conformance_case, absl::string_view id,
                       const SpecText& spec) {
  absl::Status status = CheckHead(conformance_case, id);
  if (status.ok()) status = CheckRequirements(conformance_case, spec);
  if (!status.ok()) return status;
  int number = 0;
  for (const Step& step : conformance_case.steps()) {
    ++number;
    status = CheckStep(step, conformance_case.role());
    if (!status.ok()) {
      return Invalid(absl::StrCat("step ", number, ": ", status.message()));
    }
  }
  const auto check = [&](const Parts& parts) {
    status.Update(CheckParts(parts));
  };
  VisitExpected(conformance_case, check);
  VisitReported(conformance_case, check);
  return status;
}

absl::Status CheckTwin(const Case& conformance_case, const Case* twin) {
  const std::string& name = conformance_case.twin();
  if (twin == nullptr) {
    return Invalid(absl::StrCat("there is no case \"", name, "\" (twin)"));
  }
  if (twin->role() != conformance_case.role()) {
    return Invalid(absl::StrCat("the twin ", name, " is of the other role"));
  }
  if (!twin->twin().empty()) {
    return Invalid(
        absl::StrCat("the twin ", name, " has a twin: it is in error too"));
  }
  for (const int form : conformance_case.forms()) {
    const auto& forms = twin->forms();
    if (std::find(forms.begin(), forms.end(), form) == forms.end()) {
      return Invalid(absl::StrCat("the twin ", name, " lacks the form ",
                                  Form_Name(static_cast<Form>(form))));
    }
  }
  return absl::OkStatus();
}

uint64_t LargestExpectedPayload(const Case& conformance_case) {
  uint64_t largest = kBarrierOctets;
  VisitExpected(conformance_case, [&](const Parts& parts) {
    largest = std::max(largest, PayloadSize(parts));
  });
  // A case that ends before an answer comes may see it all the same.
  for (const Step& step : conformance_case.steps()) {
    for (const Send::Item& item : step.send().item()) {
      if (!item.has_request()) continue;
      const Parts& parts = item.request().payload();
      largest = std::max(largest, PayloadSize(parts));
      if (PayloadSize(parts) != 1 + 4) continue;
      const std::string octets = MakePayload(parts, 0);
      if (octets[0] != 'Z') continue;
      largest = std::max<uint64_t>(
          largest,
          ReadU32(reinterpret_cast<const unsigned char*>(octets.data() + 1)));
    }
  }
  return largest;
}

uint64_t LargestPayload(const Case& conformance_case) {
  uint64_t largest = LargestExpectedPayload(conformance_case);
  for (const Step& step : conformance_case.steps()) {
    for (const Send::Item& item : step.send().item()) {
      largest = std::max({largest, PayloadSize(item.request().payload()),
                          PayloadSize(item.response().payload()),
                          PayloadSize(item.event().payload())});
    }
  }
  return largest;
}

}  // namespace forkrpc::conformance
