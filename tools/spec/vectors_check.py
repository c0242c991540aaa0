# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Checks that the test vectors are what they say.

Against the JSON Schema and against forkrpc.spec.VectorFile; then what neither
can say: that ids are unique, that the frames, encoded anew by the few lines
below, are the octets, and that each result is the one its octets have.

usage: vectors_check
Exit status: 0 all is well, 1 complaints (one a line).
"""

import json
import struct
import sys
import warnings

import jsonschema
import textproto
import vectors
from google.protobuf import descriptor_pb2
from google.protobuf import descriptor_pool
from google.protobuf import json_format
from google.protobuf import message_factory
from google.protobuf.message import DecodeError


def encode_frame(frame):
  """Id, if it has one, length, payload."""
  payload = vectors.octets(frame)
  header = struct.pack(">I", frame["id"]) if "id" in frame else b""
  return header + struct.pack(">I", len(payload)) + payload


def encode_string(string):
  """The length in groups of seven bits, then the string."""
  bits = format(len(string), "b")
  bits = bits.zfill(-(-len(bits) // 7) * 7)
  groups = [bits[i:i + 7] for i in range(0, len(bits), 7)]
  length = [int("1" + group, 2) for group in groups[:-1]] + [int(groups[-1], 2)]
  return bytes(length) + string


def message_classes(root):
  """The class of each message of vector.proto and rpc.proto, by its name."""
  pool = descriptor_pool.DescriptorPool()
  names = []
  for proto in ("rpc", "vector"):
    path = root / f"proto/forkrpc/{proto}_proto-descriptor-set.proto.bin"
    for file in descriptor_pb2.FileDescriptorSet.FromString(
        path.read_bytes()).file:
      pool.Add(file)
      names += [f"{file.package}.{message.name}"
                for message in file.message_type]
  factory = message_factory.MessageFactory(pool)
  return {name: factory.GetPrototype(pool.FindMessageTypeByName(name))
          for name in names}


_VALUES = {"forkrpc.v1.Request": "request", "forkrpc.v1.Response": "response",
           "forkrpc.v1.Event": "event", "forkrpc.v1.StringList": "list"}


class Checker:
  """Checks files one after the other; remembers the ids."""

  def __init__(self, root):
    schema = json.loads(
        (root / vectors.FOLDER / "schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    self._validator = jsonschema.Draft7Validator(schema)
    self._classes = message_classes(root)
    self._ids = set()

  def check(self, area, file):
    """What is wrong with the file; stops at the first kind of fault."""
    complaints = self._check_shape(file)
    if not complaints:
      complaints = list(self._check_file(area, file))
      for vector in file["vectors"]:
        complaints += [f"{vector['id']}: {complaint}"
                       for complaint in self._check_vector(vector)]
    return [f"{area}.json: {complaint}" for complaint in complaints]

  def _check_shape(self, file):
    complaints = []
    for error in self._validator.iter_errors(file):
      best = jsonschema.exceptions.best_match([error])
      where = "/".join(str(step) for step in best.absolute_path)
      text = best.message
      if len(text) > 250:  # It has the whole vector in it.
        text = f"{text[:100]} ... {text[-140:]}"
      complaints.append(f"{where}: {text}")
    try:
      json_format.ParseDict(file, self._classes["forkrpc.spec.VectorFile"]())
    except json_format.ParseError as error:
      complaints.append(f"as VectorFile: {error}")
    return complaints

  def _check_file(self, area, file):
    if file["area"] != area:
      yield f"area is {file['area']!r}"
    if file["count"] != len(file["vectors"]):
      yield f"count is {file['count']}, there are {len(file['vectors'])} vectors"
    flags = {flag for vector in file["vectors"] for flag in vector["flags"]}
    for flag in sorted(flags - set(file["notes"])):
      yield f"no note says what the flag {flag!r} means"
    for flag in sorted(set(file["notes"]) - flags):
      yield f"no vector has the flag {flag!r}"

  def _check_vector(self, vector):
    if vector["id"] in self._ids:
      yield "the id stands twice"
    self._ids.add(vector["id"])
    error = vector.get("error_requirement")
    if error and error not in vector["requirements"]:
      yield f"{error} is not among its requirements"
    large = any(len(vectors.octets(node)) > vectors.MAX_BIN
                for node in [vector, *vector.get("steps", [])])
    if large != ("large" in vector["flags"]):
      yield f"the flag 'large' should be {'there' if large else 'away'}"
    if vector["kind"] == "protobuf":
      yield from self._check_protobuf(vector)
    else:
      yield from _CHECKS[vector["kind"]](vector)

  def _check_protobuf(self, vector):
    if list(vector.get("value", {})) not in ([], [_VALUES[vector["message"]]]):
      yield f"its value is no {vector['message']}"
      return
    message = self._classes[vector["message"]]
    try:
      with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        found = message.FromString(vectors.octets(vector))
      if warned:  # "Not all data was converted": so it says for a bad tag.
        found = None
    except (DecodeError, UnicodeDecodeError):
      found = None
    if (found is not None) != (vector["result"] == "valid"):
      yield f"protobuf finds it {'invalid' if found is None else 'valid'}"
    elif found is not None:
      found.DiscardUnknownFields()
      value, = vector["value"].values()
      if found != json_format.ParseDict(value, message()):
        yield f"its octets are the message {found}"


def _check_stream(vector):
  octets = vectors.octets(vector)
  sync_request = (vector["form"], vector["direction"]) == ("sync", "to-child")
  if octets and (vector["form"] == "either") > (
      vector["direction"] == "to-parent"):
    yield "requests of the two forms differ: form is 'sync' or 'async'"
  if any(("id" in frame) == sync_request for frame in vector["frames"]):
    yield "a request of the sync form has no id, and every other frame has"
  whole = b"".join(map(encode_frame, vector["frames"]))
  if octets[:vector["consumed"]] != whole or len(whole) != vector["consumed"]:
    yield f"its frames are {_show(whole)}, its octets {_show(octets)}"
  if sum(vector.get("chunks", [len(octets)])) != len(octets):
    yield f"its chunks are not {len(octets)} octets together"
  limit = vector.get("limit", 0xFFFFFFFF)
  if any(len(vectors.octets(frame)) > limit for frame in vector["frames"]):
    yield "a frame is beyond the limit"
  rest = octets[len(whole):]
  announced, result = _judge(rest, 4 if sync_request else 8, limit)
  if result != vector["result"]:
    yield f"behind its frames stands {_show(rest)}, which is {result}"
  if announced != vector.get("announced"):
    yield f"the length announced is {announced}"


def _judge(rest, header_size, limit):
  """Octets behind the frames that are delivered: length announced, result."""
  if not rest:
    return None, "valid"
  if len(rest) < header_size:
    return None, "incomplete"
  length, = struct.unpack(">I", rest[header_size - 4:header_size])
  if length > limit:
    return length, "policy"
  if len(rest) - header_size < length:
    return length, "incomplete"
  # A whole frame that is not delivered: the one rule that a direction alone
  # can break is that requests have no id 0.
  return None, "invalid" if rest[:4] == bytes(4) else "valid but not delivered"


def _check_frame(vector):
  yield from _check_stream({**vector, "kind": "stream"})


_LAST_SEEN = {"clean": "end", "error": "error"}


def _check_session(vector):
  for name in ("parent", "child"):
    side = vector[name]
    kinds = [seen["kind"] for seen in side["sees"]]
    last = _LAST_SEEN.get(side["result"])
    if kinds[-1:] != [last] if last else {"end", "error"} & set(kinds):
      yield f"what the {name} sees last does not fit {side['result']!r}"
    if {"end", "error"} & set(kinds[:-1]):
      yield f"the {name} sees something behind the end"
    if side["result"] == "wrong" and kinds:
      yield f"the {name} is not on trial, so it sees nothing"
    ended = False
    for step in vector["steps"]:
      if step["from"] == name:
        if ended:
          yield f"the {name} sends behind its end"
        ended = step.get("end", False)
  if vector["parent"]["result"] == vector["child"]["result"] == "wrong":
    yield "nobody is on trial"


def _check_string_pack(vector):
  octets = vectors.octets(vector)
  if vector["original"]["accepts"] != ("strings" in vector):
    yield "the strings are those that the original makes of it"
  if "strings" in vector:
    canonical = b"".join(encode_string(vectors.octets(string))
                         for string in vector["strings"])
    if (octets == canonical) != (vector["result"] == "valid"):
      yield f"the canonical octets are {_show(canonical)}"


def _check_raw(vector):
  if vectors.octets(vector) != vectors.octets(vector["strings"][0]):
    yield "its value is not its octets"


_CHECKS = {"frame": _check_frame, "stream": _check_stream,
           "session": _check_session, "string-pack": _check_string_pack,
           "raw": _check_raw}


def _show(octets):
  return f"{octets[:40].hex()}{'...' if len(octets) > 40 else ''}"


def main():
  checker = Checker(textproto.ROOT)
  complaints = [complaint for area in vectors.AREAS
                for complaint in checker.check(
                    area, vectors.load(textproto.ROOT, area))]
  for complaint in complaints:
    print(complaint)
  return 1 if complaints else 0


if __name__ == "__main__":
  sys.exit(main())
