# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Makes spec/launchers.md: what stands between parent and worker, tried.

Its rows come from spec/launchers.jsonl, which tools/launchers/examine.py makes
of what `forkrpc doctor --json` prints; the prose is here.
"""

import json

# Of each promise: what is said where it does not hold. Those the wire needs
# first, as doctor has them.
NEEDED = {
    "requests_arrive": "requests do not arrive at once",
    "nothing_else": "other octets are in the stream",
    "stderr_apart": "standard error is in the stream",
    "octets_down": "octets to the worker are changed",
    "octets_up": "octets to the parent are changed",
    "both_full": "stands still when both directions are full",
    "half_close": "the half-close does not arrive",
    "second_worker": "a second worker holds the first one's input",
    "late_answer": "an answer after 0.3 s is lost",
    "later_answer": "an answer after 3 s is lost",
    "latest_answer": "an answer after 75 s is lost",
    "large_answer": "a large answer is cut",
    "last_answer": "the last answer of a worker that exits with 7 is cut",
}
KNOWN = {
    "exit_status": "another exit status",
    "ends_together": "ends at another time than the worker",
    "stderr_arrives": "standard error goes elsewhere",
    "plain_signals": "signals",
    "blocking_streams": "O_NONBLOCK is set",
    "no_other_descriptors": "descriptors",
}
# Of these what was found is shown, too.
_SHOWN = ("exit_status", "ends_together", "plain_signals", "blocking_streams",
          "no_other_descriptors")
# A promise that is broken breaks those behind it.
_FOLLOWS = {"late_answer": ("later_answer", "latest_answer", "large_answer",
                            "last_answer"),
            "later_answer": ("latest_answer",),
            "large_answer": ("last_answer",)}

KINDS = (
    ("launcher", "Programs that start the worker",
     "The parent starts them, with the wire on their standard input and "
     "output; {} is the worker."),
    ("server", "Servers that start a worker for each connection",
     "The parent connects to them. There is no exit status, and standard error "
     "is theirs."),
    ("client", "Clients as the parent's child",
     "The parent starts them, and they connect to where workers are served, at "
     "port SERVED."),
    ("proxy", "Proxies", "The parent connects to them, and they to where "
     "workers are served."),
)

HEAD = """\
<!-- Made of spec/launchers.jsonl by tools/spec/launchers_page.py: do not edit. -->

# What stands in between

A worker is often started through another program, or reached through a proxy. The
wire needs little of it: octets unchanged, a half-close that arrives, and answers that
come behind it. Much of what people run breaks one of these, and what is lost mostly
looks like the clean end of a worker. Nothing on this page binds; what it says of
programs was found by `forkrpc doctor`, which you can run over yours:

```
forkrpc doctor -- sudo -u nobody
forkrpc doctor -- socat - 'EXEC:{}'
forkrpc doctor --serve=127.0.0.1:4000 &  forkrpc doctor --connect=127.0.0.1:5000
```

## Draining behind what cuts half-closes

A parent that wants no more calls half-closes, and a worker answers behind the
half-close what it has read ([FR-CLS-001](wire.md#FR-CLS-001),
[FR-CLS-004](wire.md#FR-CLS-004)). A program that takes the half-close for the end of
both directions loses these answers, at once or after a time of its own. To neither
end this is an error: the worker's writes may succeed, and the parent reads an ordinary
end. Only the calls that are still in flight tell, so a parent that reports those
([FR-ERR-003](wire.md#FR-ERR-003)) loses answers, but never without a word.

Where such a program is in between, a parent takes its answers first and half-closes
then. Nothing in the wire is against it: when a parent wants no more calls is its own
affair. It bounds that wait, because a worker may be one that answers only when it
knows that nothing more comes ([rationale](rationale.md#why-a-parent-may-take-its-answers-first)).
What a worker sends of itself behind the last answer is still lost. In the C++ library
this is `DrainMode`, in `forkrpc call` it is `--drain`; over TCP the library does it
unasked.
"""

TAIL = """\
## To make the rows anew

What is installed of the set-ups in `tools/launchers/setups.py` is examined, and
the other rows stay:

```
bazel build //tools/forkrpc
sudo unshare -n sh -c 'ip link set lo up &&
    python3 tools/launchers/examine.py \\
    --forkrpc=bazel-bin/tools/forkrpc/forkrpc spec/launchers.jsonl'
bazel run //tools/spec:update
```

Each row is one run of `forkrpc doctor`, which has begun up to STARTS workers for it:
what is lost now and then may have been missed. An answer 75 s after the half-close is
tried only with `--slow`. The rows here are of Debian 12.

A scheduler needs daemons, and `tools/launchers/slurm` starts Slurm's for itself. With
slurm-wlm 22.05.8, `srun` passes what a worker writes on by lines, so that a response
without a line's end waits for the next one; with `srun -u` all holds, and the worker's
standard output is a terminal that changes no octet.
"""


def _cell(text):
  return text.replace("|", "\\|").replace("\n", " ")


def _code(text):
  return f"`{_cell(text)}`"


def _broken(row):
  """What the wire needs and does not hold; what follows of it is left out."""
  broken = row["broken"]
  implied = {later for first in broken for later in _FOLLOWS.get(first, ())}
  said = [text for name, text in NEEDED.items()
          if name in broken and name not in implied]
  if not said:
    slow = "latest_answer" not in row["not_tried"]
    said = ["all holds" + (", after 75 s too" if slow else "")]
  return "; ".join(said)


def _notes(row):
  said = []
  for name, text in KNOWN.items():
    if name not in row["broken"] or (row["kind"] != "launcher" and name in
                                     ("exit_status", "stderr_arrives")):
      continue
    found = row["broken"][name] if name in _SHOWN else ""
    said.append(f"{text}: {_cell(found)}" if found else text)
  return "; ".join(said)


def _line(row):
  cells = (_code(row["name"]), f"{row['program']} {row['version']}",
           _broken(row), _notes(row), _cell(row["mend"]))
  return "| " + " | ".join(cells) + " |"


def page(rows):
  """The page of these rows."""
  parts = [HEAD]
  for kind, title, what in KINDS:
    lines = [_line(row) for row in rows if row["kind"] == kind]
    if not lines:
      continue
    parts.append(f"## {title}\n\n{what}\n\n"
                 "| | version | of what the wire needs | good to know | "
                 "what to do |\n|---|---|---|---|---|\n" +
                 "\n".join(lines) + "\n")
  parts.append(TAIL.replace("STARTS", str(max(row["starts"] for row in rows))))
  return "\n".join(parts)


def make(root):
  """The page of the rows in `root`."""
  text = (root / "spec/launchers.jsonl").read_text(encoding="utf-8")
  rows = [json.loads(line) for line in text.splitlines()]
  for row in rows:
    unknown = set(row["broken"]) - set(NEEDED) - set(KNOWN)
    if unknown:
      raise ValueError(f"spec/launchers.jsonl: {row['name']}: what is "
                       f"{', '.join(sorted(unknown))}?")
    if row["fit"] != (not set(row["broken"]) & set(NEEDED)):
      raise ValueError(f"spec/launchers.jsonl: {row['name']}: fit, or not?")
  return page(rows)
