#!/usr/bin/env python3
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Judges the coverage that llvm-cov exported as lcov.

usage: gate.py TRACE EXCEPTIONS [--branches=PERCENT]

Every line of the layers that are held to it must have run, and at least PERCENT
(95) of the branches of each layer. A line of EXCEPTIONS excuses one line of code:

    FILE: line|branches: TEXT OF THE LINE: why no test can get there

with " :: " instead of ": ". An exception that is not needed is a failure too: what
it excuses has been tested or is gone. Exit status: 0, 1 (a failure), 2 (bad input).
"""

import collections
import re
import sys

LAYERS = ("wire", "serialiser", "connection")
_LAYER = re.compile(r"cc/forkrpc/(%s)/" % "|".join(LAYERS))
_VIRTUAL = re.compile(r".*_virtual_includes/[^/]+/")
_NOT_HELD = re.compile(r"(_test|_fuzzer|_benchmark)\.cc$|/test_|/random_list\.|_model\.")


class BadInput(Exception):
    pass


class File:
    def __init__(self):
        self.lines = collections.Counter()  # line number: times it ran
        self.branches = collections.Counter()  # (line, block, branch): times


def source_path(path):
    """The path in the repository of a file as the compiler saw it, or None."""
    path = _VIRTUAL.sub("cc/", path)
    at = path.find("cc/forkrpc/")
    if at < 0 or not _LAYER.match(path, at) or _NOT_HELD.search(path):
        return None
    return path[at:]


def read_trace(lines):
    """Files by path; what was compiled into several programs is added up."""
    files = collections.defaultdict(File)
    current = None
    for line in lines:
        kind, _, rest = line.strip().partition(":")
        if kind == "SF":
            path = source_path(rest)
            current = files[path] if path else None
        elif current is None:
            continue
        elif kind == "DA":
            number, count = rest.split(",")[:2]
            current.lines[int(number)] += int(count)
        elif kind == "BRDA":
            number, block, branch, count = rest.split(",")
            key = (int(number), int(block), int(branch))
            current.branches[key] += 0 if count == "-" else int(count)
    return files


def read_exceptions(lines):
    exceptions = {}
    for number, line in enumerate(lines, 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.split(" :: ")]
        if len(parts) != 4 or parts[1] not in ("line", "branches") or not parts[3]:
            raise BadInput(f"line {number} is not FILE :: line|branches :: TEXT :: WHY")
        exceptions[tuple(parts[:3])] = number
    return exceptions


def judge(files, exceptions, text_of, wanted):
    """The table and the failures, as lines of text."""
    table, failures, used = [], [], set()

    def excused(path, kind, line):
        key = (path, kind, text_of(path, line))
        if key in exceptions:
            used.add(key)
            return True
        return False

    for layer in LAYERS:
        sums = collections.Counter()
        missed = []
        for path, data in sorted(files.items()):
            if not path.startswith(f"cc/forkrpc/{layer}/"):
                continue
            for line, count in sorted(data.lines.items()):
                sums["lines"] += 1
                if count == 0:
                    sums["lines missed"] += 1
                    if not excused(path, "line", line):
                        failures.append(f"{path}:{line}: never ran: {text_of(path, line)}")
            for key, count in sorted(data.branches.items()):
                sums["branches"] += 1
                if count == 0:
                    sums["branches missed"] += 1
                    side = "false" if key[2] % 2 else "true"
                    if not excused(path, "branches", key[0]):
                        missed.append(f"{path}:{key[0]}: never {side}: {text_of(path, key[0])}")
        if not sums["lines"]:
            failures.append(f"{layer}: nothing was measured")
            continue
        branches = percent(sums["branches"] - len(missed), sums["branches"])
        table.append(
            f"{layer:<11} lines {sums['lines'] - sums['lines missed']}/{sums['lines']}"
            f"  branches {sums['branches'] - sums['branches missed']}/{sums['branches']}"
            f" ({percent(sums['branches'] - sums['branches missed'], sums['branches']):.1f} %,"
            f" {branches:.1f} % with the exceptions)"
        )
        table += [f"  {line}" for line in missed]
        if branches < wanted:
            failures.append(f"{layer}: {branches:.1f} % of the branches, wanted {wanted} %")
    for key, number in exceptions.items():
        if key not in used:
            failures.append(f"exceptions line {number} is not needed: {key[0]}: {key[2]}")
    return table, failures


def percent(part, whole):
    return 100.0 * part / whole if whole else 100.0


def main(argv):
    wanted = 95.0
    arguments = []
    for argument in argv:
        if argument.startswith("--branches="):
            wanted = float(argument.partition("=")[2])
        else:
            arguments.append(argument)
    if len(arguments) != 2:
        print(__doc__.strip().split("\n\n")[1], file=sys.stderr)
        return 2
    sources = {}

    def text_of(path, line):
        if path not in sources:
            with open(path, encoding="utf-8") as file:
                sources[path] = file.read().split("\n")
        lines = sources[path]
        return lines[line - 1].strip() if line <= len(lines) else ""

    try:
        with open(arguments[0], encoding="utf-8") as file:
            files = read_trace(file)
        with open(arguments[1], encoding="utf-8") as file:
            exceptions = read_exceptions(file)
    except (OSError, BadInput, ValueError) as error:
        print(f"coverage: {error}", file=sys.stderr)
        return 2
    table, failures = judge(files, exceptions, text_of, wanted)
    print("\n".join(table))
    for failure in failures:
        print(f"FAILED: {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
