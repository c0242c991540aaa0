// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// DecodeCbor(): libcbor's streaming decoder says what comes, a ValueBuilder
// keeps it. Ours are the tags of Perl's and what is refused.

#include <cbor.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forkrpc/serialiser/cbor.h"
#include "forkrpc/serialiser/cbor_encoder.h"
#include "forkrpc/serialiser/value_utf8.h"

namespace forkrpc {
namespace {

using cbor_internal::kTagReference;
using cbor_internal::kTagSelfDescribed;
using cbor_internal::kTagShared;
using cbor_internal::kTagStringReference;
using cbor_internal::kTagStringSpace;

constexpr uint64_t kTagNegativeBignum = 3;

// A string shorter than this is not worth a reference, so it has no number in
// its space; by how many have one (http://cbor.schmorp.de/stringref).
size_t ShortestNumbered(size_t numbered) {
  if (numbered < 24) return 3;
  if (numbered < 0x100) return 4;
  if (numbered < 0x10000) return 5;
  // No payload has room for 2^32 strings with a number.
  return 7;
}

class Decoder {
 public:
  Decoder(absl::string_view payload, const CborOptions& options)
      : payload_(payload),
        bad_text_(options.bad_text),
        builder_("cbor", options.limits, payload.size()) {}

  absl::StatusOr<Value> Decode();

  void Unsigned(uint64_t number);
  void Negative(uint64_t number);
  void Octets(absl::string_view octets);
  void Text(absl::string_view text);
  void OctetsStart() { StartChunks(Chunks::kOctets); }
  void TextStart() { StartChunks(Chunks::kText); }
  void List(uint64_t count);
  void Map(uint64_t count);
  void OpenList() {
    if (MayBegin()) builder_.BeginOpenList();
  }
  void OpenMap() {
    if (MayBegin()) builder_.BeginOpenMap();
  }
  void Tag(uint64_t tag);
  void Simple(Value value) {
    if (MayBegin()) builder_.Add(std::move(value));
  }
  void Break();

 private:
  // What an integer that comes next is.
  enum class Number { kItself, kStringReference, kReference };
  // Whether the parts of one string come.
  enum class Chunks { kNone, kOctets, kText };

  // Whether something may begin that is neither an integer nor a part of a
  // string.
  bool MayBegin() {
    if (number_ == Number::kItself && chunks_ == Chunks::kNone) return true;
    return MayNot();
  }
  bool MayNot();
  void StartChunks(Chunks chunks);
  void AddString(Value string);
  void AddText(absl::string_view text);
  size_t left() const { return payload_.size() - builder_.offset(); }
  // Says what libcbor does not take.
  void Refuse(const cbor_decoder_result& result);

