# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Makes the archives that a module registry names, where there is no network.

The registry says for each version where its archive is and what its sum is. Most
archives are what `git archive` makes of the tag, gzip'ed: from a clone of the
repository the very same octets come out, and the sum says so. Some are made by a
project's own rules (platforms, bazel_skylib, protobuf, rules_java): for these a
*stand-in* is made of the tag's tree, and an entry that differs in its sum alone,
in a registry of its own which is asked first. What is a stand-in is printed. Of a project whose archive is no
tree at all (rules_kotlin), which C++ never uses, an *empty* stand-in does: its module's
name and version, nothing else.

usage: python3 -m tools.modules.archives --registry=DIR --clones=DIR --out=DIR [--empty] URL...

Each URL is an archive's, as Bazel's message has it. A clone of OWNER/NAME is the
bare repository CLONES/OWNER+NAME/repo. Written: OUT/cache (Bazel's
--repository_cache), OUT/registry (for --registry, before the other).
Exit status: 0 all made, 1 no clone or no such tag, each named.
"""

import argparse
import base64
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

RELEASE = re.compile(r'https://github\.com/([^/]+)/([^/]+)/(?:releases/download/([^/]+)/'
                     r'|archive/(?:refs/tags/)?)(.*)$')


def integrity(octets):
  return 'sha256-' + base64.b64encode(hashlib.sha256(octets).digest()).decode()


def entries(registry, url):
  """The folders modules/NAME/VERSION whose source.json names this address."""
  found = []
  top = os.path.join(registry, 'modules')
  for name in sorted(os.listdir(top)):
    folder = os.path.join(top, name)
    for version in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
      path = os.path.join(folder, version, 'source.json')
      if os.path.exists(path):
        with open(path, encoding='utf-8') as file:
          if url in file.read():
            found.append(os.path.join('modules', name, version))
  return found


def tag_and_clone(url, clones):
  """The clone and the tag that an address belongs to, or an error's text."""
  match = RELEASE.match(url)
  if not match:
    return None, None, 'not an archive of a repository that can be cloned'
  owner, name, tag, file = match.groups()
  if not tag:
    tag = re.sub(r'\.(tar\.gz|zip)$', '', file)
  clone = os.path.join(clones, f'{owner}+{name}', 'repo')
  if not os.path.isdir(clone):
    return None, None, f'no clone {clone}'
  return clone, tag, None


def git(clone, *arguments, text=None):
  return subprocess.run(['git', '--git-dir', clone, *arguments], input=text,
                        capture_output=True, check=True).stdout


def absent(clone, tag):
  """The files of the tag that a partial clone lacks."""
  files = {}
  for line in git(clone, 'ls-tree', '-r', '-z', tag).decode().split('\0')[:-1]:
    about, _, path = line.partition('\t')
    _, kind, name = about.split()
    if kind == 'blob':  # not another repository's commit
      files.setdefault(name, []).append(path)
  found = git(clone, 'cat-file', '--batch-check', text='\n'.join(files).encode()).decode()
  return [path for line in found.splitlines() if line.endswith(' missing')
          for path in files[line.split()[0]]]


def tree(clone, tag, prefix):
  """The tag's tree as a tar archive's octets, and what of it there is not."""
  without = absent(clone, tag)
  return git(clone, 'archive', '--format=tar', f'--prefix={prefix}', tag, '--', '.',
             *[f':(exclude,literal){path}' for path in without]), without


def as_zip(tar):
  """The same files as a .zip, which the address may ask for."""
  made = io.BytesIO()
  with tarfile.open(fileobj=io.BytesIO(tar)) as files, zipfile.ZipFile(made, 'w') as out:
    for member in files:
      if member.isfile():
        info = zipfile.ZipInfo(member.name)
        info.external_attr = member.mode << 16
        out.writestr(info, files.extractfile(member).read())
  return made.getvalue()


def packed(tar):
  # As gzip -n, which gives other octets than Python's.
  return subprocess.run(['gzip', '-n'], input=tar, capture_output=True, check=True).stdout


def without_module(patch):
  """A patch's text without what it does to MODULE.bazel."""
  parts = re.split(r'(?m)^(?=diff --git )' if 'diff --git ' in patch else r'(?m)^(?=--- )', patch)
  return ''.join(p for p in parts if not re.search(r'(?m)^\+\+\+ (\S*/)?MODULE\.bazel\b', p))


def keep(cache, octets):
  digest = hashlib.sha256(octets).hexdigest()
  folder = os.path.join(cache, 'content_addressable', 'sha256', digest)
  os.makedirs(folder, exist_ok=True)
  with open(os.path.join(folder, 'file'), 'wb') as file:
    file.write(octets)


