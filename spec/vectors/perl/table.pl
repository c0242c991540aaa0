# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# The table "What a Perl value becomes" of spec/serialisers.md, from values.tsv:
#
#    perl table.pl ../../serialisers.md values.tsv             # fails if it is another
#    perl table.pl ../../serialisers.md values.tsv --update
use strict;
use warnings;

# The values that are worth a row; the others are in values.tsv.
my @NAMES = qw(
   integer whole-double negative-whole-double digits tenth 1e15 1e16 2**53 minus-zero 2^64-1 -2^63 infinity nan
   undef true false json-true types-serialiser-error
   octets-abc text-abc octet-e9 text-e9 text-263a utf8-octets surrogate version-string
   integer-seen-as-string double-seen-as-string string-seen-as-integer errno lvalue-substr tied-scalar
   variable-twice array-twice array-weak array-with-gaps array-in-itself arrays-512
   hash hash-text-key-a hash-text-key-e9 hash-keys-of-three-kinds
   scalar-reference reference-to-one code regexp
   big-integer big-integer-negative object object-to-json object-to-cbor object-freeze
);
my @SERIALISERS = qw(string-pack json cbor storable nstorable);
my ($START, $END) = ("<!-- what a Perl value becomes -->\n", "<!-- end -->\n");

my ($page, $values, $update) = @ARGV;
die "usage: table.pl PAGE values.tsv [--update]\n" unless defined $values;

sub read_file { my ($path) = @_; open my $file, "<", $path or die "$path: $!\n"; local $/; <$file> }

# name => form => serialiser => [hex, value, perl]
my %row;
for (grep { !/^#/ } split /\n/, read_file($values)) {
   my ($name, $form, $perl, $serialiser, $hex, $value) = split /\t/;
   $row{$name}{$form}{$serialiser} = [$hex, $value, $perl];
}

sub code { my ($text) = @_; $text =~ s/\|/\\|/g; "`$text`" }

# A list of one value without its brackets; what is no list as a word.
sub cell {
   my ($field) = @_;
   my ($hex, $value) = @$field;
   return "dies" if $hex eq "-" && $value !~ /character above|address/;
   return $value =~ /address/ ? "its address" : "none" if $hex eq "-";
   return $value =~ s/^!//r if $value =~ /^!/;
   return code($value =~ s/^\[(.*)\]$/$1/r);
}

sub row {
   my ($name) = @_;
   my $forms = $row{$name} || die "no value '$name'\n";
   my @cells = map {
      my ($args, $results) = map { $_ ? cell($_) : "" } @{ $forms->{args} }{$_}, ($forms->{results} || {})->{$_};
      $results eq "" || $results eq $args ? $args : "$args; as a result $results";
   } @SERIALISERS;
   return join(" | ", "| " . code($forms->{args}{json}[2]), @cells) . " |\n";
}

my $table = join "", "| Perl | ", join(" | ", @SERIALISERS), " |\n", "|", "---|" x (1 + @SERIALISERS), "\n", map { row($_) } @NAMES;
my $text = read_file($page);
my $at = index $text, $START;
my $end = index $text, $END, $at;
die "$page: no place for the table\n" if $at < 0 || $end < 0;
$at += length $START;
exit 0 if substr($text, $at, $end - $at) eq $table;
die "$page: the table is another than values.tsv says; perl table.pl $page $values --update\n" unless $update;
substr $text, $at, $end - $at, $table;
open my $file, ">", $page or die "$page: $!\n";
print $file $text;
close $file or die "$page: $!\n";
