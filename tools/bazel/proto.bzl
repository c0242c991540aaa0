"""The rules of protobuf's messages; only proto/ loads this file.

Who loads it fetches protobuf, which a client with raw octets does not want.
"""

load("@forkrpc_rules//:proto.bzl", _cc_proto_library = "cc_proto_library", _proto_library = "proto_library")

def proto_library(name, **kwargs):
    """A .proto below proto/ is imported as "forkrpc/..."."""
    _proto_library(name = name, strip_import_prefix = "/proto", **kwargs)

def cc_proto_library(name, **kwargs):
    _cc_proto_library(name = name, **kwargs)
