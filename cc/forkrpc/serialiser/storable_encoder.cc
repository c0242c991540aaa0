// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/storable_encoder.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "forkrpc/base/big_endian.h"
#include "forkrpc/serialiser/value_utf8.h"

namespace forkrpc {
namespace storable_internal {
namespace {

// Perl reads lengths and counts as signed 32-bit integers.
constexpr size_t kMaxCount = 0x7FFFFFFF;

// Whole doubles below this are integers to Perl.
constexpr double kWholeLimit = 9007199254740992.0;  // 2^53

bool IsString(const Value& value) {
  return value.kind() == Value::Kind::kOctets ||
         value.kind() == Value::Kind::kText;
}

// `text` in Latin-1; false if it has a character beyond that.
bool ToLatin1(absl::string_view text, std::string* latin1) {
  latin1->clear();
  for (size_t i = 0; i < text.size(); ++i) {
    const auto octet = static_cast<uint8_t>(text[i]);
    if (octet < 0x80) {
      latin1->push_back(text[i]);
      continue;
    }
    if (octet > 0xC3) return false;
    const auto next = static_cast<uint8_t>(text[++i]);
    latin1->push_back(static_cast<char>(octet << 6 | (next & 0x3F)));
  }
  return true;
}

// As Perl makes a string of a number that is not whole.
std::string NumberText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Inf" : "-Inf";
  return absl::StrFormat("%.15g", value);
}

}  // namespace

absl::Status StorableEncoder::Encode(const Value& value) {
  const Value& root = value.Seen();
  WriteHeader();
  // The outermost array or hash stands without the reference to it.
  if (root.kind() == Value::Kind::kList) {
    BeginList(root.items());
  } else if (root.kind() == Value::Kind::kMap) {
    BeginMap(root.entries());
  } else {
    WriteElement(root);
  }
  return WriteAll();
}

absl::Status StorableEncoder::EncodeList(absl::Span<const Value> items) {
  WriteHeader();
  BeginList(items);
  return WriteAll();
}

absl::Status StorableEncoder::EncodeStrings(
    absl::Span<const absl::string_view> items) {
  return EncodeOctets(items);
}

absl::Status StorableEncoder::EncodeStrings(
    absl::Span<const std::string> items) {
  return EncodeOctets(items);
}

template <typename String>
absl::Status StorableEncoder::EncodeOctets(absl::Span<const String> items) {
  WriteHeader();
  if (BeginArray(items.size())) {
    for (const String& item : items) {
      if (!CheckSize() ||
          !WriteString(Opcode::kOctets, Opcode::kLongOctets, item)) {
        break;
      }
    }
  }
  return WriteAll();
}

void StorableEncoder::WriteHeader() {
  image_->push_back(network_ ? kNetworkMajor : kNativeMajor);
  image_->push_back(kMinor);
  if (!network_) image_->append(kNativeSizes, kNativeSizesSize);
}

absl::Status StorableEncoder::WriteAll() {
  while (status_.ok() && !levels_.empty()) {
    Level& level = levels_.back();
    if (level.key_next) {
      level.key_next = false;
      WriteKey(level.entry->key.Seen(), level.flags);
      ++level.entry;
    } else if (level.left == 0) {
      levels_.pop_back();
    } else {
      --level.left;
      level.key_next = level.entry != nullptr;
      WriteElement(level.key_next ? level.entry->value : *level.item++);
    }
  }
  if (!status_.ok() || !CheckSize()) image_->resize(begin_);
  return status_;
}

bool StorableEncoder::WriteElement(const Value& value) {
  if (!CheckSize()) return false;
  if (value.identity() != nullptr && WriteIfSeen(value)) return true;
  const Value& content = value.Seen();
  switch (content.kind()) {
    case Value::Kind::kList:
      Put(Opcode::kReference);
      ++next_number_;
      return BeginList(content.items());
    case Value::Kind::kMap:
      Put(Opcode::kReference);
      ++next_number_;
      return BeginMap(content.entries());
    case Value::Kind::kTagged:
      return BeginReference(content);
    default:
      ++next_number_;
      return WriteScalar(content);
  }
}

bool StorableEncoder::WriteIfSeen(const Value& value) {
  const Value::Kind kind = value.content().kind();
  // True and false are constants, which a reader does not share.
  if (kind == Value::Kind::kBoolean) return false;
  const bool container =
      kind == Value::Kind::kList || kind == Value::Kind::kMap;
  const uint32_t number = container ? next_number_ + 1 : next_number_;
  const auto found = numbers_.emplace(value.identity(), number);
  if (found.second) return false;
  if (container) {
    Put(Opcode::kReference);
    ++next_number_;
  }
  Put(Opcode::kSeen);
  PutBigEndian(found.first->second);
  return true;
}

bool StorableEncoder::WriteScalar(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kBoolean:
      Put(value.boolean() ? Opcode::kTrueConstant : Opcode::kFalseConstant);
      return true;
    case Value::Kind::kInteger:
      return WriteInteger(value.integer());
    case Value::Kind::kUnsigned:
      return WriteString(Opcode::kOctets, Opcode::kLongOctets,
                         absl::StrCat(value.unsigned_integer()));
    case Value::Kind::kDouble:
      return WriteDouble(value.number());
    case Value::Kind::kOctets:
      return WriteString(Opcode::kOctets, Opcode::kLongOctets, value.string());
    case Value::Kind::kText:
      if (!IsUtf8(value.string())) {
        return Invalid(absl::StrCat("text that is not UTF-8 from its octet ",
                                    Utf8Prefix(value.string()), " on"));
      }
      return WriteString(Opcode::kText, Opcode::kLongText, value.string());
    default:
      Put(Opcode::kUndef);
      return true;
  }
}

