# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""A clone's tag gives the archive that a registry names, or a stand-in that is said."""

import json
import os
import subprocess
import tarfile
import tempfile
import unittest

from tools.modules import archives

URL = 'https://github.com/some/thing/releases/download/v1/thing-1.tar.gz'
PATCH = '''--- MODULE.bazel
+++ MODULE.bazel
@@ -1 +1 @@
-x
+y
--- BUILD.bazel
+++ BUILD.bazel
@@ -0,0 +1 @@
+# here
'''


class ArchivesTest(unittest.TestCase):

  def setUp(self):
    super().setUp()
    folder = tempfile.TemporaryDirectory()
    self.addCleanup(folder.cleanup)
    self.root = folder.name
    work = os.path.join(self.root, 'work')
    self.clone = os.path.join(self.root, 'clones', 'some+thing', 'repo')
    os.makedirs(work)
    with open(os.path.join(work, 'BUILD.bazel'), 'w', encoding='utf-8') as file:
      file.write('# a file\n')
    for command in (['init', '-q', '.'], ['add', '.'],
                    ['-c', 'user.name=x', '-c', 'user.email=x', 'commit', '-qm', 'x'],
                    ['tag', 'v1'], ['clone', '-q', '--bare', '.', self.clone]):
      subprocess.run(['git', *command], cwd=work, check=True)
    self.entry = os.path.join('modules', 'thing', '1')
    os.makedirs(os.path.join(self.root, 'registry', self.entry, 'patches'))
    tar, _ = archives.tree(self.clone, 'v1', 'thing-1/')
    self.published = archives.integrity(archives.packed(tar))

  def write_entry(self, integrity):
    folder = os.path.join(self.root, 'registry', self.entry)
    with open(os.path.join(folder, 'MODULE.bazel'), 'w', encoding='utf-8') as file:
      file.write('module(\n    name = "thing",\n)\n\nregister_toolchains("//:all")\n')
    with open(os.path.join(folder, 'patches', 'a.patch'), 'w', encoding='utf-8') as file:
      file.write(PATCH)
    with open(os.path.join(folder, 'source.json'), 'w', encoding='utf-8') as file:
      json.dump({'url': URL, 'integrity': integrity, 'strip_prefix': 'thing-1',
                 'patches': {'a.patch': archives.integrity(PATCH.encode())}}, file)

  def make(self, url=URL):
    return archives.make(url, os.path.join(self.root, 'registry'),
                         os.path.join(self.root, 'clones'), os.path.join(self.root, 'out'))

  def made(self):
    with open(os.path.join(self.root, 'out', 'registry', self.entry, 'source.json'),
              encoding='utf-8') as file:
      return json.load(file)

  def kept(self, integrity):
    digest = archives.base64.b64decode(integrity.partition('-')[2]).hex()
    return os.path.join(self.root, 'out', 'cache', 'content_addressable', 'sha256', digest, 'file')

  def test_the_published_octets_are_known_by_their_sum(self):
    self.write_entry(self.published)
    self.assertEqual(self.make(), f'the published octets: {URL}')
    self.assertEqual(self.made()['integrity'], self.published)
    with tarfile.open(self.kept(self.published)) as files:
      self.assertIn('thing-1/BUILD.bazel', files.getnames())

  def test_a_stand_in_is_said(self):
    self.write_entry(archives.integrity(b'other octets'))
    self.assertEqual(self.make(), f'a stand-in, the tree of v1: {URL}')
    self.assertEqual(self.made()['integrity'], self.published)
    self.assertTrue(os.path.exists(self.kept(self.published)))

  def test_what_a_patch_does_to_the_module_file_is_left_out(self):
    self.write_entry(self.published)
    self.make()
    rest = PATCH[PATCH.index('--- BUILD'):]
    self.assertEqual(self.made()['patches'], {'a.patch': archives.integrity(rest.encode())})

  def test_what_cannot_be_made_is_an_error(self):
    for url, why in ((URL.replace('thing/', 'other/'), 'no clone'),
                     ('https://example.com/x.tar.gz', 'not an archive'),
                     (URL.replace('/v1/', '/v2/'), 'v2')):
      with self.subTest(url), self.assertRaisesRegex(ValueError, why):
        self.make(url)

  def test_an_empty_stand_in_has_the_name_and_no_toolchains(self):
    self.write_entry(self.published)
    out = os.path.join(self.root, 'out')
    archives.make_empty(URL, os.path.join(self.root, 'registry'), out)
    with open(os.path.join(out, 'registry', self.entry, 'MODULE.bazel'), encoding='utf-8') as file:
      self.assertEqual(file.read(), 'module(\n    name = "thing",\n)\n')


if __name__ == '__main__':
  unittest.main()