  const absl::string_view payload_;
  const CborBadText bad_text_;
  ValueBuilder builder_;
  Number number_ = Number::kItself;
  Chunks chunks_ = Chunks::kNone;
  std::string chunk_;
  // The numbered strings of each space that is open, the innermost last.
  std::vector<std::vector<Value>> spaces_;
};

bool Decoder::MayNot() {
  return builder_.Fail(
      absl::StatusCode::kDataLoss,
      chunks_ != Chunks::kNone
          ? "something that is no part of the string that is open"
          : absl::StrCat("a tag ",
                         number_ == Number::kReference ? kTagReference
                                                       : kTagStringReference,
                         " before something that is no number"));
}

void Decoder::Unsigned(uint64_t number) {
  if (chunks_ != Chunks::kNone) {
    MayNot();
    return;
  }
  switch (std::exchange(number_, Number::kItself)) {
    case Number::kItself:
      builder_.Add(Value::Unsigned(number));
      return;
    case Number::kReference:
      builder_.Refer(number);
      return;
    case Number::kStringReference:
      if (number >= spaces_.back().size()) {
        builder_.Fail(absl::StatusCode::kDataLoss,
                      absl::StrCat("a reference to string ", number, " where ",
                                   spaces_.back().size(), " came before"));
        return;
      }
      builder_.Add(spaces_.back()[static_cast<size_t>(number)]);
      return;
  }
}

void Decoder::Negative(uint64_t number) {
  if (!MayBegin()) return;
  if (number <= INT64_MAX) {
    builder_.Add(Value::Integer(-1 - static_cast<int64_t>(number)));
    return;
  }
  char octets[8];
  for (int i = 7; i >= 0; --i) {
    octets[i] = static_cast<char>(number);
    number >>= 8;
  }
  builder_.BeginTag(kTagNegativeBignum);
  builder_.Add(Value::Octets({octets, sizeof(octets)}));
}

void Decoder::AddString(Value string) {
  if (!spaces_.empty()) {
    std::vector<Value>& space = spaces_.back();
    if (string.string().size() >= ShortestNumbered(space.size())) {
      space.push_back(string);
    }
  }
  builder_.Add(std::move(string));
}

void Decoder::Octets(absl::string_view octets) {
  if (chunks_ == Chunks::kOctets) {
    chunk_.append(octets.data(), octets.size());
  } else if (MayBegin()) {
    AddString(Value::Octets(octets));
  }
}

void Decoder::Text(absl::string_view text) {
  if (chunks_ == Chunks::kText) {
    chunk_.append(text.data(), text.size());
  } else if (MayBegin()) {
    if (!IsUtf8(text)) {
      AddText(text);
    } else {
      AddString(Value::Text(text));
    }
  }
}

// Of text that may be none, and is not numbered if it came in parts.
void Decoder::AddText(absl::string_view text) {
  const size_t good = Utf8Prefix(text);
  const bool numbered = chunks_ == Chunks::kNone;
  if (good < text.size() && bad_text_ == CborBadText::kRefuse) {
    builder_.Fail(absl::StatusCode::kDataLoss,
                  absl::StrCat("text that is not UTF-8 from its octet ", good,
                               " of ", text.size(), " on"));
    return;
  }
  Value value = good < text.size() ? Value::Octets(text) : Value::Text(text);
  if (numbered) {
    AddString(std::move(value));
  } else {
    builder_.Add(std::move(value));
  }
}

void Decoder::StartChunks(Chunks chunks) {
  if (!MayBegin()) return;
  chunks_ = chunks;
  chunk_.clear();
}

void Decoder::Break() {
  if (chunks_ == Chunks::kNone) {
    if (MayBegin()) builder_.End();
    return;
  }
  // A string in parts has no number in its space.
  if (chunks_ == Chunks::kText) {
    AddText(chunk_);
  } else {
    builder_.Add(Value::Octets(chunk_));
  }
  chunks_ = Chunks::kNone;
}

void Decoder::List(uint64_t count) {
  if (!MayBegin()) return;
  // Each item takes an octet.
  if (count >= left()) {
    builder_.Fail(absl::StatusCode::kDataLoss,
                  absl::StrCat("a list of ", count, " items with ", left(),
                               " octets from here to the end"));
    return;
  }
  builder_.BeginList(count);
}

void Decoder::Map(uint64_t count) {
  if (!MayBegin()) return;
  if (count > (left() - 1) / 2) {
    builder_.Fail(absl::StatusCode::kDataLoss,
                  absl::StrCat("a map of ", count, " pairs with ", left(),
                               " octets from here to the end"));
    return;
  }
  builder_.BeginMap(count);
}

void Decoder::Tag(uint64_t tag) {
  if (!MayBegin()) return;
  switch (tag) {
    case kTagShared:
      builder_.BeginShared();
      return;
    case kTagReference:
      number_ = Number::kReference;
      return;
    case kTagStringReference:
      if (spaces_.empty()) {
        builder_.Fail(absl::StatusCode::kDataLoss,
                      "a reference to a string (tag 25) outside of any space "
                      "for strings (tag 256)");
        return;
      }
      number_ = Number::kStringReference;
      return;
    case kTagStringSpace:
      if (builder_.BeginScope()) spaces_.emplace_back();
      return;
    case kTagSelfDescribed:
      return;
    default:
      builder_.BeginTag(tag);
  }
}

void Decoder::Refuse(const cbor_decoder_result& result) {
  if (result.status == CBOR_DECODER_NEDATA) {
    builder_.Fail(absl::StatusCode::kDataLoss,
                  absl::StrCat("the payload ends inside an item of which ",
                               left(), " octets are there"));
    return;
  }
  const auto first = static_cast<uint8_t>(payload_[builder_.offset()]);
  builder_.Fail(
      absl::StatusCode::kDataLoss,
      absl::StrCat(first >= 0xE0 ? "a simple value that Perl has not, "
                                 : "an item that CBOR has not, ",
                   "0x", absl::Hex(first, absl::kZeroPad2)));
}

Decoder* Self(void* context) { return static_cast<Decoder*>(context); }

absl::string_view View(cbor_data data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

template <typename Number>
void OnUnsigned(void* context, Number number) {
  Self(context)->Unsigned(number);
}
template <typename Number>
void OnNegative(void* context, Number number) {
  Self(context)->Negative(number);
}
template <typename Number>
void OnFloat(void* context, Number number) {
  Self(context)->Simple(Value::Double(static_cast<double>(number)));
}

cbor_callbacks MakeCallbacks() {
  cbor_callbacks on{};
  on.uint8 = OnUnsigned<uint8_t>;
  on.uint16 = OnUnsigned<uint16_t>;
  on.uint32 = OnUnsigned<uint32_t>;
  on.uint64 = OnUnsigned<uint64_t>;
  on.negint8 = OnNegative<uint8_t>;
  on.negint16 = OnNegative<uint16_t>;
  on.negint32 = OnNegative<uint32_t>;
  on.negint64 = OnNegative<uint64_t>;
  on.byte_string_start = [](void* c) { Self(c)->OctetsStart(); };
  on.byte_string = [](void* c, cbor_data data, size_t size) {
    Self(c)->Octets(View(data, size));
  };
  on.string_start = [](void* c) { Self(c)->TextStart(); };
  on.string = [](void* c, cbor_data data, size_t size) {
    Self(c)->Text(View(data, size));
  };
  on.indef_array_start = [](void* c) { Self(c)->OpenList(); };
  on.array_start = [](void* c, size_t count) { Self(c)->List(count); };
  on.indef_map_start = [](void* c) { Self(c)->OpenMap(); };
  on.map_start = [](void* c, size_t count) { Self(c)->Map(count); };
  on.tag = [](void* c, uint64_t tag) { Self(c)->Tag(tag); };
  on.float2 = OnFloat<float>;
  on.float4 = OnFloat<float>;
  on.float8 = OnFloat<double>;
  on.undefined = [](void* c) { Self(c)->Simple(Value::Undefined()); };
  on.null = [](void* c) { Self(c)->Simple(Value::Null()); };
  on.boolean = [](void* c, bool b) { Self(c)->Simple(Value::Boolean(b)); };
  on.indef_break = [](void* c) { Self(c)->Break(); };
  return on;
}

const cbor_callbacks& Callbacks() {
  static const cbor_callbacks callbacks = MakeCallbacks();
  return callbacks;
}

absl::StatusOr<Value> Decoder::Decode() {
  const auto* const octets =
      reinterpret_cast<const unsigned char*>(payload_.data());
  size_t at = 0;
  while (at < payload_.size() && builder_.ok()) {
    builder_.At(at);
    if (builder_.complete()) {
      builder_.Fail(absl::StatusCode::kDataLoss, "octets behind the value");
      break;
    }
    const auto first = octets[at];
    // libcbor up to 0.8 has no tags from 6 to 20, which nobody had given away.
    if (first >= 0xC6 && first <= 0xD4) {
      Tag(first & 0x1F);
      ++at;
      continue;
    }
    const cbor_decoder_result result = cbor_stream_decode(
        octets + at, payload_.size() - at, &Callbacks(), this);
    if (result.status != CBOR_DECODER_FINISHED) {
      Refuse(result);
      break;
    }
    at += result.read;
    while (spaces_.size() > builder_.scopes()) spaces_.pop_back();
  }
  if (chunks_ != Chunks::kNone) {
    builder_.At(payload_.size());
    builder_.Fail(absl::StatusCode::kDataLoss,
                  "the end inside a string in parts");
  }
  return builder_.Finish();
}

}  // namespace

absl::StatusOr<Value> DecodeCbor(absl::string_view payload,
                                 const CborOptions& options) {
  return Decoder(payload, options).Decode();
}

}  // namespace forkrpc
