// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/help.h"

namespace forkrpc::cli {
namespace {

constexpr char kOverview[] =
    R"(forkrpc: calls worker processes that speak the forkrpc wire, and shows it.

  forkrpc call [OPTION...] [STRING...] -- WORKER [ARG...]
      Calls a worker: strings in, strings out.
  forkrpc dump [OPTION...] [FILE...]
      Shows the frames of a capture or of hex text.
  forkrpc doctor [OPTION...] -- LAUNCHER [ARG...]
      Examines what is between a parent and its worker.
  forkrpc help [call|dump|doctor]      also --help, -h
  forkrpc --version

Exit codes: 0 done; 1 a call failed, the capture is broken, or what is between
parent and worker breaks the wire; 2 wrong usage, or the worker is none.
)";

constexpr char kCall[] =
    R"(forkrpc call [OPTION...] [STRING...] -- WORKER [ARG...]

Starts WORKER with the wire on its standard input and output, makes one call
with the STRINGs and prints each string of the response on a line. Without
STRINGs each line of the input is a call, its words (split at spaces and tabs)
are the strings, and each response is a line, with tabs between the strings.
Events go to standard error, as does the worker's own.

  --form=async|sync              of the worker (async, which pipelines lines)
  --serialiser=string-pack|raw|protobuf|cbor|json|storable|nstorable
                                 of the worker (string-pack); raw is exactly one
                                 string: a whole line, spaces and all; protobuf
                                 is a forkrpc.v1.StringList; for the others see
                                 below
  --binding=socket|pipes         what the worker's standard input and output are
                                 (socket); pipes where a program minds that
  --drain=answers-first|at-once  half-closes behind the last answer (the first),
                                 as programs in between may need that end with
                                 it, or when the input has ended, for a worker
                                 that answers only then
  --timeout=30s                  for each call; inf waits for ever
  --in-flight=64                 calls at once in the async form
  --max-length=16777216          a longer payload, either way, is an error
  --input=FILE                   lines to call with; - is standard input, which
                                 is also read when there are no STRINGs
  --input-format=words|json      json: each line is an array of strings, as in
                                 ["add", "a b", {"hex":"ff00"}]
  --format=text|json|hex|raw     of responses (text): printable, with \n, \xNN
                                 for what is not; raw: the octets, nothing else

With cbor, json, storable and nstorable each STRING is a value, and each result
is printed as one, in RFC 8949's diagnostic notation, which JSON is a part of:
h'00ff' for octets, 5.0, NaN, null, [1, {"a": true}], 22098(5) for a tag, and
28([]), later 29(0), for what several places share. A STRING that is none is a
plain string, text: add is "add". One that begins as a value does (a digit, one
of [ { " ' - or h') must be one; as a string it is quoted: '"3rd"', '"5"'. A
word that begins with a dash and a letter is taken for an option: [-Infinity].
--input-format=json reads each line as a list of values, --format=json prints
the list on one line; either shows what its items share. hex and raw print the
payload as it came.

Exit codes: 0 all calls answered; 1 a call failed; 2 wrong usage, or WORKER is
no worker: missing, ended before it read a request, or what it sends is not the
wire.

  forkrpc call add 3 4 -- ./worker
  forkrpc call --form=sync add 3 4 -- ./worker sync
  forkrpc call --serialiser=raw "echo hi" -- ssh host ./worker
  printf 'add 1 2\nadd 3 4\n' | forkrpc call --in-flight=8 -- ./worker
  echo '["add", "1", "2"]' | forkrpc call --input-format=json -- ./worker
  forkrpc call --serialiser=json show 5 '[1, null]' -- ./json-worker
)";

constexpr char kDump[] =
    R"(forkrpc dump [OPTION...] [FILE...]

Shows the frames of each FILE (standard input if there is none, or for -): a
capture of TCP in pcapng or pcap, the conformance suite's .wire, the raw octets
of one direction of a connection, or hex text. It may be of any length. > marks
what goes down, from parent to child, < what goes up; then comes the frame's
offset, or that of the direction's end where the file says it.

  --input=auto|raw|hex|capture|wire
                                 what FILE is; captures and .wire are found by
                                 their first octets (auto), other files are raw
  --direction=up|down            of raw octets, or hex text without > and < (up)
  --form=async|sync              of the connection. The octets do not say:
                                 requests of the other form are read wrong. A
                                 .wire says it; a capture with an end at port
                                 26227 is sync; other files are async
  --stream=N                     of a capture with several, by tcp.stream of
                                 Wireshark; without it they are listed
  --child-port=N, --parent-port=N
                                 of a capture: who is who; else the parent is
                                 who has opened the connection
  --serialiser=raw|string-pack|protobuf|cbor|json|storable|nstorable
                                 shows the strings, too, or the values in their
                                 notation (see call); a payload that is none
                                 keeps its octets, the error stands above them
  --hex                          as --input=hex: pairs of digits, with spaces,
                                 commas, 0x and # comments; > or < at the start
                                 of a line says its direction
  --max-payload=64               octets of a payload, and of its values, that
                                 are shown
  --max-length=16777216          a longer payload is an error
  --format=text|json             json: an object for each frame, on one line

Exit codes: 0 all frames are whole and allowed, and their payloads the
serialiser's; 1 not so; 2 wrong usage.

  forkrpc dump session.pcapng
  tcpdump -i lo -U -w - port 4000 | forkrpc dump --child-port=4000
  forkrpc dump --direction=down requests.bin
  printf '> 00 00 00 03 45 68 69' | forkrpc dump --hex --form=sync
  forkrpc dump --serialiser=string-pack --format=json responses.bin
  printf '> 00000003 5b355d' | forkrpc dump --hex --form=sync --serialiser=json
)";

constexpr char kDoctor[] =
    R"(forkrpc doctor [OPTION...] -- LAUNCHER [ARG...]
forkrpc doctor [OPTION...] --connect=ADDRESS
forkrpc doctor --serve=ADDRESS      at the far end of a proxy

Starts a probe through LAUNCHER, as a worker is started through ssh, sudo, socat
or a container, and says of each thing that the wire needs whether it holds, and
what to do where it does not. The probe is this program: its command takes the
place of {} in ARGs, else it comes last. With --connect it is found behind a
proxy, where --serve, or something like inetd, has put it.

  --program=PATH                 of the probe at the far end (that of this one)
  --as-is                        LAUNCHER is a client of a probe that is served:
                                 nothing is put behind it
  --binding=socket|pipes         what the launcher's standard input and output
                                 are (socket)
  --slow                         also an answer 75 s after the half-close
  --json                         one object, as tools/forkrpc/doctor/
                                 doctor.schema.json says

ADDRESS is HOST:PORT with the host in numbers, or the path of a UNIX socket.
Without --slow it takes 15 s at most and starts LAUNCHER 60 times at most, six
at a time.

Exit codes: 0 nothing is broken that the wire needs; 1 something is; 2 wrong
usage, or nothing can be said: LAUNCHER is missing, nobody answers in 5 s, what
answers is no probe.

  forkrpc doctor -- sudo -u nobody
  forkrpc doctor --program=/usr/local/bin/forkrpc -- ssh host
  forkrpc doctor -- socat -t10 - 'EXEC:{}'
  forkrpc doctor --as-is -- nc -N 127.0.0.1 4000
  forkrpc doctor --connect=127.0.0.1:4000
)";

}  // namespace

std::string HelpText(absl::string_view topic) {
  if (topic.empty()) return kOverview;
  if (topic == "call") return kCall;
  if (topic == "dump") return kDump;
  if (topic == "doctor") return kDoctor;
  return "";
}

}  // namespace forkrpc::cli
