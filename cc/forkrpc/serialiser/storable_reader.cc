// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/storable_reader.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/big_endian.h"
#include "forkrpc/serialiser/value_utf8.h"

namespace forkrpc {
namespace storable_internal {
namespace {

// Octets that a pair of a map takes at least: a value of one octet, and a key
// without octets behind its length, and flags.
constexpr uint64_t kLeastPair = 5;
constexpr uint64_t kLeastPairWithFlags = 6;

// Of a class's name in a message; the rest is left out.
constexpr size_t kMaxShownName = 40;

uint32_t LoadLittleEndian32(const char* from) {
  const auto* octets = reinterpret_cast<const unsigned char*>(from);
  return uint32_t{octets[3]} << 24 | uint32_t{octets[2]} << 16 |
         uint32_t{octets[1]} << 8 | uint32_t{octets[0]};
}

uint64_t LoadLittleEndian64(const char* from) {
  return uint64_t{LoadLittleEndian32(from + 4)} << 32 |
         LoadLittleEndian32(from);
}

std::string Hex(uint8_t octet) {
  return absl::StrCat(absl::Hex(octet, absl::kZeroPad2));
}

}  // namespace

bool StorableReader::Next(Item* item) {
  *item = Item();
  if (!status_.ok()) return false;
  if (state_ == State::kHeader) {
    if (!ReadHeader()) return false;
    state_ = State::kInside;
    return Count(1) && ReadObject(Place::kRoot, item);
  }
  if (open_.empty()) {
    at_ = next_;
    if (left() > 0) {
      Malformed(absl::StrCat("the image is followed by ", left(), " octets"));
    }
    return false;
  }
  Open& innermost = open_.back();
  if (innermost.key_next) return ReadKey(&innermost, item);
  if (innermost.left == 0) return CloseLevel(item);
  --innermost.left;
  --owed_;
  innermost.key_next = innermost.place == Place::kValue;
  return ReadObject(innermost.place, item);
}

bool StorableReader::ReadHeader() {
  if (image_.size() > limits_.max_octets) {
    return Fail(absl::StatusCode::kResourceExhausted, 0,
                absl::StrCat("the limit is ", limits_.max_octets, " octets"));
  }
  if (absl::StartsWith(image_, "pst0")) {
    return Refused("what stands here is a file of Storable, not an image");
  }
  uint8_t first = 0;
  if (!TakeOctet("the header", &first)) return false;
  if (first != kNativeMajor && first != kNetworkMajor) {
    return Refused(absl::StrCat("the major version is ", first >> 1,
                                ", but only version 2 is read"));
  }
  network_ = first == kNetworkMajor;
  uint8_t minor = 0;
  if (!TakeOctet("the minor version", &minor)) return false;
  return network_ || ReadNativeSizes();
}

bool StorableReader::ReadNativeSizes() {
  static constexpr const char* kSizeNames[] = {"int", "long", "pointer",
                                               "double"};
  const absl::string_view wanted(kNativeSizes, kNativeSizesSize);
  at_ = next_;
  uint8_t size = 0;
  absl::string_view order;
  if (!TakeOctet("the byte order", &size)) return false;
  if (!Take(size, "the byte order", &order)) return false;
  const absl::string_view wanted_order = wanted.substr(1, 8);
  if (order != wanted_order) {
    return Refused(absl::StrCat("the byte order is \"",
                                absl::CHexEscape(order.substr(0, 16)),
                                "\", but only \"", wanted_order, "\" is read"));
  }
  for (size_t i = 0; i < 4; ++i) {
    at_ = next_;
    uint8_t found = 0;
    if (!TakeOctet("the sizes", &found)) return false;
    const auto expected = static_cast<uint8_t>(wanted[9 + i]);
    if (found != expected) {
      return Refused(absl::StrCat("the size of ", kSizeNames[i], " is ", found,
                                  ", but only ", expected, " is read"));
    }
  }
  return true;
}

bool StorableReader::ReadObject(Place place, Item* item) {
  at_ = next_;
  uint8_t octet = 0;
  if (!TakeOctet("an object", &octet)) return false;
  const auto opcode = static_cast<Opcode>(octet);
  switch (opcode) {
    case Opcode::kSeen:
      return ReadSeen(item);
    case Opcode::kReference:
      return ReadReference(item);
    case Opcode::kArray:
    case Opcode::kHash:
    case Opcode::kFlagHash:
      if (place != Place::kRoot) {
        return Malformed(
            "an array or hash stands where a reference to it belongs");
      }
      root_is_array_ = opcode == Opcode::kArray;
      return ReadContainer(opcode, item);
    case Opcode::kUndefElement:
      if (place == Place::kValue) {
        return Malformed("an element of an array stands in a hash");
      }
      break;
    default:
      break;
  }
  item->number = next_number_++;
  return ReadScalar(opcode, item);
}

bool StorableReader::ReadScalar(Opcode opcode, Item* item) {
  switch (opcode) {
    case Opcode::kLongOctets:
    case Opcode::kOctets:
    case Opcode::kText:
    case Opcode::kLongText:
      return ReadString(opcode, item);
    case Opcode::kVersionString:
    case Opcode::kLongVersionString: {
      Opcode string = opcode;
      return SkipVersionString(opcode, &string) && ReadString(string, item);
    }
    case Opcode::kByte: {
      uint8_t octet = 0;
      item->kind = Item::Kind::kInteger;
      if (!TakeOctet("an integer", &octet)) return false;
      item->integer = int64_t{octet} - 128;
      return true;
    }
    case Opcode::kNetworkInteger: {
      uint32_t number = 0;
      item->kind = Item::Kind::kInteger;
      if (!TakeBigEndian("an integer", &number)) return false;
      item->integer = static_cast<int32_t>(number);
      return true;
    }
    case Opcode::kNativeInteger:
    case Opcode::kNativeDouble: {
      if (network_) {
        return Refused(
            "a number in native order stands in an image in network order");
      }
      absl::string_view octets;
      if (!Take(8, "a number", &octets)) return false;
      const uint64_t bits = LoadLittleEndian64(octets.data());
      item->kind = opcode == Opcode::kNativeInteger ? Item::Kind::kInteger
                                                    : Item::Kind::kDouble;
      item->integer = static_cast<int64_t>(bits);
      std::memcpy(&item->real, &bits, 8);
      return true;
    }
    default:
      return ReadConstant(opcode, item);
  }
}

bool StorableReader::ReadConstant(Opcode opcode, Item* item) {
  switch (opcode) {
    case Opcode::kUndef:
      return true;
    case Opcode::kUndefConstant:
    case Opcode::kUndefElement:
      item->constant = true;
      return true;
    case Opcode::kTrueConstant:
    case Opcode::kTrue:
    case Opcode::kFalseConstant:
    case Opcode::kFalse:
      item->constant = true;
      item->kind = Item::Kind::kBoolean;
      item->integer =
          opcode == Opcode::kTrueConstant || opcode == Opcode::kTrue;
      return true;
    default:
      return RefusedOpcode(opcode);
  }
}

bool StorableReader::ReadString(Opcode opcode, Item* item) {
  const bool text = opcode == Opcode::kText || opcode == Opcode::kLongText;
  item->kind = text ? Item::Kind::kText : Item::Kind::kOctets;
  uint32_t size = 0;
  if (opcode == Opcode::kOctets || opcode == Opcode::kText) {
    uint8_t octet = 0;
    if (!TakeOctet("the length of a string", &octet)) return false;
    size = octet;
  } else if (!TakeNumber("the length of a string", &size)) {
    return false;
  }
  const size_t begin = next_;
  if (!Take(size, "a string", &item->string)) return false;
  if (!text || IsUtf8(item->string)) return true;
  return Fail(absl::StatusCode::kDataLoss, begin + Utf8Prefix(item->string),
              "text that is not UTF-8");
}

// How the string was written in the source is of no use without Perl; the
// string itself is a string like all others.
bool StorableReader::SkipVersionString(Opcode opcode, Opcode* string) {
  uint8_t octet = 0;
  uint32_t size = 0;
  if (opcode == Opcode::kVersionString) {
    if (!TakeOctet("the length of a version string", &octet)) return false;
    size = octet;
  } else if (!TakeNumber("the length of a version string", &size)) {
    return false;
  }
  absl::string_view source;
  if (!Take(size, "a version string", &source)) return false;
  at_ = next_;
  if (!TakeOctet("the string of a version string", &octet)) return false;
  *string = static_cast<Opcode>(octet);
  if (*string == Opcode::kOctets || *string == Opcode::kLongOctets ||
      *string == Opcode::kText || *string == Opcode::kLongText) {
    return true;
  }
  return Malformed(
      absl::StrCat("a version string has no string but opcode ", Hex(octet)));
}

bool StorableReader::ReadReference(Item* item) {
  const uint32_t number = next_number_++;
  uint32_t seen = 0;
  Opcode opcode = Opcode::kUndef;
  if (left() > 0) opcode = static_cast<Opcode>(image_[next_]);
  switch (opcode) {
    case Opcode::kArray:
    case Opcode::kHash:
    case Opcode::kFlagHash:
      ++next_;
      containers_.push_back(next_number_);
      return ReadContainer(opcode, item);
    case Opcode::kSeen:
      if (left() < 5) break;
      seen = LoadBigEndian32(image_.data() + next_ + 1);
      if (!IsContainer(seen)) break;
      // A second reference to a list or map, which is what there is of these.
      next_ += 5;
      if (IsOpen(seen)) {
        return Malformed(absl::StrCat("a cycle: object ", seen,
                                      " is referred to in itself"));
      }
      references_again_.emplace_back(number, seen);
      item->kind = Item::Kind::kSeen;
      item->number = seen;
      return true;
    default:
      break;
  }
  return OpenLevel(Item::Kind::kReference, number, 1, false, item);
}

bool StorableReader::ReadContainer(Opcode opcode, Item* item) {
  const uint32_t number = next_number_++;
  uint8_t flags = 0;
  if (opcode == Opcode::kFlagHash) {
    if (!TakeOctet("the flags of a hash", &flags)) return false;
    if ((flags & kRestrictedHash) != 0) return Refused("a restricted hash");
    if (flags != 0) {
      return Malformed(absl::StrCat("a hash with the flags ", Hex(flags)));
    }
  }
  uint32_t count = 0;
  if (!TakeNumber("a count", &count)) return false;
  return OpenLevel(
      opcode == Opcode::kArray ? Item::Kind::kList : Item::Kind::kMap, number,
      count, opcode == Opcode::kFlagHash, item);
}

bool StorableReader::OpenLevel(Item::Kind kind, uint32_t number, uint32_t count,
                               bool flags, Item* item) {
  const bool map = kind == Item::Kind::kMap;
  const uint64_t least =
      map ? (flags ? kLeastPairWithFlags : kLeastPair) : uint64_t{1};
  const uint64_t unclaimed = owed_ < left() ? left() - owed_ : 0;
  if (count * least > unclaimed) {
    return Malformed(absl::StrCat("a count of ", count, ", which takes ",
                                  count * least, " octets or more, where ",
                                  unclaimed, " are left for it"));
  }
  if (open_.size() >= limits_.max_depth) {
    return Fail(absl::StatusCode::kResourceExhausted, at_,
                absl::StrCat("more lists, maps and references in one another "
                             "than the limit of ",
                             limits_.max_depth));
  }
  if (!Count(map ? uint64_t{count} * 2 : count)) return false;
  owed_ += count * least;
  Place place = Place::kElement;
  if (map) place = Place::kValue;
  if (kind == Item::Kind::kReference) place = Place::kReferent;
  open_.push_back({number, count, place, flags, false});
  item->kind = kind;
  item->number = number;
  return true;
}

bool StorableReader::CloseLevel(Item* item) {
  item->kind = Item::Kind::kEnd;
  item->number = open_.back().number;
  open_.pop_back();
  return true;
}

bool StorableReader::ReadSeen(Item* item) {
  uint32_t number = 0;
  if (!TakeBigEndian("the number of an object", &number)) return false;
  if (number >= next_number_) {
    return Malformed(absl::StrCat("object ", number, " is referred to where ",
                                  next_number_, " came before"));
  }
  const uint32_t seen = Meant(number);
  if (IsOpen(seen)) {
    return Malformed(
        absl::StrCat("a cycle: object ", number, " is referred to in itself"));
  }
  if (IsContainer(number)) {
    return Malformed(absl::StrCat("array or hash ", number,
                                  " is an element without a reference"));
  }
  item->kind = Item::Kind::kSeen;
  item->number = seen;
  return true;
}

bool StorableReader::ReadKey(Open* map, Item* item) {
  map->key_next = false;
  owed_ -= (map->flags ? kLeastPairWithFlags : kLeastPair) - 1;
  at_ = next_;
  uint8_t flags = 0;
  if (map->flags && !TakeOctet("the flags of a key", &flags)) return false;
  uint32_t size = 0;
  if (!TakeNumber("the length of a key", &size)) return false;
  const size_t begin = next_;
  if (!Take(size, "a key", &item->string)) return false;
  switch (flags) {
    case 0:
      item->kind = Item::Kind::kOctetsKey;
      return true;
    case kLatin1TextKey:
      item->kind = Item::Kind::kLatin1Key;
      return true;
    case kUtf8Key:
      item->kind = Item::Kind::kTextKey;
      if (IsUtf8(item->string)) return true;
      return Fail(absl::StatusCode::kDataLoss, begin + Utf8Prefix(item->string),
                  "a key that is not UTF-8");
    default:
      return Malformed(absl::StrCat("a key with the flags ", Hex(flags)));
  }
}

bool StorableReader::Count(uint64_t values) {
  values_ += values;
  if (values_ <= limits_.max_values) return true;
  return Fail(
      absl::StatusCode::kResourceExhausted, at_,
      absl::StrCat("more values than the limit of ", limits_.max_values));
}

bool StorableReader::Take(size_t size, absl::string_view what,
                          absl::string_view* taken) {
  if (size > left()) {
    return Fail(absl::StatusCode::kDataLoss, next_,
                absl::StrCat("the image ends inside ", what, " of ", size,
                             " octets, of which there are ", left()));
  }
  *taken = image_.substr(next_, size);
  next_ += size;
  return true;
}

bool StorableReader::TakeOctet(absl::string_view what, uint8_t* octet) {
  absl::string_view taken;
  if (!Take(1, what, &taken)) return false;
  *octet = static_cast<uint8_t>(taken[0]);
  return true;
}

// Lengths and counts, which the image's order holds for.
bool StorableReader::TakeNumber(absl::string_view what, uint32_t* number) {
  absl::string_view taken;
  if (!Take(4, what, &taken)) return false;
  *number = network_ ? LoadBigEndian32(taken.data())
                     : LoadLittleEndian32(taken.data());
  return true;
}

// What is in network order in every image.
bool StorableReader::TakeBigEndian(absl::string_view what, uint32_t* number) {
  absl::string_view taken;
  if (!Take(4, what, &taken)) return false;
  *number = LoadBigEndian32(taken.data());
  return true;
}

uint32_t StorableReader::Meant(uint32_t number) const {
  // The first reference to a list is number n, and the list itself n + 1.
  if (IsContainer(number + 1)) return number + 1;
  const auto again = std::lower_bound(
      references_again_.begin(), references_again_.end(), number,
      [](const auto& reference, uint32_t n) { return reference.first < n; });
  const bool found = again != references_again_.end() && again->first == number;
  return found ? again->second : number;
}

bool StorableReader::IsContainer(uint32_t number) const {
  return std::binary_search(containers_.begin(), containers_.end(), number);
}

bool StorableReader::IsOpen(uint32_t number) const {
  const auto at = std::lower_bound(
      open_.begin(), open_.end(), number,
      [](const Open& open, uint32_t n) { return open.number < n; });
  return at != open_.end() && at->number == number;
}

bool StorableReader::Fail(absl::StatusCode code, size_t at,
                          absl::string_view what) {
  status_ = absl::Status(code, absl::StrCat(format_, ": ", what, ", at octet ",
                                            at, " of ", image_.size()));
  return false;
}

bool StorableReader::RefusedOpcode(Opcode opcode) {
  const absl::string_view name = RefusedName(opcode);
  const std::string hex = Hex(static_cast<uint8_t>(opcode));
  if (name.empty()) {
    return Malformed(absl::StrCat("opcode ", hex, " is not known"));
  }
  return Refused(absl::StrCat(name, " (opcode ", hex, ")", ClassName(opcode),
                              " is not taken"));
}

// The class of an object behind its opcode: " of class \"Name\"", or nothing
// where no name stands.
std::string StorableReader::ClassName(Opcode opcode) const {
  absl::string_view rest = image_.substr(next_);
  if (opcode == Opcode::kOverload && !rest.empty() &&
      rest[0] == static_cast<char>(Opcode::kBless)) {
    rest.remove_prefix(1);
  } else if (opcode != Opcode::kBless) {
    return "";
  }
  // A length beyond 127 takes four octets more; no class of that length is
  // worth naming.
  if (rest.empty()) return "";
  const auto size = static_cast<uint8_t>(rest[0]);
  if (size >= 0x80 || size >= rest.size()) return "";
  const absl::string_view name = rest.substr(1, size);
  return absl::StrCat(" of class \"",
                      absl::CHexEscape(name.substr(0, kMaxShownName)), "\"",
                      size > kMaxShownName ? " and so on" : "");
}

}  // namespace storable_internal
}  // namespace forkrpc
