#!/bin/sh
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# A program links only the serialisers it names: looks for protobuf and
# string-pack (and, of storable, the rest) among all that a target depends on.
#
# usage: optional_deps_test.sh RAW_DEPS STRING_PACK_DEPS PROTOBUF_DEPS STORABLE_DEPS

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
must_have "$4" '^//cc/forkrpc/serialiser:storable$'

must_lack "$1" 'protobuf'
must_lack "$1" '^//proto'
must_lack "$1" 'string_pack'
must_lack "$2" 'protobuf'
must_lack "$2" '^//proto'
must_lack "$3" 'string_pack'
must_lack "$4" 'protobuf'
must_lack "$4" '^//proto'
must_lack "$4" 'string_pack'
must_lack "$4" 'cbor'
must_lack "$4" 'json'

exit "$failed"
