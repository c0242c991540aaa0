# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# A tree of values as one line of text: RFC 8949's diagnostic notation.
#
# A node is [KIND, CONTENT]: "text" with the finished notation of a scalar, "list" with
# nodes, "map" with pairs of nodes, "tag" with a number and a node, "ref" (of Perl: a
# reference) with the node it leads to, "same" with a node that is somewhere else too.
#
# The pairs of a map come in the order in which they were read; with $SORTED by their keys.
# 28(VALUE) is a value that 29(N) refers to, N counting the 28 of the line from 0.
package Notation;
use strict;
use warnings;
no warnings "recursion";

our $SORTED = 0;

# The notation of a string of octets, a text, a double.
sub octets { "h'" . unpack("H*", $_[0]) . "'" }

sub text {
   my ($text) = @_;
   $text =~ s/(["\\])/\\$1/g;
   $text =~ s/([^ -~])/_escape(ord $1)/ge;
   return qq("$text");
}

sub _escape {
   my ($code) = @_;
   return sprintf "\\u%04x", $code if $code < 0x10000;
   return sprintf "\\u{%x}", $code if $code > 0x10FFFF;
   return sprintf "\\u%04x\\u%04x", 0xD7C0 + ($code >> 10), 0xDC00 + ($code & 0x3FF);
}

# The fewest of 15, 16 or 17 digits that are this double again.
sub double {
   my ($value) = @_;
   return "NaN" if $value != $value;
   return $value > 0 ? "Infinity" : "-Infinity" if $value == 9**9**9 || $value == -9**9**9;
   my ($text) = grep { $_ == $value } map { sprintf "%.${_}g", $value } 15 .. 17;
   return $text =~ /[.e]/ ? $text : "$text.0";
}

sub _pairs {
   my ($pairs) = @_;
   return $SORTED ? sort { $a->[0][1] cmp $b->[0][1] } @$pairs : @$pairs;
}

# A node in notation; dies with "cycle" for one that is inside itself.
sub line {
   my ($root) = @_;
   my (%referred, %number, %open);
   _walk($root, \%referred, {});
   return _print($root, \%referred, \%number, \%open);
}

# The node that a reference to a list or a map stands for: that list or map.
sub _plain {
   my ($node) = @_;
   while (1) {
      if    ($node->[0] eq "same") { $node = $node->[1] }
      elsif ($node->[0] eq "ref" && _plain_kind($node->[1]) =~ /^(?:list|map)$/) { $node = $node->[1] }
      else  { return $node }
   }
}

sub _plain_kind {
   my ($node) = @_;
   $node = $node->[1] while $node->[0] eq "same";
   return $node->[0];
}

sub _children {
   my ($node) = @_;
   my ($kind, @content) = @$node;
   return $kind eq "list" ? @{ $content[0] }
        : $kind eq "map"  ? map { @$_ } _pairs($content[0])
        : $kind eq "tag"  ? $content[1]
        : $kind eq "ref"  ? $content[0]
        :                   ();
}

# Finds the nodes that are met more than once.
sub _walk {
   my ($node, $referred, $met) = @_;
   $node = _plain($node);
   return $referred->{$node} = 1 if $met->{$node}++;
   _walk($_, $referred, $met) for _children($node);
}

sub _print {
   my ($node, $referred, $number, $open) = @_;
   $node = _plain($node);
   die "cycle\n" if $open->{$node};
   return "29($number->{$node})" if exists $number->{$node};
   $number->{$node} = keys %$number if $referred->{$node};
   local $open->{$node} = 1;
   my ($kind, @content) = @$node;
   my $inner = sub { _print($_[0], $referred, $number, $open) };
   my $text = $kind eq "text" ? $content[0]
            : $kind eq "list" ? "[" . join(", ", map { $inner->($_) } @{ $content[0] }) . "]"
            : $kind eq "map"  ? "{" . join(", ", map { $inner->($_->[0]) . ": " . $inner->($_->[1]) } _pairs($content[0])) . "}"
            : $kind eq "tag"  ? "$content[0](" . $inner->($content[1]) . ")"
            :                   "22098(" . $inner->($content[0]) . ")";
   return $referred->{$node} ? "28($text)" : $text;
}

1;
