// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/base/message_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "conformance/runner/base/legible.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/stubs/common.h"
#include "google/protobuf/text_format.h"

namespace forkrpc::conformance {
namespace {

// Keeps the parser's first complaint.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
#if GOOGLE_PROTOBUF_VERSION < 4022000
  void AddError(int line, int column, const std::string& message) override {
    Keep(line, column, message);
  }
#else
  void RecordError(int line, int column, absl::string_view message) override {
    Keep(line, column, message);
  }
#endif
  const std::string& text() const { return text_; }

 private:
  void Keep(int line, int column, absl::string_view message) {
    if (text_.empty()) {
      text_ = absl::StrCat("line ", line + 1, ", column ", column + 1, ": ",
                           message);
    }
  }

  std::string text_;
};

}  // namespace

absl::Status ReadMessageText(const std::string& text,
                             google::protobuf::Message* message) {
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (parser.ParseFromString(text, message)) return absl::OkStatus();
  // A complaint may quote the text, which may hold any octets.
  return absl::InvalidArgumentError(LegibleLine(error.text()));
}

}  // namespace forkrpc::conformance
