// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ParseDiagnosticNotation(): words go to a ValueBuilder, so nothing recurses.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/serialiser/diagnostic_notation.h"
#include "forkrpc/serialiser/value_utf8.h"

namespace forkrpc {
namespace {

constexpr uint64_t kTagShared = 28;
constexpr uint64_t kTagReference = 29;

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool IsHex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
         (c >= 'A' && c <= 'F');
}

// What a hexadecimal digit is worth.
uint32_t HexValue(char digit) {
  return static_cast<uint32_t>(digit <= '9' ? digit - '0'
                                            : (digit | 0x20) - 'a' + 10);
}

void AppendUtf8(uint32_t code, std::string* out) {
  const auto put = [out](uint32_t octet) {
    out->push_back(static_cast<char>(octet));
  };
  if (code < 0x80) {
    put(code);
    return;
  }
  if (code < 0x800) {
    put(0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      put(0xE0 | code >> 12);
    } else {
      put(0xF0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3F));
    }
    put(0x80 | (code >> 6 & 0x3F));
  }
  put(0x80 | (code & 0x3F));
}

class Parser {
 public:
  Parser(absl::string_view text, const ValueLimits& limits)
      : text_(text), builder_("notation", limits, text.size()) {}

  absl::StatusOr<Value> Parse();

 private:
  bool Fail(absl::string_view what) {
    return builder_.Fail(absl::StatusCode::kInvalidArgument, what);
  }
  void SkipBlanks() {
    while (at_ < text_.size() && IsBlank(text_[at_])) ++at_;
    builder_.At(at_);
  }
  bool Take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  // A scalar, or what opens a list, a map or a tag.
  bool Begin();
  // What stands behind a value: what closes, or a comma or colon before the
  // next value.
  bool Behind();
  bool Open(char closer, bool begun) {
    closers_.push_back(closer);
    may_close_ = closer != ')';
    return begun;
  }
  // What may stand behind a value comes next.
  bool Done(bool good) {
    behind_ = true;
    return good;
  }
  bool Close();
  bool Word(absl::string_view word, Value value);
  bool Number();
  bool Tag(absl::string_view digits);
  bool Hex();
  // A string in quotes of the kind given.
  bool String(char quote, std::string* content);
  bool Escape(std::string* content);
  bool Unit(uint32_t* unit);

  const absl::string_view text_;
  ValueBuilder builder_;
  size_t at_ = 0;
  std::vector<char> closers_;
  bool behind_ = false;     // whether a value was just read
  bool may_close_ = false;  // whether a list or map was just opened
};

bool Parser::Close() {
  const char closer = closers_.back();
  if (!Take(closer)) return false;
  closers_.pop_back();
  // A tag's value has been complete since its content was.
  return Done(closer == ')' || builder_.End());
}

bool Parser::Behind() {
  if (closers_.empty()) return Fail("something behind the value");
  if (closers_.back() == '}' && !builder_.at_key()) {
    if (!Take(':')) return Fail("a key without ':' behind it");
  } else if (closers_.back() != ')' && Take(',')) {
  } else {
    const char closer = closers_.back();
    if (Close()) return true;
    if (closer == ')') return Fail("no ')' behind what is tagged");
    return Fail(absl::StrCat("neither '", std::string(1, closer), "' nor ','"));
  }
  behind_ = false;
  return true;
}

bool Parser::Word(absl::string_view word, Value value) {
  at_ += word.size();
  return Done(builder_.Add(std::move(value)));
}

bool Parser::Tag(absl::string_view digits) {
  uint64_t tag;
  if (!absl::SimpleAtoi(digits, &tag)) return Fail("a tag beyond 64 bits");
  if (tag == kTagShared) return Open(')', builder_.BeginShared());
  if (tag != kTagReference) return Open(')', builder_.BeginTag(tag));
  SkipBlanks();
  const size_t begin = at_;
  while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
  uint64_t number;
  if (!absl::SimpleAtoi(text_.substr(begin, at_ - begin), &number)) {
    return Fail("29( without the number of a shared value");
  }
  closers_.push_back(')');
  return Done(builder_.Refer(number));
}

bool Parser::Number() {
  const size_t begin = at_;
  const auto more = [this] {
    return at_ < text_.size() &&
           absl::string_view("0123456789+-.eE").find(text_[at_]) !=
               absl::string_view::npos;
  };
  while (more()) ++at_;
  const absl::string_view digits = text_.substr(begin, at_ - begin);
  if (digits.find_first_not_of("0123456789") == absl::string_view::npos &&
      Take('(')) {
    return Tag(digits);
  }
  if (digits.find_first_of(".eE") == absl::string_view::npos) {
    int64_t integer;
    if (absl::SimpleAtoi(digits, &integer)) {
      return Done(builder_.Add(Value::Integer(integer)));
    }
    uint64_t large;
    if (absl::SimpleAtoi(digits, &large)) {
      return Done(builder_.Add(Value::Unsigned(large)));
    }
    return Fail("an integer beyond 64 bits, or none");
  }
  double number;
  if (!absl::SimpleAtod(digits, &number) || !std::isfinite(number)) {
    return Fail("a floating-point number that is none");
  }
  return Done(builder_.Add(Value::Double(number)));
}