def make_empty(url, registry, out):
  """Makes a module of nothing in the place of each that has this archive."""
  tar = io.BytesIO()
  with tarfile.open(fileobj=tar, mode='w') as files:
    files.addfile(tarfile.TarInfo('BUILD.bazel'))
  octets = packed(tar.getvalue())
  keep(os.path.join(out, 'cache'), octets)
  for folder in entries(registry, url):
    copy = os.path.join(out, 'registry', folder)
    os.makedirs(copy, exist_ok=True)
    with open(os.path.join(registry, folder, 'MODULE.bazel'), encoding='utf-8') as file:
      head = re.search(r'^module\(.*?^\)\n|^module\(.*\)\n', file.read(), re.MULTILINE | re.DOTALL)
    with open(os.path.join(copy, 'MODULE.bazel'), 'w', encoding='utf-8') as file:
      file.write(head.group(0))
    with open(os.path.join(copy, 'source.json'), 'w', encoding='utf-8') as file:
      json.dump({'url': url, 'integrity': integrity(octets)}, file, indent=2)
  return f'an empty stand-in: {url}'


def make(url, registry, clones, out):
  """Makes one archive; returns a line that says what it is, or raises ValueError."""
  folders = entries(registry, url)
  clone, tag, error = tag_and_clone(url, clones)
  if error:
    raise ValueError(error)
  # An archive that only we name is one that the host makes of the tag.
  source = {'strip_prefix': f'{RELEASE.match(url).group(2)}-{tag.removeprefix("v")}'}
  if folders:
    with open(os.path.join(registry, folders[0], 'source.json'), encoding='utf-8') as file:
      source = json.load(file)
  prefix = source.get('strip_prefix', '').rstrip('/')
  try:
    tar, without = tree(clone, tag, prefix + '/' if prefix else '')
  except subprocess.CalledProcessError as no:
    raise ValueError(no.stderr.decode().strip()) from no
  octets = as_zip(tar) if url.endswith('.zip') else packed(tar)
  keep(os.path.join(out, 'cache'), octets)
  if not folders:
    return f'for who names it, whose sum tells: {url}'
  published = integrity(octets) == source['integrity']
  for folder in folders:
    enter(registry, folder, out, integrity(octets))
  if published:
    return f'the published octets: {url}'
  lacking = f' without {", ".join(without)}' if without else ''
  return f'a stand-in, the tree of {tag}{lacking}: {url}'


def enter(registry, folder, out, octets_integrity):
  """Copies an entry, with this sum and without what its patches do to MODULE.bazel.

  That is read from the registry. A tag's may be another one than the patch is for,
  and Debian's Bazel applies no patch whose lines have moved.
  """
  copy = os.path.join(out, 'registry', folder)
  shutil.copytree(os.path.join(registry, folder), copy, dirs_exist_ok=True)
  path = os.path.join(copy, 'source.json')
  with open(path, encoding='utf-8') as file:
    source = json.load(file)
  source['integrity'] = octets_integrity
  patches = {}
  for name in source.get('patches', {}):
    with open(os.path.join(copy, 'patches', name), 'r+', encoding='utf-8') as file:
      text = without_module(file.read())
      file.seek(0)
      file.truncate()
      file.write(text)
    if '\n+++ ' in text:
      patches[name] = integrity(text.encode())
  source['patches'] = patches
  with open(path, 'w', encoding='utf-8') as file:
    json.dump(source, file, indent=2)


def main(argv):
  parser = argparse.ArgumentParser(usage=__doc__.partition('usage: ')[2].partition('\n')[0])
  for name in ('registry', 'clones', 'out'):
    parser.add_argument(f'--{name}', required=True)
  parser.add_argument('--empty', action='store_true')
  parser.add_argument('urls', nargs='+')
  options = parser.parse_args(argv)
  os.makedirs(os.path.join(options.out, 'registry', 'modules'), exist_ok=True)
  with open(os.path.join(options.out, 'registry', 'bazel_registry.json'), 'w',
            encoding='utf-8') as file:
    file.write('{}\n')
  failed = False
  for url in options.urls:
    try:
      if options.empty:
        print(make_empty(url, options.registry, options.out), flush=True)
      else:
        print(make(url, options.registry, options.clones, options.out), flush=True)
    except ValueError as error:
      print(f'NOT MADE: {url}: {error}', file=sys.stderr)
      failed = True
  return 1 if failed else 0


if __name__ == '__main__':
  sys.exit(main(sys.argv[1:]))
