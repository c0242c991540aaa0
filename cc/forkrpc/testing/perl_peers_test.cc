// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Our parents and workers against Perl's, with each serialiser: the values of
// spec/vectors/perl go there and back. How many come back as others is printed,
// and what is not the same has to be in a table here. What Perl's modules are
// missing for is skipped, and says so.

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "forkrpc/client/blocking_client.h"
#include "forkrpc/rpc.pb.h"
#include "forkrpc/serialiser/cbor.h"
#include "forkrpc/serialiser/diagnostic_notation.h"
#include "forkrpc/serialiser/json.h"
#include "forkrpc/serialiser/protobuf.h"
#include "forkrpc/serialiser/storable.h"
#include "forkrpc/serialiser/string_pack.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr char kValues[] = "conformance/testees/perl_core/values/";
constexpr char kOriginal[] = "conformance/testees/perl/";

using Names = std::set<std::string>;

std::string File(const std::string& path) {
  return absl::StrCat(std::getenv("TEST_SRCDIR"), "/",
                      std::getenv("TEST_WORKSPACE"), "/", path);
}

// What a command writes to standard output.
std::string Output(const std::string& command) {
  std::string output;
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return output;
  char buffer[4096];
  while (const size_t got = fread(buffer, 1, sizeof buffer, pipe)) {
    output.append(buffer, got);
  }
  pclose(pipe);
  return output;
}

bool PerlHas(const std::string& program) {
  return Output(absl::StrCat("perl -I", File(kValues), "../lib ", program,
                             " 2>&1 && echo yes")) == "yes\n";
}

bool HasModuleOf(const std::string& serialiser) {
  return PerlHas(
      absl::StrCat("-MForkrpc::Serialiser -e 'Forkrpc::Serialiser::of(shift)' ",
                   serialiser));
}

// Whether the original is there with all that it needs beside its own files,
// and has this serialiser in its version. A worker whose parent is gone at once
// ends well then.
bool OriginalHas(const std::string& serialiser) {
  return PerlHas("-MEV -MAnyEvent::Fork::RPC -e 1") &&
         PerlHas(absl::StrCat(File(kOriginal), "values_child.pl sync ",
                              serialiser, " </dev/null"));
}

// What Perl holds a list to be: an order of a map's keys is none, a whole
// number has one kind, and what stands once is not shared.
class Meaning {
 public:
  explicit Meaning(const Value& value) {
    CountIn(value);
    Append(value);
  }
  const std::string& text() const { return text_; }

 private:
  void CountIn(const Value& value) {
    if (value.identity() != nullptr && times_[value.identity()]++ > 0) return;
    if (value.kind() >= Value::Kind::kShared) CountIn(value.content());
    for (const Value& item : value.items()) CountIn(item);
    for (const Value::Entry& entry : value.entries()) CountIn(entry.value);
  }

  void Append(const Value& value) {
    switch (value.kind()) {
      case Value::Kind::kList:
        text_ += "[";
        for (const Value& item : value.items()) {
          Append(item);
          text_ += ", ";
        }
        text_ += "]";
        return;
      case Value::Kind::kMap:
        return AppendMap(value);
      case Value::Kind::kTagged:
        absl::StrAppend(&text_, value.tag(), "(");
        Append(value.content());
        text_ += ")";
        return;
      case Value::Kind::kShared:
        return AppendShared(value);
      case Value::Kind::kDouble:
        if (std::floor(value.number()) == value.number() &&
            std::fabs(value.number()) < 9007199254740992.0) {
          absl::StrAppend(&text_, static_cast<int64_t>(value.number()));
          return;
        }
        text_ += DiagnosticNotation(value);
        return;
      default:
        text_ += DiagnosticNotation(value);
    }
  }

  void AppendMap(const Value& map) {
    std::vector<std::pair<std::string, const Value*>> entries;
    for (const Value::Entry& entry : map.entries()) {
      entries.emplace_back(DiagnosticNotation(entry.key), &entry.value);
    }
    absl::c_sort(entries);
    text_ += "{";
    for (const auto& [key, value] : entries) {
      absl::StrAppend(&text_, key, ": ");
      Append(*value);
      text_ += ", ";
    }
    text_ += "}";
  }

  void AppendShared(const Value& shared) {
    if (times_[shared.identity()] == 1) return Append(shared.content());
    const auto [number, first] =
        numbers_.emplace(shared.identity(), numbers_.size());
    absl::StrAppend(&text_, first ? 28 : 29, "(");
    first ? Append(shared.content()) : absl::StrAppend(&text_, number->second);
    text_ += ")";
  }

  std::map<const void*, int> times_;
  std::map<const void*, size_t> numbers_;
  std::string text_;
};

// What to send for a vector's payload, and what a payload means.
struct Codec {
  absl::StatusOr<std::string> (*recode)(absl::string_view payload);
  std::string (*meaning)(absl::string_view payload);
};

