// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/json_encoder.h"

#include <cmath>

#include "absl/base/optimization.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/serialiser/value_conversion.h"
#include "forkrpc/serialiser/value_number.h"
#include "forkrpc/serialiser/value_utf8.h"

namespace forkrpc {
namespace json_internal {
namespace {

bool IsPlain(unsigned char octet) {
  return octet >= 0x20 && octet != '"' && octet != '\\';
}

void AppendEscaped(char octet, std::string* out) {
  switch (octet) {
    case '"':
      out->append("\\\"");
      return;
    case '\\':
      out->append("\\\\");
      return;
    case '\n':
      out->append("\\n");
      return;
    case '\r':
      out->append("\\r");
      return;
    case '\t':
      out->append("\\t");
      return;
    default:
      absl::StrAppend(
          out, "\\u",
          absl::Hex(static_cast<unsigned char>(octet), absl::kZeroPad4));
  }
}

}  // namespace

JsonEncoder::JsonEncoder(const ValueLimits& limits, std::string* payload)
    : limits_(limits),
      start_(payload->size()),
      payload_(payload),
      values_left_(limits.max_values) {}

bool JsonEncoder::Fail(absl::StatusCode code, absl::string_view what) {
  if (status_.ok()) {
    status_ = absl::Status(
        code, absl::StrCat("json: ", what, ", at octet ",
                           payload_->size() - start_, " of the payload"));
  }
  return false;
}

bool JsonEncoder::Count() {
  if (ABSL_PREDICT_FALSE(values_left_ == 0)) {
    return Fail(
        absl::StatusCode::kResourceExhausted,
        absl::StrCat("more values than the limit of ", limits_.max_values));
  }
  --values_left_;
  return true;
}

// Looked at before a string is written: what is shared can be long, and stand
// many times.
bool JsonEncoder::FitsWith(size_t octets) {
  const size_t written = payload_->size() - start_;
  if (ABSL_PREDICT_TRUE(written <= limits_.max_octets &&
                        octets <= limits_.max_octets - written)) {
    return true;
  }
  return Fail(absl::StatusCode::kResourceExhausted,
              absl::StrCat("the payload takes more than the limit of ",
                           limits_.max_octets, " octets"));
}

void JsonEncoder::BeginList() {
  Count();
  payload_->push_back('[');
  ++depth_;
}

bool JsonEncoder::WriteOctets(absl::string_view octets) {
  if (!Count() || !FitsWith(octets.size())) return false;
  payload_->push_back('"');
  size_t written = 0;
  for (size_t i = 0; i < octets.size(); ++i) {
    const auto octet = static_cast<unsigned char>(octets[i]);
    if (ABSL_PREDICT_TRUE(IsPlain(octet) && octet < 0x80)) continue;
    payload_->append(octets.data() + written, i - written);
    written = i + 1;
    if (octet < 0x80) {
      AppendEscaped(octets[i], payload_);
    } else {
      payload_->push_back(static_cast<char>(0xC0 | octet >> 6));
      payload_->push_back(static_cast<char>(0x80 | (octet & 0x3F)));
    }
  }
  payload_->append(octets.data() + written, octets.size() - written);
  payload_->push_back('"');
  return true;
}

bool JsonEncoder::WriteText(absl::string_view text) {
  if (!Count() || !FitsWith(text.size())) return false;
  if (!IsUtf8(text)) {
    return Fail(absl::StatusCode::kInvalidArgument, "text that is not UTF-8");
  }
  payload_->push_back('"');
  size_t written = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (ABSL_PREDICT_TRUE(IsPlain(static_cast<unsigned char>(text[i])))) {
      continue;
    }
    payload_->append(text.data() + written, i - written);
    written = i + 1;
    AppendEscaped(text[i], payload_);
  }
  payload_->append(text.data() + written, text.size() - written);
  payload_->push_back('"');
  return true;
}

bool JsonEncoder::WriteKey(const Value& key) {
  const Value& seen = key.Seen();
  switch (seen.kind()) {
    case Value::Kind::kText:
      return WriteText(seen.string());
    case Value::Kind::kOctets:
      return WriteOctets(seen.string());
    case Value::Kind::kBoolean:
    case Value::Kind::kInteger:
    case Value::Kind::kUnsigned:
    case Value::Kind::kDouble:
      return WriteText(ToString(seen).value());
    default:
      return Fail(absl::StatusCode::kInvalidArgument,
                  absl::StrCat("a key that is ", KindName(seen.kind())));
  }
}

bool JsonEncoder::Open(const Value* children, size_t count, Next kind) {
  if (depth_ >= limits_.max_depth) {
    return Fail(
        absl::StatusCode::kResourceExhausted,
        absl::StrCat("more lists and maps in one another than the limit of ",
                     limits_.max_depth));
  }
  if (!Count()) return false;
  ++depth_;
  payload_->push_back(kind == Next::kItem ? '[' : '{');
  frames_.push_back({children, children + count, kind, true});
  return true;
}

bool JsonEncoder::WriteOne(const Value& outer) {
  const Value& value = outer.Seen();
  switch (value.kind()) {
    case Value::Kind::kNull:
    case Value::Kind::kUndefined:
      payload_->append("null");
      return Count();
    case Value::Kind::kBoolean:
      payload_->append(value.boolean() ? "true" : "false");
      return Count();
    case Value::Kind::kInteger:
      absl::StrAppend(payload_, value.integer());
      return Count();
    case Value::Kind::kUnsigned:
      absl::StrAppend(payload_, value.unsigned_integer());
      return Count();
    case Value::Kind::kDouble:
      if (!std::isfinite(value.number())) {
        return Fail(absl::StatusCode::kInvalidArgument,
                    absl::StrCat("the number ", ToString(value).value(),
                                 ", which JSON has not"));
      }
      AppendFloatingPoint(value.number(), payload_);
      return Count();
    case Value::Kind::kOctets:
      return WriteOctets(value.string());
    case Value::Kind::kText:
      return WriteText(value.string());
    case Value::Kind::kList:
      return Open(value.items().data(), value.items().size(), Next::kItem);
    case Value::Kind::kMap: {
      const absl::Span<const Value::Entry> entries = value.entries();
      return Open(entries.empty() ? nullptr : &entries[0].key,
                  2 * entries.size(), Next::kKey);
    }
    default:
      return Fail(absl::StatusCode::kInvalidArgument,
                  absl::StrCat("a value with tag ", value.tag(),
                               ", which JSON cannot have"));
  }
}

bool JsonEncoder::Step() {
  Frame& frame = frames_.back();
  if (frame.next == frame.end) {
    payload_->push_back(frame.kind == Next::kItem ? ']' : '}');
    frames_.pop_back();
    --depth_;
    return true;
  }
  const Value& next = *frame.next++;
  if (frame.kind == Next::kValueOfKey) {
    payload_->push_back(':');
    frame.kind = Next::kKey;
    return WriteOne(next);
  }
  if (!frame.first) payload_->push_back(',');
  frame.first = false;
  if (frame.kind == Next::kItem) return WriteOne(next);
  frame.kind = Next::kValueOfKey;
  return WriteKey(next);
}

bool JsonEncoder::Write(const Value& value) {
  if (!WriteOne(value)) return false;
  while (!frames_.empty()) {
    if (!Step()) return false;
  }
  return true;
}

absl::Status JsonEncoder::Finish() {
  if (status_.ok()) FitsWith(0);
  return status_;
}

}  // namespace json_internal
}  // namespace forkrpc
