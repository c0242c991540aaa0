// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cases/step_text.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "conformance/runner/cases/payload.h"
#include "conformance/runner/wire/octets_text.h"

namespace forkrpc::conformance {
namespace {

constexpr uint64_t kShownWhole = 64;

std::string PartText(const Part& part) {
  switch (part.kind_case()) {
    case Part::kRepeat:
      return absl::StrCat(DescribeOctets(part.repeat().octets()), " ",
                          part.repeat().count(), " times");
    case Part::kPattern:
      return absl::StrCat(
          part.pattern().count(), " octets i mod ",
          part.pattern().modulo() == 0 ? 251 : part.pattern().modulo());
    case Part::kIndex:
      return "the copy's number in four octets";
    case Part::kSize:
      return "as many octets as the run's size";
    case Part::kSizeNumber:
      return "the run's size in four octets";
    default:
      return DescribeOctets(MakePart(part, 0));
  }
}

std::string PayloadText(const Parts& parts) {
  bool plain = PayloadSize(parts) <= kShownWhole;
  for (const Part& part : parts) {
    plain &= part.has_octets() || part.has_hex();
  }
  if (plain) return DescribeOctets(MakePayload(parts, 0));
  std::vector<std::string> texts;
  for (const Part& part : parts) texts.push_back(PartText(part));
  return absl::StrJoin(texts, ", then ");
}

// "a", or "a0 to a9".
std::string Tags(const std::string& tag, uint32_t times) {
  if (times == 0) return tag;
  return absl::StrCat(tag, "0 to ", tag, times - 1);
}

std::string Times(uint32_t times) {
  return times == 0 ? "" : absl::StrCat(" ", times, " times");
}

std::string RequestText(const Request& request) {
  return absl::StrCat(
      "request ", Tags(request.tag(), request.times()),
      request.id() != 0 ? absl::StrCat(" id ", request.id()) : "",
      request.zero_id() ? " id 0" : "", ": ", PayloadText(request.payload()));
}

std::string ResponseText(const Response& response) {
  std::string text =
      response.stray()
          ? "response to no call"
          : absl::StrCat("response to ", Tags(response.to(), response.times()));
  if (response.id() != 0) absl::StrAppend(&text, " id ", response.id());
  return absl::StrCat(text, ": ", PayloadText(response.payload()));
}

std::string EventText(const Event& event) {
  return absl::StrCat("event", Times(event.times()), ": ",
                      PayloadText(event.payload()));
}

std::string HeaderText(const Header& header) {
  return absl::StrCat("header alone: id ", header.id(), ", length ",
                      header.length());
}

std::string WholeItemText(const Send::Item& item) {
  switch (item.kind_case()) {
    case Send::Item::kRequest:
      return RequestText(item.request());
    case Send::Item::kResponse:
      return ResponseText(item.response());
    case Send::Item::kEvent:
      return EventText(item.event());
    case Send::Item::kHeader:
      return HeaderText(item.header());
    case Send::Item::kRest:
      return "the rest of it";
    default:
      return absl::StrCat("octets: ", PartText(item.raw()));
  }
}

std::string ItemText(const Send::Item& item) {
  if (item.first() == 0) return WholeItemText(item);
  return absl::StrCat("the first ", item.first(), " octets of ",
                      WholeItemText(item));
}

std::string ItemText(const ExpectFrames::Item& item) {
  return item.has_event() ? EventText(item.event())
                          : ResponseText(item.response());
}

std::string ItemText(const ExpectRequests::Item& item) {
  return absl::StrCat("request ", Tags(item.tag(), item.times()));
}

std::string ItemText(const ExpectReports::Item& item) {
  switch (item.kind_case()) {
    case ExpectReports::Item::kResult:
      return absl::StrCat("result ",
                          Tags(item.result().tag(), item.result().times()),
                          ": ", PayloadText(item.result().payload()));
    case ExpectReports::Item::kEvent:
      return EventText(item.event());
    case ExpectReports::Item::kFailed:
      return absl::StrCat("failed ", item.failed().tag());
    case ExpectReports::Item::kError:
      return "error";
    default:
      return "closed";
  }
}

// One item beside the title, several below it.
template <typename Items>
std::string List(absl::string_view title, const Items& items,
                 absl::string_view indent) {
  if (items.size() == 1) return absl::StrCat(title, " ", ItemText(items[0]));
  std::string text = absl::StrCat(title, ":");
  for (const auto& item : items) {
    absl::StrAppend(&text, "\n", indent, "  ", ItemText(item));
  }
  return text;
}

std::string FramesText(const ExpectFrames& expect, absl::string_view indent) {
  std::string text = List(expect.any_order() ? "expect in any order" : "expect",
                          expect.item(), indent);
  for (const ExpectFrames::Sequence& sequence : expect.sequence()) {
    absl::StrAppend(
        &text, "\n", indent,
        List("and, in any way between them,", sequence.item(), indent));
  }
  return text;
}

std::string CommandText(const Command& command) {
  if (command.has_drop()) return "command drop";
  if (command.has_quit()) return "command quit";
  const Request& call = command.call();
  return absl::StrCat("command call ", Tags(call.tag(), call.times()), ": ",
                      PayloadText(call.payload()));
}

// "expect eof" for expect_eof {}.
std::string NameOf(const Step& step) {
  const google::protobuf::OneofDescriptor* const kind =
      Step::descriptor()->FindOneofByName("kind");
  const google::protobuf::FieldDescriptor* const field =
      step.GetReflection()->GetOneofFieldDescriptor(step, kind);
  if (field == nullptr) return "nothing";
  return absl::StrReplaceAll(field->name(), {{"_", " "}});
}

}  // namespace

std::string StepText(const Step& step, absl::string_view indent) {
  switch (step.kind_case()) {
    case Step::kSend:
      return List(
          step.send().cut().empty()
              ? "send"
              : absl::StrCat("send, cut at ",
                             absl::StrJoin(step.send().cut(), ", "), ","),
          step.send().item(), indent);
    case Step::kExpectFrames:
      return FramesText(step.expect_frames(), indent);
    case Step::kCommand:
      return CommandText(step.command());
    case Step::kExpectRequests:
      return List(
          step.expect_requests().in_order() ? "expect in this order" : "expect",
          step.expect_requests().request(), indent);
    case Step::kExpectReports:
      return List("expect report", step.expect_reports().item(), indent);
    case Step::kExpectError:
      return step.expect_error().probe()
                 ? "expect report error, with the runner's probe behind it"
                 : "expect report error";
    case Step::kExpectExit:
      return absl::StrCat("expect exit: ",
                          absl::AsciiStrToLower(ExpectExit::Status_Name(
                              step.expect_exit().status())));
    case Step::kResumeReader:
      return absl::StrCat("resume reader after ",
                          step.resume_reader().after_octets(), " octets",
                          step.resume_reader().when_blocked()
                              ? ", when the testee's write is blocked"
                              : "");
    case Step::kExpectMemory:
      return absl::StrCat("expect memory: at most ",
                          step.expect_memory().max_growth(), " octets more");
    case Step::kExpectDescriptors:
      return absl::StrCat("expect descriptors: at most ",
                          step.expect_descriptors().max_growth(), " more");
    default:
      return NameOf(step);
  }
}

}  // namespace forkrpc::conformance