bool StorableEncoder::WriteInteger(int64_t value) {
  if (value >= -128 && value <= 127) {
    Put(Opcode::kByte);
    image_->push_back(static_cast<char>(value + 128));
    return true;
  }
  if (!network_) {
    Put(Opcode::kNativeInteger);
    PutNative64(static_cast<uint64_t>(value));
    return true;
  }
  if (value >= std::numeric_limits<int32_t>::min() &&
      value <= std::numeric_limits<int32_t>::max()) {
    Put(Opcode::kNetworkInteger);
    PutBigEndian(static_cast<uint32_t>(value));
    return true;
  }
  return WriteString(Opcode::kOctets, Opcode::kLongOctets, absl::StrCat(value));
}

bool StorableEncoder::WriteDouble(double value) {
  if (std::fabs(value) < kWholeLimit && std::trunc(value) == value) {
    return WriteInteger(static_cast<int64_t>(value));
  }
  if (network_) {
    return WriteString(Opcode::kOctets, Opcode::kLongOctets, NumberText(value));
  }
  uint64_t bits;
  std::memcpy(&bits, &value, 8);
  Put(Opcode::kNativeDouble);
  PutNative64(bits);
  return true;
}

bool StorableEncoder::WriteString(Opcode short_opcode, Opcode long_opcode,
                                  absl::string_view octets) {
  if (!CheckCount(octets.size())) return false;
  if (octets.size() <= 255) {
    Put(short_opcode);
    image_->push_back(static_cast<char>(octets.size()));
  } else {
    Put(long_opcode);
    PutNumber(static_cast<uint32_t>(octets.size()));
  }
  image_->append(octets.data(), octets.size());
  return true;
}

bool StorableEncoder::WriteKey(const Value& key, bool flags) {
  absl::string_view octets = key.string();
  if (!CheckCount(octets.size())) return false;
  std::string latin1;
  uint8_t flag = 0;
  if (key.kind() == Value::Kind::kText) {
    if (!IsUtf8(octets)) return Invalid("a key that is not UTF-8");
    flag = kUtf8Key;
    if (ToLatin1(octets, &latin1)) {
      flag = kLatin1TextKey;
      octets = latin1;
    }
  }
  if (flags) image_->push_back(static_cast<char>(flag));
  PutNumber(static_cast<uint32_t>(octets.size()));
  image_->append(octets.data(), octets.size());
  return true;
}

