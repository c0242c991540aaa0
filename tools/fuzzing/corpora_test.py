# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The corpora of the checkout: small enough, one for each target, seeds as they
are made. Reads the checkout."""

import pathlib
import unittest

from tools.fuzzing import make_seeds

# Of all corpora together, in octets.
MOST = 5 << 20
ROOT = pathlib.Path(__file__).resolve().parents[2]


def found(pattern):
  return [path for top in ('cc', 'conformance', 'tools')
          for path in sorted((ROOT / top).rglob(pattern))]


class CorporaTest(unittest.TestCase):

  def test_all_together_are_small(self):
    size = sum(file.stat().st_size for folder in found('*_corpus')
               for file in folder.iterdir())
    self.assertGreater(size, 0)
    self.assertLessEqual(size, MOST)

  def test_each_target_has_one(self):
    sources = found('*_fuzzer.cc')
    self.assertGreater(len(sources), 5)
    for source in sources:
      corpus = source.with_name(source.stem[:-len('_fuzzer')] + '_corpus')
      with self.subTest(source.name):
        self.assertTrue(corpus.is_dir() and any(corpus.iterdir()))
        # The target must name it, or nothing is replayed.
        build = (source.parent / 'BUILD.bazel').read_text()
        self.assertIn(f'corpus = [":{corpus.name}"]', build)

  def test_seeds_are_those_that_are_made(self):
    made = {f'{corpus}/{name}': octets
            for corpus, name, octets in make_seeds.all_seeds(ROOT)}
    there = {path.relative_to(ROOT).as_posix(): path.read_bytes()
             for folder in found('*_corpus') for path in folder.glob('seed-*')}
    what = 'run bazel run //tools/fuzzing:make_seeds'
    self.assertEqual(sorted(set(made) ^ set(there)), [], what)
    self.assertEqual([p for p in made if made[p] != there[p]], [], what)


if __name__ == '__main__':
  unittest.main()
