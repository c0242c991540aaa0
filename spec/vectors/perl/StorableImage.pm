# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# Reads a Storable image by itself, without the module that wrote it: octets to a node of
# Notation.pm. Lists, maps, scalars and references are read; what could create an object,
# run code or is no value (a tie, a version string) is refused by name.
package StorableImage;
use strict;
use warnings;
no warnings "recursion";
use Notation;

my %REFUSED = (
   0x0b => "tied array", 0x0c => "tied hash", 0x0d => "tied scalar", 0x13 => "hook", 0x15 => "tied element",
   0x16 => "tied element", 0x1a => "code", 0x1b => "weak reference", 0x1c => "weak reference",
   0x1d => "version string", 0x1e => "version string", 0x20 => "regexp",
);

sub node {
   my ($octets) = @_;
   my $self = bless {octets => $octets, at => 0, seen => []};
   my $major = ord $self->_take(1);
   $self->_take(1);
   if ($major == 4) {
      my $order = $self->_take(ord $self->_take(1));
      die "native image of another kind of machine\n" unless $order eq "12345678" && $self->_take(4) eq "\x04\x08\x08\x08";
      $self->{size} = "V";
   } elsif ($major == 5) {
      $self->{size} = "N";
   } else {
      die "not an image\n";
   }
   my $node = $self->_item;
   die "octets behind the image\n" if $self->{at} < length $octets;
   return $node;
}

sub _take {
   my ($self, $count) = @_;
   die "cut short\n" if $self->{at} + $count > length $self->{octets};
   $self->{at} += $count;
   return substr $self->{octets}, $self->{at} - $count, $count;
}

sub _size { my ($self) = @_; unpack $self->{size}, $self->_take(4) }

# The objects are numbered in the order in which they begin.
sub _seen { my ($self, $node) = @_; push @{ $self->{seen} }, $node; $node }

sub _item {
   my ($self) = @_;
   my $code = ord $self->_take(1);
   if ($code == 0x00) {
      my $number = unpack "N", $self->_take(4);
      return $self->{seen}[$number] || die "object $number is not there\n";
   }
   return $self->_list if $code == 0x02;
   return $self->_map($code == 0x19) if $code == 0x03 || $code == 0x19;
   if ($code == 0x04) {
      my $node = $self->_seen(["ref", undef]);
      $node->[1] = $self->_item;
      return $node;
   }
   my $scalar = $self->_scalar($code);
   return $self->_seen(["text", $scalar]) if defined $scalar;
   die "object ", $self->_take(ord $self->_take(1)), "\n" if $code == 0x11;
   return $self->_item if $code == 0x14;    # before an object with overloading
   die $REFUSED{$code} || sprintf("opcode %02x", $code), "\n";
}

sub _scalar {
   my ($self, $code) = @_;
   return "null" if $code == 0x05 || $code == 0x0e || $code == 0x1f;
   return "true" if $code == 0x0f;
   return "false" if $code == 0x10;
   return unpack "q<", $self->_take(8) if $code == 0x06;
   return Notation::double(unpack "d<", $self->_take(8)) if $code == 0x07;
   return ord($self->_take(1)) - 128 if $code == 0x08;
   return unpack "l>", $self->_take(4) if $code == 0x09;
   return Notation::octets($self->_take(ord $self->_take(1))) if $code == 0x0a;
   return Notation::octets($self->_take($self->_size)) if $code == 0x01;
   return _text($self->_take(ord $self->_take(1))) if $code == 0x17;
   return _text($self->_take($self->_size)) if $code == 0x18;
   return;
}

sub _text {
   my ($text) = @_;
   die "not UTF-8\n" unless utf8::decode($text) && $text !~ /[\x{D800}-\x{DFFF}]|[^\x{0}-\x{10FFFF}]/;
   return Notation::text($text);
}

sub _list {
   my ($self) = @_;
   my $node = $self->_seen(["list", []]);
   push @{ $node->[1] }, $self->_item for 1 .. $self->_size;
   return $node;
}

sub _map {
   my ($self, $flags) = @_;
   $self->_take(1) if $flags;    # whether it is locked
   my $node = $self->_seen(["map", []]);
   for (1 .. $self->_size) {
      my $value = $self->_item;
      my $flag = $flags ? ord $self->_take(1) : 0;
      my $key = $self->_take($self->_size);
      # 1: the key is UTF-8. 2: it was text whose characters fit into octets.
      my $text = $flag & 1 ? _text($key) : $flag & 2 ? Notation::text($key) : Notation::octets($key);
      push @{ $node->[1] }, [["text", $text], $value];
   }
   return $node;
}

1;
