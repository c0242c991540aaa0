// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/perl_vectors.h"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace forkrpc {
namespace {

[[noreturn]] void Fail(absl::string_view what, absl::string_view why) {
  std::fprintf(stderr, "%s\n", absl::StrCat(what, ": ", why).c_str());
  std::exit(1);
}

void AppendUtf8(uint32_t character, std::string* out) {
  const auto put = [out](uint32_t octet) {
    out->push_back(static_cast<char>(octet));
  };
  if (character < 0x80) return put(character);
  if (character < 0x800) {
    put(0xC0 | character >> 6);
  } else if (character < 0x10000) {
    put(0xE0 | character >> 12);
    put(0x80 | (character >> 6 & 0x3F));
  } else {
    put(0xF0 | character >> 18);
    put(0x80 | (character >> 12 & 0x3F));
    put(0x80 | (character >> 6 & 0x3F));
  }
  put(0x80 | (character & 0x3F));
}

class NotationReader {
 public:
  explicit NotationReader(absl::string_view notation)
      : notation_(notation), left_(notation) {}

  Value ReadAll() {
    Value value = Read();
    if (!left_.empty()) Fail(notation_, "more than one value");
    return value;
  }

 private:
  bool Took(absl::string_view word) {
    if (left_.substr(0, word.size()) != word) return false;
    left_.remove_prefix(word.size());
    return true;
  }
  void Need(absl::string_view word) {
    if (!Took(word)) Fail(left_, absl::StrCat("no ", word));
  }

  Value Read() {
    if (Took("null")) return Value::Null();
    if (Took("undefined")) return Value::Undefined();
    if (Took("true")) return Value::Boolean(true);
    if (Took("false")) return Value::Boolean(false);
    if (Took("h'")) return ReadOctets();
    if (Took("\"")) return Value::Text(ReadText());
    if (Took("[")) return ReadList();
    if (Took("{")) return ReadMap();
    return ReadNumber();
  }

  Value ReadOctets() {
    const size_t end = left_.find('\'');
    if (end == absl::string_view::npos) Fail(notation_, "octets without end");
    const std::string octets = absl::HexStringToBytes(left_.substr(0, end));
    left_.remove_prefix(end + 1);
    return Value::Octets(octets);
  }

  uint32_t ReadHex() {
    const std::string two = absl::HexStringToBytes(left_.substr(0, 4));
    left_.remove_prefix(4);
    return static_cast<uint32_t>(static_cast<uint8_t>(two[0])) << 8 |
           static_cast<uint8_t>(two[1]);
  }

  std::string ReadText() {
    std::string text;
    while (!Took("\"")) {
      if (left_.empty()) Fail(notation_, "text without end");
      if (Took("\\u")) {
        uint32_t character = ReadHex();
        if (character >> 10 == 0xD800 >> 10) {
          Need("\\u");
          character =
              0x10000 + ((character & 0x3FF) << 10 | (ReadHex() & 0x3FF));
        }
        AppendUtf8(character, &text);
        continue;
      }
      if (Took("\\n")) {
        text += '\n';
        continue;
      }
      if (!Took("\\") && left_.empty()) Fail(notation_, "text without end");
      text += left_[0];
      left_.remove_prefix(1);
    }
    return text;
  }

  Value ReadList() {
    std::vector<Value> items;
    while (!Took("]")) {
      if (!items.empty()) Need(", ");
      items.push_back(Read());
    }
    return Value::List(std::move(items));
  }

  Value ReadMap() {
    std::vector<Value::Entry> entries;
    while (!Took("}")) {
      if (!entries.empty()) Need(", ");
      Value key = Read();
      Need(": ");
      entries.push_back({std::move(key), Read()});
    }
    return Value::Map(std::move(entries));
  }

  Value ReadNumber() {
    if (Took("NaN")) {
      return Value::Double(std::numeric_limits<double>::quiet_NaN());
    }
    const double infinity = std::numeric_limits<double>::infinity();
    if (Took("Infinity")) return Value::Double(infinity);
    if (Took("-Infinity")) return Value::Double(-infinity);
    size_t size = left_.find_first_not_of("0123456789-+.e");
    if (size == absl::string_view::npos) size = left_.size();
    const absl::string_view word = left_.substr(0, size);
    left_.remove_prefix(size);
    uint64_t whole = 0;
    if (absl::SimpleAtoi(word, &whole)) {
      return Took("(") ? ReadTagged(whole) : Value::Unsigned(whole);
    }
    int64_t negative = 0;
    if (absl::SimpleAtoi(word, &negative)) return Value::Integer(negative);
    double number = 0;
    if (!absl::SimpleAtod(word, &number)) Fail(notation_, "no value");
    return Value::Double(number);
  }

  Value ReadTagged(uint64_t tag) {
    if (tag == 29) {
      const Value number = Read();
      Need(")");
      const auto index = static_cast<size_t>(number.unsigned_integer());
      if (index >= shared_.size()) Fail(notation_, "nothing shared");
      return shared_[index];
    }
    const size_t index = shared_.size();
    if (tag == 28) shared_.emplace_back();
    Value content = Read();
    Need(")");
    if (tag != 28) return Value::Tagged(tag, std::move(content));
    shared_[index] = Value::Shared(std::move(content));
    return shared_[index];
  }

  const absl::string_view notation_;
  absl::string_view left_;
  std::vector<Value> shared_;
};

}  // namespace

Value ReadNotation(absl::string_view notation) {
  return NotationReader(notation).ReadAll();
}

std::vector<PerlVector> ReadPerlVectors(absl::string_view serialiser) {
  const char* const runfiles = std::getenv("TEST_SRCDIR");
  const char* const workspace = std::getenv("TEST_WORKSPACE");
  const std::string path = absl::StrCat(
      runfiles == nullptr ? "." : runfiles, "/",
      workspace == nullptr ? "." : workspace, "/spec/vectors/perl/values.tsv");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) Fail(path, "cannot be read");
  std::vector<PerlVector> vectors;
  std::string line;
  while (std::getline(stream, line)) {
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> columns = absl::StrSplit(line, '\t');
    if (columns.size() != 7) Fail(line, "not seven columns");
    if (columns[3] != serialiser || columns[4] == "-") continue;
    PerlVector vector;
    vector.name = absl::StrCat(columns[0], ", ", columns[1]);
    vector.payload = absl::HexStringToBytes(columns[4]);
    vector.back = columns[6];
    if (columns[5][0] == '!') {
      vector.refused = columns[5].substr(1);
    } else {
      vector.value = ReadNotation(columns[5]);
    }
    vectors.push_back(std::move(vector));
  }
  if (vectors.empty()) Fail(path, "no vector of this serialiser");
  return vectors;
}

}  // namespace forkrpc
