# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# Reads CBOR (RFC 8949) by itself, without the module that wrote it: octets to a node of
# Notation.pm. Of the tags, 28 and 29 (shared values) are resolved; the others stay.
package Cbor;
use strict;
use warnings;
no warnings "recursion";
use Notation;

sub node {
   my ($octets) = @_;
   my $self = bless {octets => $octets, at => 0, shared => []};
   my $node = $self->_item;
   die "octets behind the value\n" if $self->{at} < length $octets;
   return $node;
}

sub _take {
   my ($self, $count) = @_;
   die "cut short\n" if $self->{at} + $count > length $self->{octets};
   $self->{at} += $count;
   return substr $self->{octets}, $self->{at} - $count, $count;
}

sub _number { my ($self, $info) = @_; $info < 24 ? $info : unpack((qw(C n N Q>))[$info - 24], $self->_take(1 << $info - 24)) }

sub _item {
   my ($self) = @_;
   my $head = ord $self->_take(1);
   my ($major, $info) = ($head >> 5, $head & 31);
   die "indefinite length or reserved\n" if $info > 27;
   return $self->_simple($info) if $major == 7;
   my $number = $self->_number($info);
   return ["text", $number] if $major == 0;
   return ["text", $number <= ~0 >> 1 ? -1 - $number : die "below -2^63\n"] if $major == 1;
   return ["text", Notation::octets($self->_take($number))] if $major == 2;
   if ($major == 3) {
      my $text = $self->_take($number);
      die "not UTF-8\n" unless utf8::decode($text) && $text !~ /[\x{D800}-\x{DFFF}]|[^\x{0}-\x{10FFFF}]/;
      return ["text", Notation::text($text)];
   }
   return ["list", [map { $self->_item } 1 .. $number]] if $major == 4;
   return ["map", [map { [$self->_item, $self->_item] } 1 .. $number]] if $major == 5;
   if ($number == 28) {
      my $same = ["same", undef];
      push @{ $self->{shared} }, $same;
      return $same->[1] = $self->_item;
   }
   if ($number == 29) {
      my $index = $self->_item->[1];
      return $self->{shared}[$index] || die "29 to nowhere\n";
   }
   return ["tag", $number, $self->_item];
}

sub _simple {
   my ($self, $info) = @_;
   return ["text", Notation::double(unpack "f>", $self->_take(4))] if $info == 26;
   return ["text", Notation::double(unpack "d>", $self->_take(8))] if $info == 27;
   return ["text", (qw(false true null undefined))[$info - 20]] if $info >= 20 && $info < 24;
   die "simple value or half float\n";
}

1;
