"""Debian's C++ packages under the canonical Bazel labels.

`system_cc_repo` makes a repository whose targets are thin `cc_library` rules
around the headers and archives that pkg-config names, so that a BUILD file says
`@com_google_absl//absl/status` whether the code comes from a package or from a
pinned archive. Static archives are preferred: a worker process that maps thirty
shared Abseil libraries pays for it in start-up time and in memory.
"""

_LOAD = "load(\"@forkrpc_rules//:cc.bzl\", \"cc_library\")\n\n"

def _pkg_config(ctx, module):
    result = ctx.execute(["pkg-config", "--libs", "--static", module])
    if result.return_code != 0:
        fail(("pkg-config does not know '%s'. Run tools/setup, or build with " +
              "--config=pinned to fetch pinned sources instead.\n%s") %
             (module, result.stderr))
    return [flag for flag in result.stdout.strip().split(" ") if flag]

def _static(ctx, libdir, flag):
    """Turns -lname into -l:libname.a where that archive exists."""
    if not flag.startswith("-l"):
        return flag

    # libuv's is called libuv_a.a.
    for archive in ["lib%s.a" % flag[2:], "lib%s_a.a" % flag[2:]]:
        if ctx.path(libdir + "/" + archive).exists:
            return "-l:" + archive
    return flag

def _impl(ctx):
    libdir = ctx.execute(["pkg-config", "--variable=libdir", ctx.attr.libdir_of]).stdout.strip()
    packages = {}
    for label, module in ctx.attr.targets.items():
        package, _, name = label.partition(":")
        name = name or package.rpartition("/")[2]
        flags = _pkg_config(ctx, module) if module else []
        linkopts = [
            _static(ctx, libdir, flag)
            for flag in flags
            if not flag.startswith("-L") and not flag.startswith("-I")
        ]
        rule = "cc_library(\n    name = %r,\n    linkopts = %r,\n)\n" % (name, linkopts)
        packages.setdefault(package, []).append(rule)
    for package, text in ctx.attr.extra.items():
        packages.setdefault(package, []).append(text)
    for package, rules in packages.items():
        body = _LOAD + "package(default_visibility = [\"//visibility:public\"])\n\n" + "\n".join(rules)
        ctx.file((package + "/" if package else "") + "BUILD.bazel", body)
    for link, target in ctx.attr.symlinks.items():
        if not ctx.path(target).exists:
            fail("%s is not installed. Run tools/setup." % target)
        ctx.symlink(target, link)

system_cc_repo = repository_rule(
    implementation = _impl,
    local = True,
    attrs = {
        "extra": attr.string_dict(doc = "package -> text added to its BUILD file."),
        "libdir_of": attr.string(mandatory = True, doc = "Module that says where the archives are."),
        "symlinks": attr.string_dict(doc = "path in the repository -> system file."),
        "targets": attr.string_dict(
            doc = "'package:name' -> pkg-config module ('' for headers only).",
        ),
    },
    environ = ["PKG_CONFIG_PATH"],
)

def _empty_impl(ctx):
    for path, text in ctx.attr.files.items():
        ctx.file(path, text)

text_repo = repository_rule(
    implementation = _empty_impl,
    attrs = {"files": attr.string_dict(doc = "path -> content")},
    doc = "A repository made of a few lines of text.",
)

def _optional_impl(ctx):
    includes = []
    linkopts = ctx.attr.linkopts
    if ctx.attr.module:
        flags = ctx.execute(["pkg-config", "--cflags-only-I", "--libs", ctx.attr.module])
        if flags.return_code != 0:
            fail("%s is not installed (package %s): %s" %
                 (ctx.attr.target, ctx.attr.package, flags.stderr))
        flags = [flag for flag in flags.stdout.strip().split(" ") if flag]
        linkopts = linkopts + [flag for flag in flags if flag.startswith("-l")]

        # Bazel knows the compiler's own folders only: others are linked to.
        for folder in [flag[2:] for flag in flags if flag.startswith("-I")]:
            includes.append("include/%d" % len(includes))
            ctx.symlink(folder, includes[-1])
    elif not ctx.path("/usr/include/" + ctx.attr.header).exists:
        fail("%s is not installed (package %s)" % (ctx.attr.target, ctx.attr.package))
    ctx.file("BUILD.bazel", _LOAD + """cc_library(
    name = %r,
    hdrs = glob(["include/**"]),
    defines = %r,
    includes = %r,
    linkopts = %r,
    visibility = ["//visibility:public"],
)
""" % (ctx.attr.target, ctx.attr.defines, includes, linkopts))

optional_cc_repo = repository_rule(
    implementation = _optional_impl,
    local = True,
    attrs = {
        "defines": attr.string_list(),
        "header": attr.string(doc = "Below /usr/include; for a library without a module."),
        "linkopts": attr.string_list(),
        "module": attr.string(doc = "pkg-config's; linked as it says, shared."),
        "package": attr.string(mandatory = True, doc = "What to install."),
        # The repository's own name is another one where there are modules.
        "target": attr.string(mandatory = True, doc = "The library's name."),
    },
    environ = ["PKG_CONFIG_PATH"],
    doc = "A library of the system that is needed only where it is used.",
)
