# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# Reads JSON (RFC 8259) by itself, without the module that wrote it: octets to a node of
# Notation.pm. A number without a point and an exponent is an integer.
package Json;
use strict;
use warnings;
no warnings "recursion";
use Notation;

my %ESCAPE = (b => "\b", f => "\f", n => "\n", r => "\r", t => "\t");

sub node {
   my ($octets) = @_;
   my $text = $octets;
   die "not UTF-8\n" unless utf8::decode($text) && $text !~ /[\x{D800}-\x{DFFF}]|[^\x{0}-\x{10FFFF}]/;
   my $node = _value(\$text);
   die "not JSON\n" if $text =~ /\G\s*\S/gc;
   return $node;
}

sub _value {
   my ($text) = @_;
   $$text =~ /\G\s+/gc;
   return ["text", $1] if $$text =~ /\G(true|false|null)/gc;
   return ["text", Notation::text(_string($text))] if $$text =~ /\G"/gc;
   if ($$text =~ /\G(-?(?:0|[1-9]\d*))((?:\.\d+)?(?:[eE][-+]?\d+)?)/gc) {
      return ["text", length $2 ? Notation::double("$1$2" + 0) : $1 + 0];
   }
   return ["list", [_items($text, "]", \&_value)]] if $$text =~ /\G\[/gc;
   return ["map", [_items($text, "}", \&_pair)]] if $$text =~ /\G\{/gc;
   die "not JSON\n";
}

sub _items {
   my ($text, $end, $read) = @_;
   return if $$text =~ /\G\s*\Q$end\E/gc;
   my @items;
   do { push @items, $read->($text) } while $$text =~ /\G\s*,/gc;
   die "not JSON\n" unless $$text =~ /\G\s*\Q$end\E/gc;
   return @items;
}

sub _pair {
   my ($text) = @_;
   die "not JSON\n" unless $$text =~ /\G\s*"/gc;
   my $key = ["text", Notation::text(_string($text))];
   die "not JSON\n" unless $$text =~ /\G\s*:/gc;
   return [$key, _value($text)];
}

# What is left of a string behind its first quote.
sub _string {
   my ($text) = @_;
   my $string = "";
   while (1) {
      if    ($$text =~ /\G([^"\\\x00-\x1f]+)/gc)      { $string .= $1 }
      elsif ($$text =~ /\G"/gc)                       { return $string }
      elsif ($$text =~ /\G\\u([0-9a-fA-F]{4})/gc)     { $string .= chr hex $1 }
      elsif ($$text =~ m{\G\\(["\\/bfnrt])}gc)        { $string .= $ESCAPE{$1} // $1 }
      else                                            { die "not JSON\n" }
   }
}

1;