template <typename Serialiser>
Codec ValuesCodec() {
  return {[](absl::string_view payload) -> absl::StatusOr<std::string> {
            std::vector<Value> values;
            absl::Status status = Serialiser().Decode(payload, &values);
            std::string encoded;
            if (status.ok()) status = Serialiser().Encode(values, &encoded);
            if (!status.ok()) return status;
            return encoded;
          },
          [](absl::string_view payload) {
            std::vector<Value> values;
            const absl::Status status = Serialiser().Decode(payload, &values);
            if (!status.ok()) return status.ToString();
            return Meaning(Value::List(std::move(values))).text();
          }};
}

std::string Octets(absl::string_view payload) { return std::string(payload); }

absl::StatusOr<std::string> AsIs(absl::string_view payload) {
  return std::string(payload);
}

// The strings of a string-pack list as protobuf's.
absl::StatusOr<std::string> AsMessage(absl::string_view payload) {
  std::vector<absl::string_view> strings;
  absl::Status status = DecodeStringPack(payload, &strings);
  v1::StringList list;
  for (const absl::string_view string : strings) {
    list.add_item(string.data(), string.size());
  }
  std::string encoded;
  if (status.ok()) status = ProtobufSerialiser().Encode(list, &encoded);
  if (!status.ok()) return status;
  return encoded;
}

struct Case {
  std::string serialiser;
  std::string vectors;  // whose payloads are sent
  Codec codec;
  size_t least;             // values that are sent, each way
  Names others_at_perl;     // C++ to Perl and back
  Names refused_at_worker;  // Perl to C++: ours ends instead of answering

  friend std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.serialiser;
  }
};

// Why what is not the same is not:
//  * JSON has no infinities and no NaN: what JSON::XS writes for them is no
//    JSON, and its own decoder refuses it too.
//  * A surrogate and what is beyond Unicode are no UTF-8.
//  * A list in itself is refused by name: a value has no cycles.
//  * Objects, weak references, ties and regular expressions in a Storable image
//    are refused by name: nothing is made of a class's name.
//  * A negative bignum is written and read wrong by CBOR::XS 1.86 itself.
//  * JSON::XS reads -2^63 as a string and the smallest double as 0.
//  * A Perl worker makes an object again of a tag 26 whose class it knows,
//  which
//    is then frozen anew; without the class it ends.
//  * The booleans of a Storable image are "1" and "" of a copy before Perl
//    5.38, a function's results are copies, which also ends the sharing of a
//    scalar, and Storable reads empty text without its flag.
std::vector<Case> Cases() {
  const Names objects = {"json-true",
                         "json-false",
                         "types-serialiser-true",
                         "types-serialiser-error",
                         "surrogate",
                         "beyond-unicode",
                         "tied-scalar",
                         "array-weak",
                         "array-in-itself",
                         "regexp",
                         "big-integer",
                         "big-integer-negative",
                         "big-integer-small",
                         "big-float",
                         "object",
                         "object-to-json",
                         "object-to-cbor",
                         "object-freeze",
                         "object-freeze-twice"};
  const Names copies = {"true",        "false",      "not-not-zero",
                        "not-not-one", "text-empty", "variable-twice"};
  return {
      {"raw", "string-pack", {&AsIs, &Octets}, 85, {}, {}},
      {"string-pack", "string-pack", {&AsIs, &Octets}, 85, {}, {}},
      {"protobuf", "string-pack", {&AsMessage, &Octets}, 85, {}, {}},
      {"json",
       "json",
       ValuesCodec<JsonSerialiser>(),
       100,
       {"-2^63", "smallest-double"},
       {"infinity", "minus-infinity", "nan", "surrogate"}},
      {"cbor",
       "cbor",
       ValuesCodec<CborSerialiser>(),
       110,
       {"big-integer-negative", "object-freeze", "object-freeze-twice"},
       {"surrogate", "beyond-unicode", "array-in-itself"}},
      {"storable", "storable", ValuesCodec<StorableSerialiser>(), 100, copies,
       objects},
      {"nstorable", "nstorable", ValuesCodec<NetworkStorableSerialiser>(), 100,
       copies, objects},
  };
}

class PerlPeersTest : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (HasModuleOf(GetParam().serialiser)) return;
    std::cout << "NOT RUN: " << GetParam().serialiser
              << ": its module is not installed\n";
    GTEST_SKIP();
  }

  // Sends each vector of ours to a Perl worker that returns its arguments.
  void SendAll(Form form, const std::vector<std::string>& worker,
               const Names& known);
  // Has a Perl parent send each of its values to our worker.
  void HaveAllSent(const std::string& form, const std::string& parent,
                   Names known);
};

