// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/play/child_driver.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "conformance/runner/cases/barrier.h"
#include "conformance/runner/cases/payload.h"
#include "conformance/runner/wire/length_hint.h"
#include "conformance/runner/wire/octets_text.h"

namespace forkrpc::conformance {
namespace {

// So much of what follows a frame is enough to know it by.
constexpr size_t kRestShown = 256;

}  // namespace

absl::Status ChildDriver::DoForRole(const Step& step) {
  switch (step.kind_case()) {
    case Step::kSend:
      return DoSend(step.send());
    case Step::kExpectFrames:
      return DoExpectFrames(step.expect_frames());
    case Step::kExpectSilence:
      return DoExpectSilence();
    case Step::kCleanEnd:
      return DoCleanEnd();
    default:
      return absl::InternalError("the step is not for a child");
  }
}

std::string ChildDriver::Describe(const Frame& frame) const {
  return absl::StrCat(frame.header.id == 0 ? "an event"
                                           : absl::StrCat("a response with id ",
                                                          frame.header.id),
                      " of ", DescribeOctets(frame.payload));
}

std::string ChildDriver::RequestFrame(uint32_t id,
                                      const std::string& payload) const {
  std::string frame;
  if (form() == ASYNC) AppendU32(id, &frame);
  AppendU32(static_cast<uint32_t>(payload.size()), &frame);
  return frame + payload;
}

absl::Status ChildDriver::AddRequests(const Request& request,
                                      std::vector<std::string>* items) {
  for (uint32_t i = 0; i < Copies(request.times()); ++i) {
    const std::string tag = TagOf(request.tag(), request.times(), i);
    uint32_t id = request.id() != 0 ? request.id() + i : next_id_++;
    if (request.zero_id()) id = 0;
    if (!ids_.emplace(tag, id).second) {
      return absl::InternalError(absl::StrCat("tag ", tag, " is sent twice"));
    }
    items->push_back(RequestFrame(id, MakePayload(request.payload(), i)));
  }
  return absl::OkStatus();
}

absl::Status ChildDriver::DoSend(const Send& send) {
  std::vector<std::string> items;
  for (const Send::Item& item : send.item()) {
    absl::Status status;
    if (item.has_request()) {
      status = AddRequests(item.request(), &items);
    } else if (item.has_header()) {
      std::string header;
      if (form() == ASYNC) AppendU32(item.header().id(), &header);
      AppendU32(item.header().length(), &header);
      if (!item.header().tag().empty()) {
        ids_.emplace(item.header().tag(), item.header().id());
      }
      items.push_back(std::move(header));
    } else if (item.has_rest()) {
      items.push_back(TakeRest());
    } else {
      items.push_back(MakePart(item.raw(), 0));
    }
    if (!status.ok()) return status;
    if (item.first() != 0) {
      items.back() = FirstOctets(item, std::move(items.back()));
    }
  }
  for (const std::string& item : items) CountSent(item);
  QueueItems(items, send);
  return absl::OkStatus();
}

void ChildDriver::CountSent(const std::string& octets) {
  sent_.Scan(octets, [&](const FrameScanner::Piece& piece) {
    requests_ += piece.last ? 1 : 0;
  });
}

bool ChildDriver::Expected::FitsId(uint32_t got) const {
  return is_event ? got == 0 : got != 0 && (id == 0 || id == got);
}

bool ChildDriver::Expected::FitsHeader(const FrameHeader& header) const {
  return FitsId(header.id) && header.length == payload.size();
}

std::string ChildDriver::Expected::Text() const {
  if (is_event) return absl::StrCat("an event of ", DescribeOctets(payload));
  return absl::StrCat("the response to ", name, ", id ",
                      id == 0 ? "not 0" : absl::StrCat(id), ", of ",
                      DescribeOctets(payload));
}

absl::Status ChildDriver::AddExpected(const ExpectFrames::Item& item,
                                      Sequence* sequence) {
  if (item.has_event()) {
    for (uint32_t i = 0; i < Copies(item.event().times()); ++i) {
      sequence->push_back(
          {true, 0, "", MakePayload(item.event().payload(), i)});
    }
    return absl::OkStatus();
  }
  const Response& response = item.response();
  for (uint32_t i = 0; i < Copies(response.times()); ++i) {
    const std::string tag = TagOf(response.to(), response.times(), i);
    const auto sent = ids_.find(tag);
    if (sent == ids_.end()) {
      return absl::InternalError(absl::StrCat("tag ", tag, " was never sent"));
    }
    const uint32_t id = form() == ASYNC ? sent->second : response.id();
    sequence->push_back({false, id, tag, MakePayload(response.payload(), i)});
  }
  return absl::OkStatus();
}

absl::Status ChildDriver::DoExpectFrames(const ExpectFrames& expect) {
  std::vector<Sequence> sequences(1 + expect.sequence_size());
  absl::Status status;
  for (const auto& item : expect.item()) {
    status.Update(AddExpected(item, &sequences[0]));
  }
  for (int i = 0; i < expect.sequence_size(); ++i) {
    for (const auto& item : expect.sequence(i).item()) {
      status.Update(AddExpected(item, &sequences[i + 1]));
    }
  }
  if (expect.any_order() && form() == ASYNC) {
    for (Sequence& sequence : std::exchange(sequences, {})) {
      for (Expected& each : sequence) sequences.push_back({std::move(each)});
    }
  }
  return status.ok() ? Await(&sequences) : status;
}

absl::Status ChildDriver::Await(std::vector<Sequence>* sequences) {
  while (true) {
    std::string wanted;
    int open = 0;
    for (const Sequence& sequence : *sequences) {
      if (sequence.empty() || ++open > 4) continue;
      absl::StrAppend(&wanted, wanted.empty() ? "" : "; or ",
                      sequence.front().Text());
    }
    if (open == 0) return absl::OkStatus();
    if (open > 4) absl::StrAppend(&wanted, "; or ", open - 4, " others");
    bool wrong_header = false;
    std::vector<std::string> payloads;  // under the id that came
    const absl::StatusOr<Frame> frame =
        NextFrame(wanted, [&](const FrameHeader& header) {
          std::vector<uint64_t> lengths;
          for (const Sequence& sequence : *sequences) {
            if (sequence.empty()) continue;
            const Expected& next = sequence.front();
            if (next.FitsHeader(header)) return absl::OkStatus();
            lengths.push_back(next.payload.size());
            if (next.FitsId(header.id)) payloads.push_back(next.payload);
          }
          wrong_header = true;
          return Mismatch(absl::StrCat("expected ", wanted,
                                       "; got a header with id ", header.id,
                                       " and length ", header.length,
                                       LengthHint(header.length, lengths, 8)));
        });
    if (!frame.ok() && wrong_header) {
      return ExplainHeader(frame.status(), payloads);
    }
    if (!frame.ok()) return frame.status();
    answers_ += frame->header.id != 0 ? 1 : 0;
    bool found = false;
    for (Sequence& sequence : *sequences) {
      if (sequence.empty() || !sequence.front().FitsHeader(frame->header) ||
          sequence.front().payload != frame->payload) {
        continue;
      }
      sequence.pop_front();
      found = true;
      break;
    }
    if (!found) return Unwanted(wanted, *frame, *sequences);
  }
}

absl::Status ChildDriver::Unwanted(const std::string& wanted,
                                   const Frame& frame,
                                   const std::vector<Sequence>& sequences) {
  const std::string what =
      absl::StrCat("expected ", wanted, "; got ", Describe(frame));
  for (const Sequence& sequence : sequences) {
    if (sequence.empty() || !sequence.front().FitsId(frame.header.id)) continue;
    absl::string_view rest = sequence.front().payload;
    if (absl::ConsumePrefix(&rest, frame.payload) && !rest.empty() &&
        absl::StartsWith(session().unfinished(), rest.substr(0, kRestShown)) &&
        !IsMisencoded(frame.header.length, sequence.front().payload.size())) {
      return Mismatch(absl::StrCat(what,
                                   "; the rest of the payload follows behind "
                                   "the end that its length sets"),
                      kLengthCountsPayload);
    }
  }
  // Where the payload tells whose response it is, the id alone is wrong; an
  // empty one does not tell, nor does one that is wanted under this id later.
  if (form() != ASYNC || frame.header.id == 0 || frame.payload.empty()) {
    return Mismatch(what);
  }
  const Expected* meant = nullptr;
  for (const Sequence& sequence : sequences) {
    for (const Expected& each : sequence) {
      if (each.is_event || each.payload != frame.payload) continue;
      if (each.id == frame.header.id) return Mismatch(what);
      if (&each == &sequence.front()) meant = &each;
    }
  }
  if (meant == nullptr) return Mismatch(what);
  return Mismatch(absl::StrCat(what, ", which is the response to ", meant->name,
                               " with another id"),
                  "FR-SID-003");
}

std::string ChildDriver::RemarkOnUnasked(const Frame& frame) const {
  if (frame.header.id == 0 || answers_ < requests_) return "";
  std::string text = ", but each request that was sent whole has its response";
  if (sent_.in_payload()) {
    absl::StrAppend(&text, "; of the next one ", sent_.payload_have(), " of ",
                    sent_.header().length, " octets were sent");
  } else if (sent_.inside_frame()) {
    absl::StrAppend(&text, "; of the next one ", sent_.header_have(), " of ",
                    HeaderSize(sent_.layout()), " octets of the header were",
                    " sent");
  }
  return text;
}

absl::Status ChildDriver::DoExpectSilence() {
  const std::string nonce = BarrierPayload(++barriers_);
  const uint32_t id = next_id_++;
  const std::string request = RequestFrame(id, absl::StrCat("E", nonce));
  CountSent(request);
  session().QueueChunk(request);
  Expected answer;
  answer.id = form() == ASYNC ? id : 0;
  answer.name = "the runner's barrier and nothing before it";
  answer.payload = nonce;
  std::vector<Sequence> sequences = {{answer}};
  return Await(&sequences);
}

absl::Status ChildDriver::DoCleanEnd() {
  session().QueueHalfClose();
  absl::Status status = AwaitEof();
  if (status.ok()) status = DoExpectExit(ExpectExit::ZERO);
  return status;
}

}  // namespace forkrpc::conformance
