// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/diagnostic_notation.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/serialiser/value_number.h"
#include "forkrpc/serialiser/value_utf8.h"

namespace forkrpc {
namespace {

void AppendDouble(double number, std::string* out) {
  if (std::isnan(number)) {
    out->append("NaN");
    return;
  }
  if (std::isinf(number)) {
    out->append(number < 0 ? "-Infinity" : "Infinity");
    return;
  }
  AppendFloatingPoint(number, out);
}

void AppendCharacters(absl::string_view utf8, std::string* out) {
  for (const char c : utf8) {
    if (c == '"' || c == '\\') {
      out->append({'\\', c});
    } else if (c == '\n') {
      out->append("\\n");
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      absl::StrAppend(out, "\\u", absl::Hex(c, absl::kZeroPad4));
    } else {
      out->push_back(c);
    }
  }
}

void AppendText(absl::string_view text, std::string* out) {
  out->push_back('"');
  while (!text.empty()) {
    const size_t good = Utf8Prefix(text);
    AppendCharacters(text.substr(0, good), out);
    text.remove_prefix(good);
    if (text.empty()) break;
    out->append("\xEF\xBF\xBD");
    text.remove_prefix(1);
  }
  out->push_back('"');
}

// What is not yet written: a value, or what stands between and behind values.
struct Pending {
  const Value* value;      // or null:
  absl::string_view then;  // written as it is
};

class Printer {
 public:
  std::string Print(const Value& value) {
    pending_.push_back({&value, {}});
    while (!pending_.empty()) {
      const Pending next = pending_.back();
      pending_.pop_back();
      if (next.value == nullptr) {
        absl::StrAppend(&out_, next.then);
      } else {
        PrintOne(*next.value);
      }
    }
    return std::move(out_);
  }

 private:
  void PrintOne(const Value& value) {
    switch (value.kind()) {
      case Value::Kind::kNull:
        out_.append("null");
        return;
      case Value::Kind::kUndefined:
        out_.append("undefined");
        return;
      case Value::Kind::kBoolean:
        out_.append(value.boolean() ? "true" : "false");
        return;
      case Value::Kind::kInteger:
        absl::StrAppend(&out_, value.integer());
        return;
      case Value::Kind::kUnsigned:
        absl::StrAppend(&out_, value.unsigned_integer());
        return;
      case Value::Kind::kDouble:
        AppendDouble(value.number(), &out_);
        return;
      case Value::Kind::kOctets:
        absl::StrAppend(&out_, "h'", absl::BytesToHexString(value.string()),
                        "'");
        return;
      case Value::Kind::kText:
        AppendText(value.string(), &out_);
        return;
      case Value::Kind::kList:
        PrintList(value);
        return;
      case Value::Kind::kMap:
        PrintMap(value);
        return;
      case Value::Kind::kShared:
        PrintShared(value);
        return;
      case Value::Kind::kTagged:
        absl::StrAppend(&out_, value.tag(), "(");
        pending_.push_back({nullptr, ")"});
        pending_.push_back({&value.content(), {}});
        return;
    }
  }

  void PrintList(const Value& list) {
    out_.push_back('[');
    pending_.push_back({nullptr, "]"});
    for (size_t i = list.items().size(); i > 0; --i) {
      pending_.push_back({&list.items()[i - 1], {}});
      if (i > 1) pending_.push_back({nullptr, ", "});
    }
  }

  void PrintMap(const Value& map) {
    out_.push_back('{');
    pending_.push_back({nullptr, "}"});
    for (size_t i = map.entries().size(); i > 0; --i) {
      pending_.push_back({&map.entries()[i - 1].value, {}});
      pending_.push_back({nullptr, ": "});
      pending_.push_back({&map.entries()[i - 1].key, {}});
      if (i > 1) pending_.push_back({nullptr, ", "});
    }
  }

  void PrintShared(const Value& shared) {
    const auto at = numbers_.emplace(shared.identity(), numbers_.size());
    if (!at.second) {
      absl::StrAppend(&out_, "29(", at.first->second, ")");
      return;
    }
    out_.append("28(");
    pending_.push_back({nullptr, ")"});
    pending_.push_back({&shared.content(), {}});
  }

  std::string out_;
  std::vector<Pending> pending_;
  absl::flat_hash_map<const void*, size_t> numbers_;
};

}  // namespace

std::string DiagnosticNotation(const Value& value) {
  return Printer().Print(value);
}

}  // namespace forkrpc
