"""@forkrpc_rules: the rules that our BUILD files load, wherever those come from.

Bazel 9 has no rule that is not loaded, and Bazel 4 to 6 load none of the files that
9 wants. So BUILD files load `@forkrpc_rules//:cc.bzl` and its like, a repository of
a few lines of text: in a WORKSPACE they hand on the native rules, under MODULE.bazel
those of rules_cc, rules_shell, rules_python and protobuf. There is a file for each of these
because what a BUILD file loads is fetched by whoever builds anything of it.
"""

load("//tools/bazel:system_repo.bzl", "text_repo")

# Bazel 4 starts a py_test with "/usr/bin/env python", which Debian does not have; this
# toolchain says python3. WORKSPACE registers it.
_PYTHON = """
load("@bazel_tools//tools/python:toolchain.bzl", "py_runtime_pair")

py_runtime(
    name = "python3",
    interpreter_path = "/usr/bin/python3",
    python_version = "PY3",
    stub_shebang = "#!/usr/bin/env python3",
)

py_runtime_pair(
    name = "pair",
    py3_runtime = ":python3",
)

toolchain(
    name = "toolchain",
    toolchain = ":pair",
    toolchain_type = "@bazel_tools//tools/python:toolchain_type",
)
"""

# file -> (what is loaded where there are modules, the rules).
_FILES = {
    "cc.bzl": ("@rules_cc//cc:{rule}.bzl", ["cc_binary", "cc_library", "cc_test"]),
    "proto.bzl": ("@com_google_protobuf//bazel:{rule}.bzl", ["cc_proto_library", "proto_library"]),
    "py.bzl": ("@rules_python//python:{rule}.bzl", ["py_binary", "py_library", "py_test"]),
    "sh.bzl": ("@rules_shell//shell:{rule}.bzl", ["sh_binary", "sh_test"]),
}

# Of these only our own checks are made: who depends on us fetches neither.
_OURS = ("py.bzl", "sh.bzl")

_ABSENT = """
def {rule}(name, **_kwargs):
    native.filegroup(name = name, tags = ["manual"])
"""

_LOADED = """
load("{file}", _{rule} = "{rule}")
{rule} = _{rule}
"""

def _repo(text_of, files):
    files = dict(files, **{"BUILD.bazel": ""})
    for name, (source, rules) in _FILES.items():
        files[name] = "".join([text_of(name, source, rule) for rule in rules])
    text_repo(name = "forkrpc_rules", files = files)

def _native_text(_name, _source, rule):
    return "%s = native.%s\n" % (rule, rule)

def _loaded_text(_name, source, rule):
    return _LOADED.format(file = source.format(rule = rule), rule = rule)

def _dependants_text(name, source, rule):
    if name in _OURS:
        return _ABSENT.format(rule = rule)
    return _loaded_text(name, source, rule)

def native_rules():
    """Defines @forkrpc_rules for a WORKSPACE."""
    _repo(_native_text, {"python/BUILD.bazel": _PYTHON})

def module_rules(is_root):
    """Defines @forkrpc_rules for MODULE.bazel.

    Args:
      is_root: whether forkrpc itself is built; to who depends on it, a test or a tool
        that is a script is a target without anything in it.
    """
    _repo(_loaded_text if is_root else _dependants_text, {})
