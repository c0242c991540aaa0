"""@forkrpc_rules: the rules that our BUILD files load, wherever those come from.

Bazel 9 has no rule that is not loaded, and Bazel 4 to 6 load none of the files that
9 wants. So BUILD files load `@forkrpc_rules//:cc.bzl` and its like, a repository of
a few lines of text: in a WORKSPACE they hand on the native rules, under MODULE.bazel
those of rules_cc, rules_shell, rules_python and protobuf. There is a file for each of these
because what a BUILD file loads is fetched by whoever builds anything of it.
"""

load("//tools/bazel:system_repo.bzl", "text_repo")

# Bazel 4 starts a py_test with "/usr/bin/env python", which Debian does not have, and
# rules_python's own toolchain is an interpreter that it fetches; this one says python3.
# WORKSPACE and MODULE.bazel register it, for our own checks alone.
_PYTHON = """{loads}
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
    toolchain_type = "{rules}:toolchain_type",
)
"""

_PYTHON_TOOLS = """
py_exec_tools_toolchain(name = "tools")

toolchain(
    name = "tools_toolchain",
    toolchain = ":tools",
    toolchain_type = "@rules_python//python:exec_tools_toolchain_type",
)
"""

# file -> (what is loaded where there are modules, the rules).
_FILES = {
    "cc.bzl": ("@rules_cc//cc:{rule}.bzl", ["cc_binary", "cc_library", "cc_test"]),
    "proto.bzl": ("@com_google_protobuf//bazel:{rule}.bzl", ["cc_proto_library", "proto_library"]),
    "py.bzl": ("@rules_python//python:{rule}.bzl", ["py_binary", "py_library", "py_test"]),
    "sh.bzl": ("@rules_shell//shell:{rule}.bzl", ["sh_binary", "sh_test"]),
}

# What a rule of our own in C++ is made with: not rules, so not in _FILES.
_COMMON_NATIVE = """load("@bazel_tools//tools/cpp:toolchain_utils.bzl", _find = "find_cpp_toolchain")
common = cc_common
Info = CcInfo
find_toolchain = _find
"""

_COMMON_LOADED = """load("@rules_cc//cc:find_cc_toolchain.bzl", _find = "find_cpp_toolchain")
load("@rules_cc//cc/common:cc_common.bzl", _common = "cc_common")
load("@rules_cc//cc/common:cc_info.bzl", _Info = "CcInfo")
common = _common
Info = _Info
find_toolchain = _find
"""

# Of these only our own checks are made: who depends on us fetches neither.
_OURS = ("py.bzl", "sh.bzl")

def _native(rule, _file):
    return "", "%s = native.%s\n" % (rule, rule)

def _loaded(rule, file):
    return "load(\"%s\", _%s = \"%s\")\n" % (file, rule, rule), "%s = _%s\n" % (rule, rule)

def _absent(rule, _file):
    return "", "def %s(name, **_kwargs):\n    native.filegroup(name = name, tags = [\"manual\"])\n" % rule

def _text(name, way):
    source, rules = _FILES[name]
    parts = [way(rule, source.format(rule = rule)) for rule in rules]

    # A file's loads come first.
    return "\n".join(["".join([part[i] for part in parts]) for i in (0, 1)])

def native_rules():
    """Defines @forkrpc_rules for a WORKSPACE."""
    files = {name: _text(name, _native) for name in _FILES}
    files["cc_common.bzl"] = _COMMON_NATIVE
    files["BUILD.bazel"] = ""
    files["python/BUILD.bazel"] = _PYTHON.format(
        loads = "load(\"@bazel_tools//tools/python:toolchain.bzl\", \"py_runtime_pair\")\n",
        rules = "@bazel_tools//tools/python",
    )
    text_repo(name = "forkrpc_rules", files = files)

def module_rules(is_root):
    """Defines @forkrpc_rules for MODULE.bazel.

    Args:
      is_root: whether forkrpc itself is built; to who depends on it, a test or a tool
        that is a script is a target without anything in it.
    """
    files = {
        name: _text(name, _absent if name in _OURS and not is_root else _loaded)
        for name in _FILES
    }
    files["cc_common.bzl"] = _COMMON_LOADED
    files["BUILD.bazel"] = ""
    if is_root:
        files["python/BUILD.bazel"] = _PYTHON.format(
            loads = "".join([
                "load(\"@rules_python//python:%s.bzl\", \"%s\")\n" % (rule, rule)
                for rule in ["py_exec_tools_toolchain", "py_runtime", "py_runtime_pair"]
            ]),
            rules = "@rules_python//python",
        ) + _PYTHON_TOOLS
    text_repo(name = "forkrpc_rules", files = files)
