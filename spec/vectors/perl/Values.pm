# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# The values of Perl that the vectors are made of: for each a name, what is done
# beforehand, and the list that is handed to the serialiser.
#
# A list is in one of two forms on the wire. Arguments and events are handed over as the
# caller's own variables, f(LIST); results are what a function returned, which copies:
# f(sub { LIST }->()). Two snippets that differ in a flag of Perl's only are two values.
package Values;
use strict;
use warnings;

# Objects for the values below: without a method that a serialiser knows, with the one
# that people know from JSON, with those of CBOR.
package Plain { sub new { bless {a => 1}, shift } }
package WithJson { our @ISA = "Plain"; sub TO_JSON { {j => 1} } }
package WithCbor { our @ISA = "Plain"; sub TO_CBOR { {c => 1} } }
package WithFreeze { our @ISA = "Plain"; sub FREEZE { ($_[1], $_[0]{a}) } sub THAW { bless {thawed => $_[2]}, $_[0] } }
package Seven { sub TIESCALAR { bless [], shift } sub FETCH { 7 } }

package Values;

sub nested { my $list = []; $list = [$list] for 2 .. $_[0]; $list }

# Octets above ASCII as one character each, with Perl's text flag.
sub text { my $copy = shift; utf8::upgrade($copy); $copy }

