// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/oracle/misframing.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace forkrpc::conformance {
namespace {

// No payload of a case comes near it, and any text read as a length is beyond.
constexpr uint32_t kLongestPayload = uint32_t{64} << 20;

uint32_t Number(absl::string_view octets) {
  uint32_t value = 0;
  for (const char octet : octets.substr(0, 4)) {
    value = value << 8 | static_cast<unsigned char>(octet);
  }
  return value;
}

bool IsText(char octet) {
  return absl::ascii_isprint(static_cast<unsigned char>(octet)) ||
         octet == '\n' || octet == '\r' || octet == '\t';
}

// Whether each octet is one more than that before it. The payloads that a child
// is asked for are such octets, and where one is lost the rest of a payload
// stands where a header should.
bool Counts(absl::string_view octets) {
  for (size_t i = 1; i < octets.size(); ++i) {
    if (octets[i] != octets[i - 1] + 1) return false;
  }
  return true;
}

}  // namespace

void Misframing::Trim() {
  if (octets_.size() <= kLookBack) return;
  const size_t cut = octets_.size() - kLookBack;
  octets_.erase(0, cut);
  begin_ += cut;
}

bool Misframing::IsHeader(absl::string_view octets,
                          absl::FunctionRef<bool(uint32_t)> expected) const {
  return Number(octets.substr(header_size_ - 4)) <= kLongestPayload &&
         (header_size_ == 4 || expected(Number(octets)));
}

std::optional<Misframing::Finding> Misframing::Judge(
    uint64_t offset, uint64_t before,
    absl::FunctionRef<bool(uint32_t)> expected) const {
  if (offset < begin_) return std::nullopt;
  const size_t at = offset - begin_;
  const absl::string_view all = octets_;
  const absl::string_view header = all.substr(at, header_size_);
  if (IsHeader(header, expected)) return std::nullopt;
  // An event's id and length are zeros mostly, and zeros are everywhere.
  const auto for_certain = [&](uint32_t id) { return id != 0 && expected(id); };
  const uint64_t furthest =
      header_size_ == 8 ? std::min<uint64_t>({at, before, header_size_}) : 0;
  for (size_t back = 1; back <= furthest; ++back) {
    if (!IsHeader(all.substr(at - back, header_size_), for_certain)) continue;
    return Finding{{"FR-FRM-005"},
                   absl::StrCat("sends a frame whose length counts ", back,
                                " octets too many: a header begins there")};
  }
  const size_t text = static_cast<size_t>(
      std::find_if_not(header.begin(), header.end(), IsText) - header.begin());
  if (text == 0 || Counts(header)) return std::nullopt;
  Finding finding = {
      {"FR-FRM-008"},
      absl::StrCat("sends the text \"", absl::CEscape(header.substr(0, text)),
                   "\" where a header should be")};
  // Less than a line may be the rest of a payload that was counted too short.
  const bool line = text == header.size() || header[text - 1] == '\n';
  if (!line && offset > 0) finding.reqs.emplace_back("FR-FRM-005");
  return finding;
}

}  // namespace forkrpc::conformance
