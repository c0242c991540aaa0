#!/bin/sh
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# A program links only the serialisers it names: looks for protobuf, libcbor,
# nlohmann-json and string-pack among all that a target depends on.
#
# usage: optional_deps_test.sh RAW STRING_PACK PROTOBUF CBOR JSON VALUE STORABLE

set -u

failed=0

# must_have FILE PATTERN, must_lack FILE PATTERN
must_have() {
  if ! grep -q -- "$2" "$1"; then
    echo "FAIL: $1 does not name $2: this test would see nothing" >&2
    failed=1
  fi
}
must_lack() {
  if grep -- "$2" "$1" >&2; then
    echo "FAIL: $1 names $2, see above" >&2
    failed=1
  fi
}

must_have "$1" '^//cc/forkrpc/serialiser:raw$'
must_have "$2" '^//cc/forkrpc/serialiser:string_pack$'
must_have "$3" '^@com_google_protobuf//'

must_have "$4" '^@libcbor//'
must_have "$5" '^@nlohmann_json//'
must_have "$6" '^//cc/forkrpc/serialiser:value$'
must_have "$7" '^//cc/forkrpc/serialiser:storable$'

must_lack "$1" 'protobuf'
must_lack "$1" '^//proto'
must_lack "$1" 'string_pack'
must_lack "$2" 'protobuf'
must_lack "$2" '^//proto'
must_lack "$3" 'string_pack'
for others in "$1" "$2" "$3" "$5" "$6" "$7"; do
  must_lack "$others" '^@libcbor//'
done
for others in "$1" "$2" "$3" "$4" "$6" "$7"; do
  must_lack "$others" '^@nlohmann_json//'
done
for simple in "$1" "$2" "$3"; do
  must_lack "$simple" '^//cc/forkrpc/serialiser:value'
done
for values in "$4" "$5" "$6" "$7"; do
  must_lack "$values" 'protobuf'
  must_lack "$values" 'string_pack'
done

exit "$failed"
