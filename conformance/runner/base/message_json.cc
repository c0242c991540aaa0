// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/base/message_json.h"

#include <memory>
#include <vector>

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

}  // namespace

absl::StatusOr<std::string> MessageJson(
    const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  const std::unique_ptr<google::protobuf::Message> legible(message.New());
  legible->CopyFrom(message);
  MakeLegible(legible.get());
  std::string json;
  const auto status =
      google::protobuf::util::MessageToJsonString(*legible, &json, options);
  if (!status.ok()) return absl::InternalError(status.message().ToString());
  return json;
}

}  // namespace forkrpc::conformance