void PerlPeersTest::SendAll(Form form, const std::vector<std::string>& worker,
                            const Names& known) {
  SpawnOptions spawn;
  spawn.argv = worker;
  BlockingClientOptions options;
  options.connection.form = form;
  std::unique_ptr<BlockingClient> client;
  std::ifstream file(File("spec/vectors/perl/values.tsv"));
  std::string line;
  size_t sent = 0;
  Names others;
  while (std::getline(file, line)) {
    const std::vector<std::string> columns = absl::StrSplit(line, '\t');
    if (columns.size() != 7 || columns[1] != "args" || columns[4] == "-" ||
        columns[3] != GetParam().vectors || absl::StartsWith(columns[5], "!")) {
      continue;
    }
    const absl::StatusOr<std::string> request =
        GetParam().codec.recode(absl::HexStringToBytes(columns[4]));
    if (!request.ok()) continue;  // the vectors' own tests say which
    if (client == nullptr) {
      auto started = BlockingClient::Spawn(spawn, options);
      ASSERT_TRUE(started.ok()) << started.status();
      client = *std::move(started);
    }
    ++sent;
    const absl::StatusOr<std::string> response =
        client->Call(*request, absl::Seconds(20));
    const std::string there = GetParam().codec.meaning(*request);
    const std::string back = response.ok() ? GetParam().codec.meaning(*response)
                                           : response.status().ToString();
    if (!response.ok()) client = nullptr;
    if (there == back) continue;
    others.insert(columns[0]);
    std::cout << columns[0] << "\t" << there << "\t" << back << "\n";
  }
  if (client != nullptr) {
    EXPECT_TRUE(client->Close().ok());
  }
  std::cout << "C++ to Perl, " << GetParam().serialiser << ": " << sent
            << " values sent, " << others.size() << " came back as others\n";
  EXPECT_GE(sent, GetParam().least);
  for (const std::string& name : others) {
    EXPECT_EQ(known.count(name), 1u) << name;
  }
}

void PerlPeersTest::HaveAllSent(const std::string& form,
                                const std::string& parent, Names known) {
  const std::string& serialiser = GetParam().serialiser;
  const std::string output = Output(absl::StrCat(
      "perl ", File(parent), " ", form, " ", serialiser, " ",
      File("cc/forkrpc/testing/value_worker"), " ", serialiser, " ", form));
  std::cout << "Perl to C++: " << output;
  int sent = 0;
  for (const absl::string_view line : absl::StrSplit(output, '\n')) {
    const std::vector<std::string> columns = absl::StrSplit(line, '\t');
    if (columns.size() >= 3) {
      EXPECT_EQ(known.erase(columns[0]), 1u) << line;
    }
    (void)sscanf(std::string(line).c_str(), "%*[^:]: %d values sent", &sent);
  }
  EXPECT_GE(static_cast<size_t>(sent), GetParam().least);
  EXPECT_TRUE(known.empty()) << "came back: " << absl::StrJoin(known, " ");
}

std::vector<std::string> CoreWorker(const std::string& form,
                                    const std::string& serialiser) {
  return {"perl", File(absl::StrCat(kValues, "child.pl")), form, serialiser,
          "echo"};
}

TEST_P(PerlPeersTest, FromOursToPerlInTheSyncForm) {
  SendAll(Form::kSync, CoreWorker("sync", GetParam().serialiser),
          GetParam().others_at_perl);
}

TEST_P(PerlPeersTest, FromOursToPerlInTheAsyncForm) {
  SendAll(Form::kAsync, CoreWorker("async", GetParam().serialiser),
          GetParam().others_at_perl);
}

TEST_P(PerlPeersTest, FromPerlToOurs) {
  for (const char* form : {"sync", "async"}) {
    HaveAllSent(form, absl::StrCat(kValues, "parent.pl"),
                GetParam().refused_at_worker);
  }
}

// The original itself, with its own serialisers.
TEST_P(PerlPeersTest, TheOriginal) {
  const std::string& serialiser = GetParam().serialiser;
  if (serialiser == "raw" || serialiser == "protobuf") return;  // not its own
  if (!OriginalHas(serialiser)) {
    std::cout << "NOT RUN: no AnyEvent::Fork::RPC with the serialiser "
              << serialiser << " is installed\n";
    GTEST_SKIP();
  }
  const std::string worker = File(absl::StrCat(kOriginal, "values_child.pl"));
  for (const Form form : {Form::kSync, Form::kAsync}) {
    SendAll(
        form,
        {"perl", worker, form == Form::kSync ? "sync" : "async", serialiser},
        GetParam().others_at_perl);
  }
  // $! is another value when it is frozen a second time.
  Names known = GetParam().refused_at_worker;
  if (absl::EndsWith(serialiser, "storable")) known.insert("errno");
  for (const char* form : {"sync", "async"}) {
    HaveAllSent(form, absl::StrCat(kOriginal, "values_parent.pl"), known);
  }
}

INSTANTIATE_TEST_SUITE_P(Each, PerlPeersTest, ::testing::ValuesIn(Cases()),
                         [](const auto& info) {
                           std::string name = info.param.serialiser;
                           name.erase(name.find('-') == std::string::npos
                                          ? name.size()
                                          : name.find('-'),
                                      1);
                           return name;
                         });

}  // namespace
}  // namespace forkrpc
