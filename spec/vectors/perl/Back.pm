# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# What a module made of octets, as a node of Notation.pm: a string with Perl's text flag
# is a text, one without it is octets.
package Back;
use strict;
use warnings;
no warnings "recursion";
use B ();
use Notation;
use Scalar::Util qw(blessed refaddr reftype);

our $TEXT_ONLY = 0;         # for a format that has no octets
our $WHOLE_IS_INTEGER = 0;  # 5.0 is written as 5

sub _string { $TEXT_ONLY || utf8::is_utf8($_[0]) ? Notation::text($_[0]) : Notation::octets($_[0]) }

sub node {
   my ($list) = @_;
   return _referred($list, {});
}

sub _scalar {
   my ($value, $met) = @_;    # a reference to the scalar, so that it is not copied
   return ["text", "null"] unless defined $$value;
   return _referred($$value, $met) if ref $$value;
   return ["text", $$value ? "true" : "false"] if _is_bool($$value);
   return $met->{ refaddr $value } ||= ["text", _text($value)];
}

sub _is_bool { no warnings; defined &builtin::is_bool && builtin::is_bool($_[0]) }

sub _text {
   my ($value) = @_;
   my $flags = B::svref_2object($value)->FLAGS;
   return _string($$value) if $flags & B::SVf_POK;
   return "" . $$value if $flags & B::SVf_IOK;
   return sprintf "%d", $$value if $WHOLE_IS_INTEGER && $$value == int $$value && abs $$value < 2**53;
   return Notation::double($$value);
}

sub _referred {
   my ($reference, $met) = @_;
   my $class = blessed $reference;
   return ["text", _object($reference, $class)] if defined $class;
   my $kind = reftype $reference;
   my $node = $met->{ refaddr $reference };
   return $node if $node;
   if ($kind eq "ARRAY") {
      $node = $met->{ refaddr $reference } = ["list", []];
      # An element that was never set has no scalar to look at.
      push @{ $node->[1] }, exists $reference->[$_] ? _scalar(\$reference->[$_], $met) : ["text", "null"] for 0 .. $#$reference;
   } elsif ($kind eq "HASH") {
      $node = $met->{ refaddr $reference } = ["map", []];
      push @{ $node->[1] }, [["text", _string($_)], _scalar(\$reference->{$_}, $met)]
         for keys %$reference;
   } else {
      $node = ["ref", _scalar($reference, $met)];
   }
   return $node;
}

sub _object {
   my ($object, $class) = @_;
   return $$object ? "true" : "false" if $class eq "JSON::PP::Boolean";
   return "$class($object)" if $class =~ /^(?:Math::|Regexp$)/;
   return $class;
}

1;
