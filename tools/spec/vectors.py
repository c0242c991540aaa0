# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Reads the test vectors, and writes them in two plainer forms.

spec/vectors/*.json is the source, spec/vectors/schema.json its schema. For each
area there is a .tsv, one line a vector, and for each vector the raw octets in
bin/; spec/vectors/README.md describes both.

  for vector in vectors.by_id(root).values(): use(vectors.octets(vector))
"""

import json
import pathlib

AREAS = ("requests", "frames", "streams", "sessions", "string_pack", "protobuf",
         "raw")
FOLDER = "spec/vectors"
# Octets above which a vector has no .bin.
MAX_BIN = 128 << 10


def load(root, area):
  """The file of the area, as it stands."""
  path = pathlib.Path(root) / FOLDER / f"{area}.json"
  try:
    return json.loads(path.read_text(encoding="utf-8"))
  except ValueError as error:
    raise ValueError(f"{path}: {error}") from None


def by_id(root):
  """Every vector of every area, by its id."""
  return {vector["id"]: vector for area in AREAS
          for vector in load(root, area)["vectors"]}


def octets(node):
  """The octets that `hex` or `parts` of a vector, frame, step, ... stand for."""
  if "parts" not in node:
    return bytes.fromhex(node.get("hex", ""))
  return b"".join(
      bytes.fromhex(part.get("hex") or part["repeat"]) * part.get("count", 1)
      for part in node["parts"])


def directions(session):
  """All that a session's parent sends, and all that its child sends."""
  return tuple(
      b"".join(octets(step) for step in session["steps"] if step["from"] == side)
      for side in ("parent", "child"))


def binaries(vector):
  """The .bin files of a vector: name to octets."""
  name = vector["id"]
  if vector["kind"] == "session":
    to_child, to_parent = directions(vector)
    return {f"{name}.to_child.bin": to_child,
            f"{name}.to_parent.bin": to_parent}
  found = octets(vector)
  return {f"{name}.bin": found} if len(found) <= MAX_BIN else {}


# The .tsv: a "-" is nothing, "," and ";" stand between the items of a list.


def _octets(node):
  """Octets on one word: hex, or "00+61*3" for 00616161."""
  if "parts" not in node:
    return node.get("hex") or "-"
  return "+".join(part["hex"] if "hex" in part else
                  f"{part['repeat']}*{part['count']}" for part in node["parts"])


def _list(items, mark=","):
  return mark.join(str(item) for item in items) or "-"


def _frames(vector):
  return _list(f"{frame.get('id', '-')}:{_octets(frame)}"
               for frame in vector["frames"])


def _steps(vector):
  marks = {"parent": ">", "child": "<"}
  return _list((f"{marks[step['from']]} "
                f"{'end' if step.get('end') else _octets(step)}"
                for step in vector["steps"]), "; ")


def _seen(seen):
  words = [seen["kind"]]
  if "call" in seen:
    words.append(str(seen["call"]))
  if seen["kind"] in ("request", "response", "event"):
    words.append(_octets(seen))
  return " ".join(words)


def _strings(vector):
  return _list(_octets(string) for string in vector.get("strings", []))


def _count(vector):
  return len(vector["strings"]) if "strings" in vector else "-"


def _original(vector):
  original = vector["original"]
  return "accepts" if original["accepts"] else original["error"]


def _value(vector):
  if "value" not in vector:
    return "-"
  value, = vector["value"].values()
  return json.dumps(value, separators=(",", ":"))


def _plain(name):
  return name, lambda vector: vector.get(name, "-")


def _joined(name):
  return name, lambda vector: _list(vector.get(name, []))


def _side(side):
  return [
      (f"{side}_result", lambda vector: vector[side]["result"]),
      (f"{side}_requirement",
       lambda vector: vector[side].get("requirement", "-")),
      (f"{side}_limit", lambda vector: vector[side].get("limit", "-")),
      (f"{side}_sees",
       lambda vector: _list(map(_seen, vector[side]["sees"]), "; ")),
  ]


_OCTETS = ("octets", _octets)
_LAST = [_joined("requirements"), _joined("flags"), _plain("comment")]
_STREAM = [
    _plain("id"), _plain("result"), _plain("form"), _plain("direction"),
    _plain("limit"), _OCTETS, _joined("chunks"), ("frames", _frames),
    _plain("consumed"), _plain("announced"), _plain("error_requirement"), *_LAST]
_COLUMNS = {
    "frame": _STREAM,
    "stream": _STREAM,
    "session": [
        _plain("id"), _plain("form"), ("steps", _steps), *_side("parent"),
        *_side("child"), *_LAST],
    "string-pack": [
        _plain("id"), _plain("result"), _OCTETS, ("count", _count),
        ("strings", _strings), _plain("error_requirement"),
        ("original", _original), *_LAST],
    "protobuf": [
        _plain("id"), _plain("result"), _OCTETS, _plain("message"),
        ("value", _value), _plain("error_requirement"), *_LAST],
    "raw": [
        _plain("id"), _plain("result"), _OCTETS, ("count", _count),
        ("strings", _strings), *_LAST],
}


def table(file):
  """The .tsv of one area; its first line names the columns."""
  columns = _COLUMNS[file["vectors"][0]["kind"]]
  lines = ["#" + "\t".join(name for name, _ in columns)]
  for vector in file["vectors"]:
    lines.append("\t".join(str(show(vector)) for _, show in columns))
  return "\n".join(lines) + "\n"


def tables(root):
  """Every .tsv: path to text."""
  return {f"{FOLDER}/{area}.tsv": table(load(root, area)) for area in AREAS}


def all_binaries(root):
  """Every .bin: path to octets."""
  return {f"{FOLDER}/bin/{name}": found for vector in by_id(root).values()
          for name, found in binaries(vector).items()}
