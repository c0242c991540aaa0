#!/bin/sh
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# tshark 4.0.17 (Debian 12: tshark 4.0.17-0+deb12u3) with -2 gives Lua no fields in its first
# pass, unless a filter makes it build the tree: Field.new("tcp.stream")() is nil there. A
# dissector that keeps state by tcp.stream keeps none, and shows nothing in the second pass.
#
# Guess: a field that Lua has asked for is there in each pass, as in a single one. Seen: nil in the
# first of the two, 0 in the second; with -Y tcp 0 in both.
set -eu
command -v tshark >/dev/null || apt-get install -y -qq --no-install-recommends tshark >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tshark -v 2>/dev/null | sed -n 1p
cat >"$work/say.lua" <<'LUA'
local stream = Field.new("tcp.stream")
local say = Proto("say", "say")
function say.dissector(_, pinfo)
  local found = stream()
  print(pinfo.visited and "second pass:" or "first pass:", found and found.value)
end
register_postdissector(say)
LUA
# One SYN.
printf '0000 45 00 00 28 00 00 40 00 40 06 3c ce 7f 00 00 01 7f 00 00 01
0014 c0 00 66 72 00 00 00 00 00 00 00 00 50 02 ff ff 00 00 00 00\n' >"$work/syn"
text2pcap -q -E rawip "$work/syn" "$work/syn.pcapng" 2>/dev/null
say() { tshark "$@" -r "$work/syn.pcapng" -X lua_script:"$work/say.lua" 2>/dev/null | grep pass; }
plain=$(say -2)
filtered=$(say -2 -Y tcp)
printf 'without a filter:\n%s\nwith -Y tcp:\n%s\n' "$plain" "$filtered"
case $plain in *"first pass:	nil"*) ;; *) echo "that has changed" >&2; exit 1 ;; esac
case $filtered in *"first pass:	0"*) ;; *) echo "that has changed" >&2; exit 1 ;; esac
