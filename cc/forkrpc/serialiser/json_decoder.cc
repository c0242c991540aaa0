// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// DecodeJson(): nlohmann's parser says what comes, a ValueBuilder keeps it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/serialiser/json.h"

namespace forkrpc {
namespace {

using Json = nlohmann::json;

// The parser's number for a number that no double is large enough for.
constexpr int kBeyondDoubles = 406;

// How much of a payload or of the parser's words a message shows.
constexpr size_t kShown = 60;

// What the parser calls. It does not say where in the payload it is, so events
// are counted: by its number one is found again.
class Handler {
 public:
  Handler(absl::string_view payload, ValueBuilder* builder)
      : payload_(payload), builder_(builder) {}

  size_t events() const { return events_; }

  bool null() { return Add(Value::Null()); }
  bool boolean(bool value) { return Add(Value::Boolean(value)); }
  bool number_integer(int64_t value) { return Add(Value::Integer(value)); }
  bool number_unsigned(uint64_t value) { return Add(Value::Unsigned(value)); }
  bool number_float(double value, const std::string& digits) {
    // An integer beyond 64 bits is a string to Perl.
    const bool whole = digits.find_first_of(".eE") == std::string::npos;
    return Add(whole ? Value::Text(digits) : Value::Double(value));
  }
  // NOLINTNEXTLINE(google-runtime-references): as the parser has it.
  bool string(std::string& value) { return Add(Value::Text(value)); }
  // NOLINTNEXTLINE(google-runtime-references)
  bool key(std::string& value) { return Add(Value::Text(value)); }
  // NOLINTNEXTLINE(google-runtime-references)
  bool binary(Json::binary_t&) { return false; }  // is never in JSON
  bool start_array(size_t) {
    ++events_;
    return builder_->BeginOpenList();
  }
  bool end_array() { return End(); }
  bool start_object(size_t) {
    ++events_;
    return builder_->BeginOpenMap();
  }
  bool end_object() { return End(); }
  bool parse_error(size_t position, const std::string& token,
                   const Json::exception& error);

 private:
  bool Add(Value value) {
    ++events_;
    return builder_->Add(std::move(value));
  }
  bool End() {
    ++events_;
    return builder_->End();
  }

  const absl::string_view payload_;
  ValueBuilder* const builder_;
  size_t events_ = 0;
};

// The number that some Perl module writes and JSON has not, if `payload` has
// one at or one before the octet that the parser did not take; else empty.
absl::string_view NoNumber(absl::string_view payload, size_t refused) {
  for (const size_t begin : {refused > 0 ? refused - 1 : 0, refused}) {
    const absl::string_view text = payload.substr(begin);
    for (const absl::string_view word :
         {"-infinity", "infinity", "-inf", "inf", "-nan", "nan"}) {
      if (absl::StartsWithIgnoreCase(text, word)) {
        return text.substr(0, word.size());
      }
    }
  }
  return {};
}

bool Handler::parse_error(size_t position, const std::string& token,
                          const Json::exception& error) {
  // `position` is behind the octet that was wrong, or one behind the end.
  const size_t at = std::min(position > 0 ? position - 1 : 0, payload_.size());
  // The parser says where and what it read, which we say ourselves.
  absl::string_view why = error.what();
  const size_t colon = why.find(": ");
  if (colon != absl::string_view::npos) why.remove_prefix(colon + 2);
  why = why.substr(0, why.find("; last read"));
  if (error.id == kBeyondDoubles) {
    builder_->At(at + 1 > token.size() ? at + 1 - token.size() : 0);
    return builder_->Fail(
        absl::StatusCode::kDataLoss,
        absl::StrCat("a number beyond the limit of 1.7976931348623157e+308, ",
                     token.substr(0, kShown)));
  }
  const absl::string_view number = absl::StrContains(why, "invalid string")
                                       ? absl::string_view()
                                       : NoNumber(payload_, at);
  if (!number.empty()) {
    builder_->At(static_cast<size_t>(number.data() - payload_.data()));
    return builder_->Fail(
        absl::StatusCode::kDataLoss,
        absl::StrCat("the number ", number, ", which JSON has not"));
  }
  builder_->At(at);
  if (at == payload_.size()) {
    return builder_->Fail(absl::StatusCode::kDataLoss,
                          "the end inside a value");
  }
  return builder_->Fail(
      absl::StatusCode::kDataLoss,
      absl::StrCat(absl::CHexEscape(std::string(
                       why.data(), std::min(2 * kShown, why.size()))),
                   ", found '", absl::CHexEscape(std::string(1, payload_[at])),
                   "'"));
}

// A position in the payload that leaves behind how far it is.
class Follower {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Follower(const char* at, const char** furthest)
      : at_(at), furthest_(furthest) {}
  reference operator*() const { return *at_; }
  Follower& operator++() {
    *furthest_ = ++at_;
    return *this;
  }
  bool operator!=(const Follower& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** furthest_;
};

// Stops the parser at an event.
class Stop {
 public:
  explicit Stop(size_t event) : left_(event) {}
  bool null() { return Event(); }
  bool boolean(bool) { return Event(); }
  bool number_integer(int64_t) { return Event(); }
  bool number_unsigned(uint64_t) { return Event(); }
  bool number_float(double, const std::string&) { return Event(); }
  bool string(std::string&) { return Event(); }     // NOLINT
  bool key(std::string&) { return Event(); }        // NOLINT
  bool binary(Json::binary_t&) { return Event(); }  // NOLINT
  bool start_array(size_t) { return Event(); }
  bool end_array() { return Event(); }
  bool start_object(size_t) { return Event(); }
  bool end_object() { return Event(); }
  using Error = Json::exception;
  bool parse_error(size_t, const std::string&, const Error&) { return false; }

 private:
  bool Event() { return --left_ > 0; }

  size_t left_;
};

// The octet that the parser had read last when it came to that event.
size_t OffsetOfEvent(absl::string_view payload, size_t event) {
  const char* const begin = payload.data();
  const char* const end = begin + payload.size();
  const char* furthest = begin;
  Stop stop(event);
  Json::sax_parse(Follower(begin, &furthest), Follower(end, &furthest), &stop);
  const auto read = static_cast<size_t>(furthest - begin);
  return read > 0 ? read - 1 : 0;
}

}  // namespace

absl::StatusOr<Value> DecodeJson(absl::string_view payload,
                                 const JsonOptions& options) {
  ValueBuilder builder("json", options.limits, payload.size());
  if (!builder.ok()) return builder.status();
  // The parser takes a NUL for the end; nowhere in JSON may one stand.
  const void* const nul = payload.empty()
                              ? nullptr
                              : std::memchr(payload.data(), 0, payload.size());
  if (nul != nullptr) {
    builder.At(
        static_cast<size_t>(static_cast<const char*>(nul) - payload.data()));
    builder.Fail(absl::StatusCode::kDataLoss, "the octet 0x00");
    return builder.status();
  }
  if (payload.empty()) return builder.Finish();
  const char* const end = payload.data() + payload.size();
  Handler handler(payload, &builder);
  if (Json::sax_parse(payload.data(), end, &handler) ||
      absl::IsDataLoss(builder.status())) {
    return builder.Finish();
  }
  // A limit, of which the builder could not say where: once more, now that it
  // is known.
  ValueBuilder again("json", options.limits, payload.size());
  again.At(OffsetOfEvent(payload, handler.events()));
  Handler once_more(payload, &again);
  Json::sax_parse(payload.data(), end, &once_more);
  return again.Finish();
}

}  // namespace forkrpc