bool StorableEncoder::BeginArray(size_t count) {
  if (!CheckCount(count)) return false;
  ++next_number_;
  Put(Opcode::kArray);
  PutNumber(static_cast<uint32_t>(count));
  return CheckLevel(count);
}

bool StorableEncoder::BeginList(absl::Span<const Value> items) {
  if (!BeginArray(items.size())) return false;
  levels_.push_back({items.data(), nullptr, items.size(), false, false});
  return true;
}

bool StorableEncoder::BeginMap(absl::Span<const Value::Entry> entries) {
  if (!CheckCount(entries.size())) return false;
  ++next_number_;
  bool flags = false;
  for (const Value::Entry& entry : entries) {
    const Value& key = entry.key.Seen();
    if (!IsString(key)) {
      return Invalid(absl::StrCat("a key is ", KindName(key.kind()),
                                  ", not octets or text"));
    }
    flags = flags || key.kind() == Value::Kind::kText;
  }
  Put(flags ? Opcode::kFlagHash : Opcode::kHash);
  if (flags) image_->push_back('\0');
  PutNumber(static_cast<uint32_t>(entries.size()));
  if (!CheckLevel(uint64_t{2} * entries.size())) return false;
  levels_.push_back({nullptr, entries.data(), entries.size(), flags, false});
  return true;
}

bool StorableEncoder::BeginReference(const Value& tagged) {
  if (tagged.tag() != kReferenceTag) {
    return Invalid(absl::StrCat("a value with tag ", tagged.tag(), ": only ",
                                kReferenceTag,
                                ", a reference, can be written"));
  }
  ++next_number_;
  Put(Opcode::kReference);
  if (!CheckLevel(1)) return false;
  levels_.push_back({&tagged.content(), nullptr, 1, false, false});
  return true;
}

bool StorableEncoder::CheckLevel(uint64_t values) {
  if (levels_.size() >= limits_.max_depth) {
    return Fail(absl::StatusCode::kResourceExhausted,
                absl::StrCat("more lists, maps and references in one another "
                             "than the limit of ",
                             limits_.max_depth));
  }
  values_ += values;
  if (values_ <= limits_.max_values) return true;
  return Fail(
      absl::StatusCode::kResourceExhausted,
      absl::StrCat("more values than the limit of ", limits_.max_values));
}

void StorableEncoder::PutNumber(uint32_t number) {
  if (network_) return PutBigEndian(number);
  for (int shift = 0; shift < 32; shift += 8) {
    image_->push_back(static_cast<char>(number >> shift));
  }
}

void StorableEncoder::PutBigEndian(uint32_t number) {
  char octets[4];
  StoreBigEndian32(number, octets);
  image_->append(octets, 4);
}

void StorableEncoder::PutNative64(uint64_t bits) {
  for (int shift = 0; shift < 64; shift += 8) {
    image_->push_back(static_cast<char>(bits >> shift));
  }
}

bool StorableEncoder::CheckCount(size_t count) {
  if (count <= kMaxCount) return true;
  constexpr auto kCode = absl::StatusCode::kResourceExhausted;
  return Fail(kCode, absl::StrCat(count, " octets or items in one value; ",
                                  kMaxCount, " is the limit"));
}

bool StorableEncoder::CheckSize() {
  if (image_->size() - begin_ <= limits_.max_octets) return true;
  return Fail(absl::StatusCode::kResourceExhausted,
              absl::StrCat("the limit is ", limits_.max_octets, " octets"));
}

bool StorableEncoder::Fail(absl::StatusCode code, absl::string_view what) {
  status_ = absl::Status(
      code, absl::StrCat(format_, ": ", what, ", at octet ",
                         image_->size() - begin_, " of what is written"));
  return false;
}

}  // namespace storable_internal
}  // namespace forkrpc
