#!/bin/sh
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# The child adapter: child.sh sync|async, with the contract's opcodes.
. ./forkrpc.sh

form=$1
held=0

# $1 octets, octet i being i mod 251.
pattern() {
  awk -v n="$1" 'BEGIN {
    for (i = 0; i < 251; ++i) text = text sprintf("\\%03o", i)
    while (length(text) < 4 * n) text = text text
    printf "%s", substr(text, 1, 4 * n)
  }'
}

# Answers the held requests whose indices are the octets $1.
release() {
  while [ -n "$1" ]; do
    forkrpc_to_number "\\0\\0\\0$1"
    eval "forkrpc_respond \"\$id_$forkrpc_number\" \"\$rest_$forkrpc_number\""
    set -- "${1#????}"
  done
}

call() {
  rest=${2#????}
  case $2 in
    '') forkrpc_respond "$1" '' ;;
    '\105'*) forkrpc_respond "$1" "$rest" ;;                        # E
    '\126'*) forkrpc_event "$rest" && forkrpc_respond "$1" '' ;;      # V
    '\102'*) forkrpc_event "$rest" && forkrpc_respond "$1" "$rest" ;; # B
    '\114'*) forkrpc_to_octets $((${#rest} / 4)) && forkrpc_respond "$1" "$forkrpc_number" ;; # L
    '\132'*) forkrpc_to_number "$rest" && forkrpc_respond "$1" "$(pattern "$forkrpc_number")" ;; # Z
    *) [ "$form" = async ] && async_call "$@" ;;
  esac
}

async_call() {
  case $2 in
    '\101'*) forkrpc_respond "$1" "$rest" && forkrpc_event "$rest" ;; # A
    '\110'*) eval "id_$held=\$1 rest_$held=\$rest" && held=$((held + 1)) ;; # H
    '\122'*) release "$rest" && forkrpc_respond "$1" '' ;;              # R
    *) return 1 ;;
  esac
}

forkrpc_serve "$form" call
