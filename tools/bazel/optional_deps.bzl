"""Libraries of a program's own that only some adapters use: the system's.

Asio, Boost.Asio and GLib are for programs that have them already, so no mode
fetches them: all take what is installed (libasio-dev, libboost-dev,
libglib2.0-dev), or what the workspace calls by these names. Nothing is looked for until a target that needs one is
built; without them everything else builds.
"""

load("//tools/bazel:system_repo.bzl", "optional_cc_repo")

def optional_dependencies(have = None):
    """Defines each repository unless the workspace has it already.

    Args:
      have: the repositories that there are; by default this is asked for.
    """
    if have == None:
        have = native.existing_rules()
    if "asio" not in have:
        optional_cc_repo(
            name = "asio",
            target = "asio",
            header = "asio.hpp",
            package = "libasio-dev",
            defines = ["ASIO_STANDALONE"],
            linkopts = ["-pthread"],
        )
    if "boost_asio" not in have:
        optional_cc_repo(
            name = "boost_asio",
            target = "boost_asio",
            header = "boost/asio.hpp",
            package = "libboost-dev",
            linkopts = ["-pthread"],
        )
    if "glib" not in have:
        optional_cc_repo(
            name = "glib",
            target = "glib",
            module = "glib-2.0",
            package = "libglib2.0-dev",
        )