# [name, beforehand, list]
our @ALL = (
   # Numbers
   ["integer", "", "5"],
   ["whole-double", "", "5.0"],
   ["digits", "", '"5"'],
   ["negative-integer", "", "-5"],
   ["negative-whole-double", "", "-5.0"],
   ["tenth", "", "0.1"],
   ["tenth-and-fifth", "", "0.1 + 0.2"],
   ["1e15", "", "1e15"],
   ["1e16", "", "1e16"],
   ["1e20", "", "1e20"],
   ["minus-zero", "", "-0.0"],
   ["zero-times-minus-one", "", "0 * -1.0"],
   ["2^63-1", "", "9223372036854775807"],
   ["2^64-1", "", "18446744073709551615"],
   ["2^64-written-out", "", "18446744073709551616"],
   ["-2^63", "", "-9223372036854775807 - 1"],
   ["-2^63-1", "", "-9223372036854775809"],
   ["2^32-1-double", "", "4294967295.0"],
   ["2^32-double", "", "4294967296.0"],
   ["-1e10", "", "-1e10"],
   ["infinity", "", '"inf" + 0'],
   ["minus-infinity", "", '"-inf" + 0'],
   ["nan", "", '"nan" + 0'],
   ["int-of-whole", "", "int(3.0)"],
   ["int-of-fraction", "", "int(3.7)"],
   ["quotient-whole", "", "10 / 2"],
   ["quotient", "", "7 / 2"],
   ["product-whole", "", "1.5 * 2"],
   ["product-of-integers", "", "1_000_000 * 1_000_000"],
   ["2**53", "", "2**53"],
   ["2**63", "", "2**63"],
   ["2**64", "", "2**64"],
   ["2**53-run-time", 'my ($two, $power) = (2, 53)', '$two**$power'],
   ["3**2-run-time", 'my ($three, $power) = (3, 2)', '$three**$power'],
   ["third", "", "1 / 3"],
   ["time-with-quarter", "", "1700000000.25"],
   ["1e3", "", "1e3"],
   ["hexadecimal", "", "0x10"],
   ["smallest-double", "", "5e-324"],
   ["below-float32", "", "1e-45"],
   ["one-and-half", "", "1.5"],
   ["100000-double", "", "100000.0"],
   ["pi-rounded", "", "3.14159"],
   ["1e-7", "", "1e-7"],
   ["seventeen-digits", "", "123456789.123456789"],

   # Undefined, true and false
   ["undef", "", "undef"],
   ["true", "", "(1 == 1)"],
   ["false", "", "(1 == 0)"],
   ["not-not-zero", "", "!!0"],
   ["not-not-one", "", "!!1"],
   ["true-copied", 'my $x = !!1', '$x'],
   ["true-seen-as-string", 'my $x = !!1; my $s = "$x"', '$x'],
   ["false-seen-as-number", 'my $x = !!0; my $n = $x + 0', '$x'],
   ["json-true", "", "JSON::PP::true()"],
   ["json-false", "", "JSON::PP::false()"],
   ["types-serialiser-true", "", "Types::Serialiser::true()"],
   ["types-serialiser-error", "", "Types::Serialiser::error()"],

   # Strings
   ["octet-e9", "", '"\x{e9}"'],
   ["text-e9", "", 'text("\x{e9}")'],
   ["text-263a", "", '"\x{263a}"'],
   ["utf8-octets", "", '"\xe2\x98\xba"'],
   ["octets-abc", "", '"abc"'],
   ["text-abc", "", 'text("abc")'],
   ["octets-empty", "", '""'],
   ["text-empty", "", 'text("")'],
   ["octets-200", "", '"x" x 200'],
   ["octets-nul", "", '"a\0b"'],
   ["octets-80ff", "", '"\x80\xff"'],
   ["octets-escaped-in-json", "", '"/\"\\\\\\n\x7f"'],
   ["text-2028", "", '"<\x{2028}>"'],
   ["text-1f600", "", '"\x{1F600}"'],
   ["surrogate", "", "chr(0xD800)"],
   ["beyond-unicode", "", "chr(0x110000)"],
   ["noncharacter", "", "chr(0xFFFF)"],
   ["digits-1e3", "", '"1e3"'],
   ["digits-0x10", "", '"0x10"'],
   ["version-string", "", "v1.22.333"],
   ["lvalue-substr", 'my $x = "hello"', 'substr($x, 1, 3)'],

   # What was a number and a string
   ["integer-seen-as-string", 'my $x = 5; my $s = "$x"', '$x'],
   ["double-seen-as-string", 'my $x = 0.1; my $s = "$x"', '$x'],
   ["string-seen-as-integer", 'my $x = "5"; my $n = $x + 0', '$x'],
   ["string-seen-as-double", 'my $x = "5.0"; my $n = $x + 0', '$x'],
   ["word-seen-as-number", 'no warnings; my $x = "abc"; my $n = $x + 0', '$x'],
   ["string-compared", 'my $x = "5"; my $b = $x == 5', '$x'],
   ["errno", '$! = 2', '$!'],
   ["errno-copied", '$! = 2; my $x = $!', '$x'],
   ["tied-scalar", 'tie my $x, "Seven"', '$x'],

   # Lists
   ["three-values", "", '1, "a", undef'],
   ["empty-list", "", ""],
   ["variable-twice", 'my $x = "hello"', '$x, $x'],
   ["array-twice", 'my $x = [1]', '$x, $x'],
   ["hash-twice", 'my $x = {a => 1}', '$x, $x'],
   ["two-variables", 'my ($x, $y) = ("a", "b")', '$x, $y'],
   ["array-flattened", 'my @x = (1, 2)', '@x'],
   ["array-also-elsewhere", 'my $x = [1]; my $other = $x', '$x'],

   # References
   ["array", "", '[1, [2]]'],
   ["array-empty", "", '[]'],
   ["array-named", 'my @x = (1, 2)', '\@x'],
   ["array-with-gaps", 'my @x; $x[2] = 1', '\@x'],
   ["array-weak", 'my $kept = [1]; my $x = $kept; Scalar::Util::weaken($x)', '$x'],
   ["array-in-itself", 'my $x = []; push @$x, $x', '$x'],
   ["arrays-300", "", 'nested(300)'],
   ["arrays-511", "", 'nested(511)'],
   ["arrays-512", "", 'nested(512)'],
   ["hash", "", '+{a => 1}'],
   ["hash-empty", "", '+{}'],
   ["hash-three", "", '+{a => 1, b => 2, c => 3}'],
   ["hash-keys-of-three-kinds", "", '+{1 => 1, "\x{e9}" => 2, "\x{263a}" => 3}'],
   ["hash-text-key-e9", "", '+{text("\x{e9}") => 1}'],
   ["hash-text-key-a", "", '+{text("a") => 1}'],
   ["hash-missing-element", 'my %x', '$x{x}'],
   ["scalar-reference", "", '\"x"'],
   ["reference-to-one", "", '\1'],
   ["reference-to-zero", "", '\0'],
   ["reference-to-true", "", '\!!1'],
   ["regexp", "", 'qr/x/'],
   ["code", "", 'sub { 1 }'],
   ["glob", "", '*STDOUT'],
   ["glob-reference", "", '\*STDOUT'],

   # Objects
   ["big-integer", "", 'Math::BigInt->new("12345678901234567890123")'],
   ["big-integer-negative", "", 'Math::BigInt->new("-12345678901234567890123")'],
   ["big-integer-small", "", 'Math::BigInt->new(5)'],
   ["big-float", "", 'Math::BigFloat->new("1.5")'],
   ["object", "", 'Plain->new'],
   ["object-to-json", "", 'WithJson->new'],
   ["object-to-cbor", "", 'WithCbor->new'],
   ["object-freeze", "", 'WithFreeze->new'],
   ["object-freeze-twice", 'my $x = WithFreeze->new', '$x, $x'],
);

1;
