// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/base/message_json.h"

#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "conformance/runner/base/legible.h"
#include "google/protobuf/util/json_util.h"

namespace forkrpc::conformance {
namespace {

// Makes every text in the message legible; others JSON cannot hold.
void MakeLegible(google::protobuf::Message* message) {
  const google::protobuf::Reflection* const reflection =
      message->GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const google::protobuf::FieldDescriptor* const field : fields) {
    using Type = google::protobuf::FieldDescriptor::CppType;
    const Type type = field->cpp_type();
    const bool text = type == google::protobuf::FieldDescriptor::CPPTYPE_STRING;
    const bool part =
        type == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE;
    if (!field->is_repeated()) {
      if (text) {
        reflection->SetString(message, field,
                              Legible(reflection->GetString(*message, field)));
      } else if (part) {
        MakeLegible(reflection->MutableMessage(message, field));
      }
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
      if (text) {
        reflection->SetRepeatedString(
            message, field, i,
            Legible(reflection->GetRepeatedString(*message, field, i)));
      } else if (part) {
        MakeLegible(reflection->MutableRepeatedMessage(message, field, i));
      }
    }
  }
}

// What says that a field is written though it holds nothing: called otherwise
// from protobuf 26 on.
template <typename Options>
auto WriteEmptyFields(Options* options, int)
    -> decltype(options->always_print_primitive_fields = true, void()) {
  options->always_print_primitive_fields = true;
}

template <typename Options>
void WriteEmptyFields(Options* options, ...) {
  options->always_print_fields_with_no_presence = true;
}

}  // namespace

absl::StatusOr<std::string> MessageJson(
    const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  WriteEmptyFields(&options, 0);
  options.preserve_proto_field_names = true;
  const std::unique_ptr<google::protobuf::Message> legible(message.New());
  legible->CopyFrom(message);
  MakeLegible(legible.get());
  std::string json;
  const auto status =
      google::protobuf::util::MessageToJsonString(*legible, &json, options);
  if (!status.ok()) {
    return absl::InternalError(
        absl::string_view(status.message().data(), status.message().size()));
  }
  return json;
}

}  // namespace forkrpc::conformance
