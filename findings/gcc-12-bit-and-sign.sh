#!/bin/sh
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# gcc 12.2 (Debian 12: cpp-12 12.2.0-14+deb12u1, x86-64) compiles the comparison of "a number is
# not negative" with "a bit is set" to code that never looks at the number.
#
# Guess: -O0 to -O3 agree. Seen: with -O1 or -O2, by how the rest looks, the other answer.
# gcc 16 and clang 14 compile it rightly.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq cpp-12=12.2.0-14+deb12u1 libisl23=0.25-1.1 libmpc3=1.3.1-1 libmpfr6=4.2.0-1 \
  2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
cat >bit.c <<'C'
int printf(const char *, ...);
__attribute__((noinline)) int number(int i) { return i == 9 ? -1 : 5; }
int is_positive(int i) { return number(i) >= 0; }
__attribute__((noinline)) int none_agrees(int bits) {
  for (int i = 0; i < 3; ++i)
    if (is_positive(i) == ((bits >> i & 1) != 0)) return 0;
  return 1;
}
int main(void) { return printf("%d\n", none_agrees(0)) < 0; }
C
said=
for level in 0 1 2 3; do
  LD_LIBRARY_PATH=$work/root/usr/lib/x86_64-linux-gnu \
    root/usr/lib/gcc/x86_64-linux-gnu/12/cc1 -quiet -O$level bit.c -o bit.s
  cc bit.s -o bit
  said="$said $(./bit)"
done
echo "gcc 12.2: none of 5, 5, 5 agrees with the bits 0, 0, 0: 1. With -O0 to -O3:$said"
test "$said" = " 1 1 0 1" || { echo "that has changed" >&2; exit 1; }