bool Parser::Hex() {
  std::string octets;
  bool odd = false;
  while (at_ < text_.size() && text_[at_] != '\'') {
    if (IsHex(text_[at_])) {
      const uint32_t digit = HexValue(text_[at_]);
      if (odd) {
        octets.back() =
            static_cast<char>(static_cast<uint8_t>(octets.back()) << 4 | digit);
      } else {
        octets.push_back(static_cast<char>(digit));
      }
      odd = !odd;
    } else if (!IsBlank(text_[at_])) {
      return Fail("octets in h'' that are not hexadecimal");
    }
    ++at_;
  }
  if (!Take('\'')) return Fail("the end inside h''");
  if (odd) return Fail("h'' with an odd digit");
  return Done(builder_.Add(Value::Octets(octets)));
}

bool Parser::Unit(uint32_t* unit) {
  const absl::string_view digits = text_.substr(at_, 4);
  *unit = 0;
  for (const char digit : digits) {
    if (!IsHex(digit)) return false;
    *unit = *unit << 4 | HexValue(digit);
  }
  at_ += 4;
  return digits.size() == 4;
}

bool Parser::Escape(std::string* content) {
  const absl::string_view names = "\"'\\/bfnrt";
  const absl::string_view meanings = "\"'\\/\b\f\n\r\t";
  const size_t name =
      at_ < text_.size() ? names.find(text_[at_]) : absl::string_view::npos;
  if (name != absl::string_view::npos) {
    ++at_;
    content->push_back(meanings[name]);
    return true;
  }
  uint32_t unit;
  if (!Take('u') || !Unit(&unit)) return Fail("an escape that is none");
  if (unit >= 0xD800 && unit < 0xE000) {
    uint32_t low;
    if (unit >= 0xDC00 || !Take('\\') || !Take('u') || !Unit(&low) ||
        low < 0xDC00 || low >= 0xE000) {
      return Fail("half of a surrogate pair");
    }
    unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
  }
  AppendUtf8(unit, content);
  return true;
}

bool Parser::String(char quote, std::string* content) {
  while (at_ < text_.size()) {
    if (Take(quote)) return true;
    if (!Take('\\')) {
      content->push_back(text_[at_++]);
    } else if (!Escape(content)) {
      return false;
    }
  }
  return Fail("the end inside a string");
}

bool Parser::Begin() {
  if (may_close_ && Close()) return builder_.ok();
  may_close_ = false;
  std::string content;
  if (Take('[')) return Open(']', builder_.BeginOpenList());
  if (Take('{')) return Open('}', builder_.BeginOpenMap());
  if (Take('"')) {
    if (!String('"', &content)) return false;
    if (!IsUtf8(content)) return Fail("text that is not UTF-8");
    return Done(builder_.Add(Value::Text(content)));
  }
  if (Take('\'')) {
    return String('\'', &content) && Done(builder_.Add(Value::Octets(content)));
  }
  const absl::string_view rest = text_.substr(at_);
  if (absl::StartsWith(rest, "h'")) {
    at_ += 2;
    return Hex();
  }
  const std::pair<absl::string_view, Value> words[] = {
      {"null", Value::Null()},
      {"undefined", Value::Undefined()},
      {"true", Value::Boolean(true)},
      {"false", Value::Boolean(false)},
      {"NaN", Value::Double(std::nan(""))},
      {"Infinity", Value::Double(HUGE_VAL)},
      {"-Infinity", Value::Double(-HUGE_VAL)}};
  for (const auto& word : words) {
    if (absl::StartsWith(rest, word.first)) {
      return Word(word.first, word.second);
    }
  }
  if (!rest.empty() && (rest[0] == '-' || (rest[0] >= '0' && rest[0] <= '9'))) {
    return Number();
  }
  return Fail(rest.empty() ? "the end where a value has to be"
                           : "something that is no value");
}

absl::StatusOr<Value> Parser::Parse() {
  while (builder_.ok()) {
    SkipBlanks();
    if (behind_ && closers_.empty() && at_ == text_.size()) {
      return builder_.Finish();
    }
    if (!(behind_ ? Behind() : Begin())) break;
  }
  return builder_.status();
}

}  // namespace

absl::StatusOr<Value> ParseDiagnosticNotation(absl::string_view text,
                                              const ValueLimits& limits) {
  return Parser(text, limits).Parse();
}

}  // namespace forkrpc
