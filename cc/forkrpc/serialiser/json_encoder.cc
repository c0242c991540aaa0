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

void AppendEscaped(char octet, OctetWriter* out) {
  switch (octet) {
    case '"':
      out->Append("\\\"");
      return;
    case '\\':
      out->Append("\\\\");
      return;
    case '\n':
      out->Append("\\n");
      return;
    case '\r':
      out->Append("\\r");
      return;
    case '\t':
      out->Append("\\t");
      return;
    default:
      out->Append(absl::StrCat(
          "\\u",
          absl::Hex(static_cast<unsigned char>(octet), absl::kZeroPad4)));
  }
}

}  // namespace

JsonEncoder::JsonEncoder(const ValueLimits& limits, std::string* payload)
    : limits_(limits), out_(payload), values_left_(limits.max_values) {}

bool JsonEncoder::Fail(absl::StatusCode code, absl::string_view what) {
  if (status_.ok()) {
    status_ = absl::Status(code, absl::StrCat("json: ", what, ", at octet ",
                                              out_.size(), " of the payload"));
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
  const size_t written = out_.size();
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
  out_.Put('[');
  ++depth_;
}

bool JsonEncoder::WriteOctets(absl::string_view octets) {
  if (!Count() || !FitsWith(octets.size())) return false;
  out_.Put('"');
  size_t written = 0;
  for (size_t i = 0; i < octets.size(); ++i) {
    const auto octet = static_cast<unsigned char>(octets[i]);
    if (ABSL_PREDICT_TRUE(IsPlain(octet) && octet < 0x80)) continue;
    out_.Append(octets.substr(written, i - written));
    written = i + 1;
    if (octet < 0x80) {
      AppendEscaped(octets[i], &out_);
    } else {
      out_.Put(static_cast<char>(0xC0 | octet >> 6));
      out_.Put(static_cast<char>(0x80 | (octet & 0x3F)));
    }
  }
  out_.Append(octets.substr(written));
  out_.Put('"');
  return true;
}

bool JsonEncoder::WriteText(absl::string_view text) {
  if (!Count() || !FitsWith(text.size())) return false;
  if (!IsUtf8(text)) {
    return Fail(absl::StatusCode::kInvalidArgument, "text that is not UTF-8");
  }
  out_.Put('"');
  size_t written = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (ABSL_PREDICT_TRUE(IsPlain(static_cast<unsigned char>(text[i])))) {
      continue;
    }
    out_.Append(text.substr(written, i - written));
    written = i + 1;
    AppendEscaped(text[i], &out_);
  }
  out_.Append(text.substr(written));
  out_.Put('"');
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
  out_.Put(kind == Next::kItem ? '[' : '{');
  frames_.push_back({children, children + count, kind, true});
  return true;
}

bool JsonEncoder::WriteOne(const Value& outer) {
  const Value& value = outer.Seen();
  switch (value.kind()) {
    case Value::Kind::kNull:
    case Value::Kind::kUndefined:
      out_.Append("null");
      return Count();
    case Value::Kind::kBoolean:
      out_.Append(value.boolean() ? "true" : "false");
      return Count();
    case Value::Kind::kInteger:
      out_.Append(absl::AlphaNum(value.integer()).Piece());
      return Count();
    case Value::Kind::kUnsigned:
      out_.Append(absl::AlphaNum(value.unsigned_integer()).Piece());
      return Count();
    case Value::Kind::kDouble:
      if (!std::isfinite(value.number())) {
        return Fail(absl::StatusCode::kInvalidArgument,
                    absl::StrCat("the number ", ToString(value).value(),
                                 ", which JSON has not"));
      }
      number_.clear();
      AppendFloatingPoint(value.number(), &number_);
      out_.Append(number_);
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
    out_.Put(frame.kind == Next::kItem ? ']' : '}');
    frames_.pop_back();
    --depth_;
    return true;
  }
  const Value& next = *frame.next++;
  if (frame.kind == Next::kValueOfKey) {
    out_.Put(':');
    frame.kind = Next::kKey;
    return WriteOne(next);
  }
  if (!frame.first) out_.Put(',');
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
  if (FitsWith(0) && status_.ok()) {
    out_.Finish();
  } else {
    out_.TakeBack();
  }
  return status_;
}

}  // namespace json_internal
}  // namespace forkrpc
