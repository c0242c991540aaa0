# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# The child's side of the forkrpc wire for any POSIX shell with od and tr.
#
# A shell variable cannot hold octet 0, so here octets are text: each is a backslash
# and three octal digits, as od writes and printf reads them ("hi" is \150\151).
# Memory follows the octets that have arrived. Names that begin with forkrpc_ are
# this file's.
#
#   . ./forkrpc.sh
#   hello() {                        # gets the call's id and the request
#     forkrpc_event "$(printf 'working' | forkrpc_octets)"
#     forkrpc_respond "$1" "$(printf 'hello ' | forkrpc_octets)$2"
#   }
#   forkrpc_serve sync hello

forkrpc_max_frame=2097152 # octets of a payload

# Standard input as octets.
forkrpc_octets() {
  # A backslash before each number; that of the last line end goes.
  forkrpc_text=$(od -An -v -to1 | tr -s ' \n' '\\\\')
  printf '%s' "${forkrpc_text%\\}"
}

# Serves descriptors 0 and 1 in form $1 with function $2, then ends the shell: status 0
# after the drain, 10 if the parent broke the wire, 1 if the function failed (its
# status is not 0) or the parent has gone. The function gets an id and the request. It
# calls forkrpc_respond once: in the sync form before it returns, in the async form
# at any time.
forkrpc_serve() {
  case $1 in
    sync | async) forkrpc_form=$1 ;;
    *) echo "forkrpc: form '$1' is neither sync nor async" >&2 && exit 2 ;;
  esac
  #= spec/wire.md#FR-ERR-011
  trap '' PIPE
  #= spec/wire.md#FR-PRC-001
  #= spec/wire.md#FR-PRC-004
  exec 3<&0 4>&1 0</dev/null 1>&2
  forkrpc_in_flight=' ' # ids, with a blank around each
  while forkrpc_next_request; do
    #= spec/wire.md#FR-ERR-008
    "$2" "$forkrpc_id" "$forkrpc_request" || forkrpc_end 1 'the function failed'
    #= spec/wire.md#FR-ORD-001
    case $forkrpc_form$forkrpc_in_flight in
      'sync '?*) forkrpc_end 1 'no response to a request of the sync form' ;;
    esac
  done
  # There is nothing left that could answer a call: it keeps the process.
  #= spec/wire.md#FR-CLS-003
  [ "$forkrpc_in_flight" = ' ' ] || exec sleep 2147483647
  #= spec/wire.md#FR-CLS-005
  exit 0
}

# Answers call $1 with the octets $2.
forkrpc_respond() {
  #= spec/wire.md#FR-ERR-018
  case $forkrpc_in_flight in
    *" $1 "*) ;;
    *) forkrpc_end 1 "second response to the call with id $1" ;;
  esac
  forkrpc_in_flight="${forkrpc_in_flight%%" $1 "*} ${forkrpc_in_flight#*" $1 "}"
  #= spec/wire.md#FR-SID-003
  forkrpc_send "$1" "$2"
}

# Sends an event with the octets $1.
forkrpc_event() {
  #= spec/wire.md#FR-EVT-001
  forkrpc_send 0 "$1"
}

# $1 in network byte order: octets in forkrpc_number.
forkrpc_to_octets() {
  forkrpc_number=
  for forkrpc_shift in 24 16 8 0; do
    forkrpc_octet=$(($1 >> forkrpc_shift & 255))
    forkrpc_number="$forkrpc_number\\$((forkrpc_octet >> 6))$((forkrpc_octet >> 3 & 7))$((forkrpc_octet & 7))"
  done
}

# Four octets in network byte order: an unsigned number in forkrpc_number.
forkrpc_to_number() {
  #= spec/wire.md#FR-FRM-010
  forkrpc_ifs=$IFS
  IFS=\\
  # shellcheck disable=SC2086 # to be split; the first word is empty
  set -- $1
  IFS=$forkrpc_ifs
  forkrpc_number=$((0$2 << 24 | 0$3 << 16 | 0$4 << 8 | 0$5))
}

forkrpc_send() {
  forkrpc_to_octets "$1"
  forkrpc_header=$forkrpc_number
  #= spec/wire.md#FR-FRM-005
  forkrpc_to_octets $((${#2} / 4))
  #= spec/wire.md#FR-LIM-003
  #= spec/wire.md#FR-CLS-008
  # shellcheck disable=SC2059 # octets are a format
  printf "$forkrpc_header$forkrpc_number$2" >&4 || forkrpc_end 1 'connection lost'
}

# Reads exactly $1 octets into forkrpc_text; false if the stream ends before the first.
forkrpc_exactly() {
  #= spec/wire.md#FR-FRM-007
  #= spec/wire.md#FR-LIM-001
  #= spec/wire.md#FR-LIM-005
  if [ "$1" -gt 4096 ]; then
    forkrpc_text=$(od -An -v -to1 -N "$1" <&3 | tr -s ' \n' '\\\\')
    forkrpc_text=${forkrpc_text%\\}
  else
    # The same without a second program.
    forkrpc_join "$(od -An -v -to1 -N "$1" <&3)"
  fi
  [ -n "$forkrpc_text" ] || return 1
  #= spec/wire.md#FR-ERR-004
  [ ${#forkrpc_text} -eq $(($1 * 4)) ] || forkrpc_end 10 FR-ERR-005 \
    "$((${#forkrpc_text} / 4)) octets, then the end, where $1 are due"
}

# Numbers as od writes them: octets in forkrpc_text.
forkrpc_join() {
  forkrpc_ifs=$IFS
  IFS=' 
'
  # shellcheck disable=SC2086 # to be split
  set -- $1
  IFS=\\
  forkrpc_text=${1+"\\$*"}
  IFS=$forkrpc_ifs
}

# Reads the next request into forkrpc_id and forkrpc_request; false at the end.
forkrpc_next_request() {
  forkrpc_id=1 #= spec/wire.md#FR-SID-005
  if [ "$forkrpc_form" = async ]; then
    forkrpc_exactly 8 || return 1
    forkrpc_to_number "$forkrpc_text"
    forkrpc_id=$forkrpc_number
    forkrpc_check_id
    forkrpc_text=${forkrpc_text#????????????????}
  else
    forkrpc_exactly 4 || return 1
  fi
  forkrpc_to_number "$forkrpc_text"
  #= spec/wire.md#FR-LIM-002
  [ "$forkrpc_number" -le $forkrpc_max_frame ] || forkrpc_end 10 FR-LIM-002 \
    "length $forkrpc_number, limit $forkrpc_max_frame"
  #= spec/wire.md#FR-FRM-006
  forkrpc_text=
  [ "$forkrpc_number" -eq 0 ] || forkrpc_exactly "$forkrpc_number" ||
    forkrpc_end 10 FR-ERR-005 'the end behind a header'
  forkrpc_request=$forkrpc_text
  forkrpc_in_flight="$forkrpc_in_flight$forkrpc_id "
}

forkrpc_check_id() {
  [ "$forkrpc_id" -ne 0 ] || forkrpc_end 10 FR-ERR-009 'request with id 0'
  case $forkrpc_in_flight in
    *" $forkrpc_id "*) forkrpc_end 10 FR-ERR-010 "request with id $forkrpc_id, which is in flight" ;;
  esac
}

# Ends with status $1; the words behind are a requirement, if the parent broke one,
# and what was found.
forkrpc_end() {
  forkrpc_status=$1
  shift
  if [ $# -eq 2 ]; then
    echo "forkrpc-req: $1" >&2
    shift
  fi
  echo "forkrpc: $1" >&2
  exit "$forkrpc_status"
}
