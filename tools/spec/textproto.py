# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Reads the specification's textproto files into protobuf messages.

The messages come from the descriptor sets that proto_library builds, so there is
no generated Python code. Errors are ValueError with file, line and column.

  requirements = textproto.load("requirement", "forkrpc.spec.Requirements", path)
"""

import pathlib
import sys

from google.protobuf import descriptor_pb2
from google.protobuf import descriptor_pool
from google.protobuf import message_factory
from google.protobuf import text_format


def _root():
  # Python looks for a script's neighbours where the script's link leads, which
  # is out of the runfiles: __file__ is of no use while Bazel's path is there.
  for folder in map(pathlib.Path, sys.path):
    if (folder / "tools" / "spec" / "textproto.py").is_file():
      return folder.absolute()
  return pathlib.Path(__file__).absolute().parents[2]


# The folder that holds spec/, proto/ and tools/ as Bazel put them together.
ROOT = _root()


def message_class(proto, message, descriptors=None):
  """The class of `message`, which proto/forkrpc/`proto`.proto defines."""
  path = pathlib.Path(descriptors) if descriptors else (
      ROOT / "proto" / "forkrpc" /
      f"{proto}_proto-descriptor-set.proto.bin")
  files = descriptor_pb2.FileDescriptorSet.FromString(path.read_bytes())
  pool = descriptor_pool.DescriptorPool()
  for file in files.file:
    pool.Add(file)
  factory = message_factory.MessageFactory(pool)
  return factory.GetPrototype(pool.FindMessageTypeByName(message))


def load(proto, message, path):
  """The message that the textproto file at `path` holds."""
  text = pathlib.Path(path).read_text(encoding="utf-8")
  try:
    return text_format.Parse(text, message_class(proto, message)())
  except text_format.ParseError as error:
    raise ValueError(f"{path}:{error}") from None
