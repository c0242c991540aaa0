// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/play/parent_driver.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "conformance/runner/cases/barrier.h"
#include "conformance/runner/cases/payload.h"
#include "conformance/runner/wire/length_hint.h"
#include "conformance/runner/wire/octets_text.h"

namespace forkrpc::conformance {
namespace {

std::string ResponseFrame(uint32_t id, const std::string& payload) {
  std::string frame;
  AppendU32(id, &frame);
  AppendU32(static_cast<uint32_t>(payload.size()), &frame);
  return frame + payload;
}

}  // namespace

absl::Status ParentDriver::DoForRole(const Step& step) {
  switch (step.kind_case()) {
    case Step::kSend:
      return DoSend(step.send());
    case Step::kCommand:
      return DoCommand(step.command());
    case Step::kExpectRequests:
      return DoExpectRequests(step.expect_requests());
    case Step::kExpectReports:
      return DoExpectReports(step.expect_reports());
    case Step::kExpectError:
      return DoExpectError(step.expect_error().probe());
    case Step::kExpectSilence:
      return DoExpectSilence();
    case Step::kCleanEnd:
      return DoCleanEnd();
    default:
      return absl::InternalError("the step is not for a parent");
  }
}

std::string ParentDriver::Describe(const Frame& frame) const {
  return absl::StrCat(
      "a request ",
      form() == ASYNC ? absl::StrCat("with id ", frame.header.id, " ") : "",
      "of ", DescribeOctets(frame.payload));
}

std::string ParentDriver::Report::Text() const {
  static constexpr const char* kNames[] = {"result", "event", "failed", "error",
                                           "closed"};
  std::string text = kNames[kind];
  if (!tag.empty()) absl::StrAppend(&text, " ", tag);
  if (kind == kResult || kind == kEvent) {
    absl::StrAppend(&text, " of ", DescribeOctets(payload));
  }
  return absl::StrCat("report \"", text, "\"",
                      IsBarrier(payload) ? " (the runner's probe)" : "");
}

absl::Status ParentDriver::DoCommand(const Command& command) {
  if (command.has_drop()) session().QueueCommand("drop");
  if (command.has_quit()) session().QueueCommand("quit");
  if (!command.has_call()) return absl::OkStatus();
  const Request& call = command.call();
  for (uint32_t i = 0; i < Copies(call.times()); ++i) {
    const std::string tag = TagOf(call.tag(), call.times(), i);
    Call made;
    made.payload = MakePayload(call.payload(), i);
    session().QueueCommand(
        absl::StrCat("call ", tag, " ", ContractHex(made.payload)));
    if (!calls_.emplace(tag, std::move(made)).second) {
      return absl::InternalError(absl::StrCat("tag ", tag, " is called twice"));
    }
  }
  return absl::OkStatus();
}

absl::Status ParentDriver::DoExpectRequests(const ExpectRequests& expect) {
  std::vector<Call*> waiting;
  for (const ExpectRequests::Item& request : expect.request()) {
    for (uint32_t i = 0; i < Copies(request.times()); ++i) {
      const auto call = calls_.find(TagOf(request.tag(), request.times(), i));
      if (call == calls_.end()) {
        return absl::InternalError("a request is expected without a call");
      }
      waiting.push_back(&call->second);
    }
  }
  uint32_t next_id = expect.first_id();
  while (!waiting.empty()) {
    const std::string wanted = absl::StrCat(
        waiting.size() == 1
            ? "the request of "
            : absl::StrCat(waiting.size(), " requests, such as that of "),
        DescribeOctets(waiting[0]->payload));
    std::vector<std::string> payloads;  // if the header is wrong
    const absl::StatusOr<Frame> frame =
        NextFrame(wanted, [&](const FrameHeader& header) {
          std::vector<uint64_t> lengths;
          for (const Call* call : waiting) {
            if (call->payload.size() == header.length) return absl::OkStatus();
            lengths.push_back(call->payload.size());
          }
          for (const Call* call : waiting) payloads.push_back(call->payload);
          return Mismatch(absl::StrCat(
              "expected ", wanted, "; got a header with length ", header.length,
              LengthHint(header.length, lengths,
                         HeaderSize(LayoutTo(CHILD, form())))));
        });
    if (!frame.ok() && !payloads.empty()) {
      return ExplainHeader(frame.status(), payloads);
    }
    if (!frame.ok()) return frame.status();
    if (expect.in_order() && frame->payload != waiting[0]->payload) {
      return Mismatch(
          absl::StrCat("expected ", DescribeOctets(waiting[0]->payload),
                       " next, got ", Describe(*frame)),
          "FR-ORD-007");
    }
    const absl::Status bound = Bind(*frame, &waiting);
    if (!bound.ok()) return bound;
    if (next_id != 0 && form() == ASYNC && frame->header.id != next_id++) {
      return Mismatch(absl::StrCat("expected id ", next_id - 1, ", got ",
                                   Describe(*frame)));
    }
  }
  return absl::OkStatus();
}

absl::Status ParentDriver::Bind(const Frame& frame,
                                std::vector<Call*>* waiting) {
  const uint32_t id = frame.header.id;
  if (form() == ASYNC && id == 0) {
    return Mismatch("the request has id 0, which is an event's", "FR-SID-001");
  }
  if (form() == ASYNC && !in_flight_.insert(id).second) {
    return Mismatch(absl::StrCat("the request has id ", id,
                                 ", which another call in flight has"),
                    "FR-SID-002");
  }
  const auto it = std::find_if(
      waiting->begin(), waiting->end(),
      [&](const Call* call) { return call->payload == frame.payload; });
  if (it == waiting->end()) {
    return Mismatch(
        absl::StrCat("no call was made that could send ", Describe(frame)));
  }
  Call* const call = *it;
  waiting->erase(it);
  call->requested = true;
  call->id = id;
  call->arrival = ++arrivals_;
  return absl::OkStatus();
}

uint32_t ParentDriver::StrayId() const {
  uint32_t id = 0x40000000;
  while (in_flight_.count(id) != 0) ++id;
  return id;
}

absl::Status ParentDriver::AddResponses(const Response& response,
                                        std::vector<Item>* items) {
  for (uint32_t i = 0; i < Copies(response.times()); ++i) {
    const std::string payload = MakePayload(response.payload(), i);
    if (response.stray() || response.to().empty()) {
      const uint32_t id = response.id() != 0 ? response.id() : StrayId();
      items->push_back({ResponseFrame(id, payload), nullptr});
      continue;
    }
    const auto call = calls_.find(TagOf(response.to(), response.times(), i));
    if (call == calls_.end() || !call->second.requested) {
      return absl::InternalError(absl::StrCat("the call ", response.to(),
                                              " has not come and is answered"));
    }
    uint32_t id = form() == ASYNC ? call->second.id : 1;
    if (response.id() != 0) id = response.id();
    in_flight_.erase(id);
    items->push_back({ResponseFrame(id, payload), &call->second});
  }
  return absl::OkStatus();
}

template <typename T, typename CallOf>
void ParentDriver::InOrderOfArrival(std::vector<T>* items, CallOf call_of) {
  std::vector<size_t> places;
  for (size_t i = 0; i < items->size(); ++i) {
    if (call_of((*items)[i]) != nullptr) places.push_back(i);
  }
  std::vector<T> answers;
  answers.reserve(places.size());
  for (const size_t place : places) answers.push_back((*items)[place]);
  std::stable_sort(answers.begin(), answers.end(), [&](const T& a, const T& b) {
    return call_of(a)->arrival < call_of(b)->arrival;
  });
  for (size_t i = 0; i < places.size(); ++i) {
    (*items)[places[i]] = std::move(answers[i]);
  }
}

absl::Status ParentDriver::DoSend(const Send& send) {
  std::vector<Item> items;
  for (const Send::Item& item : send.item()) {
    absl::Status status;
    if (item.has_response()) {
      status = AddResponses(item.response(), &items);
    } else if (item.has_event()) {
      for (uint32_t i = 0; i < Copies(item.event().times()); ++i) {
        items.push_back(
            {ResponseFrame(0, MakePayload(item.event().payload(), i)),
             nullptr});
      }
    } else if (item.has_header()) {
      std::string header;
      AppendU32(item.header().id(), &header);
      AppendU32(item.header().length(), &header);
      items.push_back({std::move(header), nullptr});
    } else if (item.has_rest()) {
      items.push_back({TakeRest(), nullptr});
    } else {
      items.push_back({MakePart(item.raw(), 0), nullptr});
    }
    if (!status.ok()) return status;
    if (item.first() != 0) {
      items.back().octets = FirstOctets(item, std::move(items.back().octets));
    }
  }
  if (form() == SYNC) {
    // The answers go to the calls in the order of their requests, which the
    // specification leaves to the parent.
    InOrderOfArrival(&items, [](const Item& item) { return item.answered; });
  }
  std::vector<std::string> octets;
  octets.reserve(items.size());
  for (Item& item : items) octets.push_back(std::move(item.octets));
  QueueItems(octets, send);
  return absl::OkStatus();
}

absl::StatusOr<ParentDriver::Report> ParentDriver::ParseReport(
    absl::string_view line) const {
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
  const absl::Status bad =
      Mismatch(absl::StrCat("the adapter's line \"", line.substr(0, 80),
                            "\" is none of the contract's reports"));
  Report report = {};
  absl::StatusOr<std::string> payload = std::string();
  if (words[0] == "result" && words.size() == 3) {
    report = {Report::kResult, std::string(words[1]), ""};
    payload = OctetsFromContractHex(words[2]);
  } else if (words[0] == "event" && words.size() == 2) {
    report = {Report::kEvent, "", ""};
    payload = OctetsFromContractHex(words[1]);
  } else if (words[0] == "failed" && words.size() == 2) {
    report = {Report::kFailed, std::string(words[1]), ""};
  } else if (words[0] == "error" && words.size() == 2) {
    report = {Report::kError, std::string(words[1]), ""};
  } else if (line == "closed") {
    report = {Report::kClosed, "", ""};
  } else {
    return bad;
  }
  if (!payload.ok()) return bad;
  report.payload = *std::move(payload);
  return report;
}

absl::Status ParentDriver::EndCall(const std::string& tag, bool failed) {
  const auto call = calls_.find(tag);
  if (call == calls_.end()) {
    return Mismatch(absl::StrCat("a report names the call \"", tag,
                                 "\", which was never made"));
  }
  if (call->second.ended) {
    return Mismatch(absl::StrCat("the call \"", tag, "\" ends a second time"));
  }
  call->second.ended = true;
  call->second.failed = failed;
  return absl::OkStatus();
}

absl::Status ParentDriver::AwaitReport(absl::string_view what) {
  absl::Status status = session().PumpUntil(
      [&] { return !session().reports().empty() || session().reports_ended(); },
      what);
  if (!absl::IsDeadlineExceeded(status)) return status;
  // Silence alone does not tell a report that was forgotten from an adapter
  // that is stuck. One that is stuck does not obey.
  session().Remark("does the adapter still obey? the runner tells it to quit");
  session().QueueCommand("quit");
  const absl::Status ended = session().PumpUntil(
      [&] { return session().testee().PeekExit().has_value(); }, what);
  if (!ended.ok() || session().testee().PeekExit()->Text() != "status 0" ||
      !session().reports().empty()) {
    return absl::DeadlineExceededError(absl::StrCat(
        status.message(), "; the adapter did not obey \"quit\" either"));
  }
  return Mismatch(absl::StrCat("the adapter never gave ", what,
                               ", but is alive: it obeyed \"quit\""));
}

absl::StatusOr<ParentDriver::Report> ParentDriver::NextReport(
    absl::string_view what) {
  while (true) {
    const absl::Status status = AwaitReport(what);
    if (!status.ok()) return status;
    if (session().reports().empty()) {
      return absl::UnavailableError(absl::StrCat(
          "the adapter closed its standard output instead of ", what));
    }
    absl::StatusOr<Report> report = ParseReport(session().reports().front());
    session().reports().pop_front();
    if (!report.ok()) return report;
    if (report->kind != Report::kFailed && report->kind != Report::kResult) {
      return report;
    }
    const absl::Status ended =
        EndCall(report->tag, report->kind == Report::kFailed);
    if (!ended.ok()) return ended;
    if (report->kind == Report::kResult) return report;
  }
}

absl::Status ParentDriver::ExpectReport(const Report& wanted) {
  const absl::StatusOr<Report> got = NextReport(wanted.Text());
  if (!got.ok()) return got.status();
  const bool same = got->kind == wanted.kind && got->tag == wanted.tag &&
                    got->payload == wanted.payload;
  // The KIND of an error is the adapter's own word.
  if (same || (got->kind == Report::kError && wanted.kind == Report::kError)) {
    return absl::OkStatus();
  }
  return Mismatch(
      absl::StrCat("expected ", wanted.Text(), "; got ", got->Text()));
}

absl::Status ParentDriver::AwaitFailed(const std::string& tag) {
  const auto call = calls_.find(tag);
  if (call == calls_.end()) return absl::InternalError("no such call");
  const std::string what = absl::StrCat("report \"failed ", tag, "\"");
  while (!call->second.ended) {
    const absl::Status status = AwaitReport(what);
    if (!status.ok()) return status;
    if (session().reports().empty()) {
      return absl::UnavailableError(
          absl::StrCat("the adapter ended instead of ", what));
    }
    absl::StatusOr<Report> report = ParseReport(session().reports().front());
    if (!report.ok()) return report.status();
    if (report->kind != Report::kFailed) break;
    session().reports().pop_front();
    const absl::Status ended = EndCall(report->tag, true);
    if (!ended.ok()) return ended;
  }
  if (call->second.failed) return absl::OkStatus();
  return Mismatch(absl::StrCat("expected ", what, "; there is none"));
}

void ParentDriver::AddReports(const ExpectReports::Item& item,
                              std::vector<Report>* wanted) const {
  if (item.has_result()) {
    const auto& result = item.result();
    for (uint32_t i = 0; i < Copies(result.times()); ++i) {
      wanted->push_back({Report::kResult,
                         TagOf(result.tag(), result.times(), i),
                         MakePayload(result.payload(), i)});
    }
  } else if (item.has_event()) {
    for (uint32_t i = 0; i < Copies(item.event().times()); ++i) {
      wanted->push_back(
          {Report::kEvent, "", MakePayload(item.event().payload(), i)});
    }
  } else if (item.has_closed()) {
    wanted->push_back({Report::kClosed, "", ""});
  } else if (item.has_error()) {
    wanted->push_back({Report::kError, "KIND", ""});
  } else if (item.has_failed()) {
    wanted->push_back({Report::kFailed, item.failed().tag(), ""});
  }
}

absl::Status ParentDriver::DoExpectReports(const ExpectReports& expect) {
  std::vector<Report> wanted;
  for (const ExpectReports::Item& item : expect.item()) {
    AddReports(item, &wanted);
  }
  if (form() == SYNC) {
    // The answers were sent in the order of the requests: see DoSend.
    InOrderOfArrival(&wanted, [&](const Report& report) -> const Call* {
      const auto call = calls_.find(report.tag);
      const bool result = report.kind == Report::kResult;
      return result && call != calls_.end() ? &call->second : nullptr;
    });
  }
  for (const Report& report : wanted) {
    const absl::Status status = report.kind == Report::kFailed
                                    ? AwaitFailed(report.tag)
                                    : ExpectReport(report);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

std::string ParentDriver::SendBarrier() {
  std::string nonce = BarrierPayload(++barriers_);
  session().QueueChunk(ResponseFrame(0, nonce));
  return nonce;
}

absl::Status ParentDriver::DoExpectError(bool probe) {
  if (!probe) return ExpectReport({Report::kError, "KIND", ""});
  probes_.insert(SendBarrier());
  return ExpectReport({Report::kError, "KIND", ""});
}

absl::Status ParentDriver::DoExpectSilence() {
  const absl::Status status = ExpectReport({Report::kEvent, "", SendBarrier()});
  if (!status.ok() || session().frames().empty()) return status;
  return Mismatch(absl::StrCat("expected nothing, got ",
                               Describe(session().frames().front())));
}

absl::Status ParentDriver::DoExpectExit(ExpectExit::Status wanted) {
  absl::Status status = Driver::DoExpectExit(wanted);
  if (!status.ok()) return status;
  status = session().PumpUntil([&] { return session().reports_ended(); },
                               "the end of the adapter's standard output");
  while (status.ok() && !session().reports().empty()) {
    const absl::StatusOr<Report> report = NextReport("nothing");
    if (absl::IsUnavailable(report.status())) break;
    if (!report.ok()) return report.status();
    const bool probe =
        report->kind == Report::kEvent && probes_.count(report->payload) != 0;
    if (report->kind == Report::kResult ||
        (report->kind == Report::kEvent && !probe)) {
      return Mismatch(absl::StrCat("expected no more, got ", report->Text()));
    }
  }
  return status;
}

absl::Status ParentDriver::DoCleanEnd() {
  session().QueueCommand("drop");
  absl::Status status = AwaitEof();
  if (!status.ok()) return status;
  session().QueueHalfClose();
  status = ExpectReport({Report::kClosed, "", ""});
  if (!status.ok()) return status;
  session().QueueCommand("quit");
  return DoExpectExit(ExpectExit::ZERO);
}

}  // namespace forkrpc::conformance
