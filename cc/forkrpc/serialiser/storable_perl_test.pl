# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# Does with Storable what storable_perl_test.cc asks on stdin. Strings go in and
# out as an N length and the octets; storable_model.h says what a description is.
#
#   "F" description  -> freeze and nfreeze of the list it describes
#   "V" description  -> the same, where a list or map that comes again is the
#                       same variable, as the arguments of f($l, $l) are
#   "T" image        -> "A" description of what thaw gives, or "E" error message

use strict;
use warnings;
use feature "refaliasing";
no warnings "experimental::refaliasing";
use B ();
use Scalar::Util qw(refaddr reftype);
use Storable ();

binmode STDIN;
binmode STDOUT;

sub take {
   my ($n) = @_;
   my $octets = "";
   while ($n > length $octets) {
      read STDIN, $octets, $n - length $octets, length $octets
         or die "input ends too early";
   }
   $octets
}

sub take_string { take unpack "N", take 4 }
sub put_string { print pack "N/a*", $_[0] }

# Each parse function returns a reference to the variable that it made, so that
# one variable can be an element in several places.
my @shared;
my $share_variables;

sub parse_string {
   $_[0] =~ /\G([OX])(\d+):/gc or die "no string";
   my ($kind, $size) = ($1, $2);
   my $string = substr $_[0], pos $_[0], $size;
   pos ($_[0]) += $size;
   if ($kind eq "X") {
      utf8::decode $string;
      utf8::upgrade $string;
   }
   \$string
}

sub parse {
   $_[0] =~ /\GU/gc and return \my $undef;
   $_[0] =~ /\GT/gc and return \!!1;
   $_[0] =~ /\GF/gc and return \!!0;
   $_[0] =~ /\GI(-?\d+);/gc and return \(my $integer = 0 + $1);
   $_[0] =~ /\GD([0-9a-f]{16});/gc
      and return \(my $double = unpack "d>", pack "H*", $1);
   $_[0] =~ /\G(?=[OX])/gc and return parse_string $_[0];
   if ($_[0] =~ /\GL(\d+);/gc) {
      my @list;
      \$list[$_] = parse ($_[0]) for 0 .. $1 - 1;
      return \(my $list = \@list);
   }
   if ($_[0] =~ /\GM(\d+);/gc) {
      my %map;
      for (1 .. $1) {
         my $key = parse_string $_[0];
         \$map{$$key} = parse ($_[0]);
      }
      return \(my $map = \%map);
   }
   $_[0] =~ /\GR/gc and return \(my $reference = parse ($_[0]));
   if ($_[0] =~ /\GS(\d+);/gc) {
      my $number = $1;
      return $shared[$number] = parse ($_[0]);
   }
   if ($_[0] =~ /\Gs(\d+);/gc) {
      # A second reference to a list or map, but the same scalar.
      my $variable = $shared[$1];
      return $variable if $share_variables;
      return $variable unless (reftype ($$variable) // "") =~ /ARRAY|HASH/;
      return \(my $again = $$variable);
   }
   die "no description";
}

sub is_container { (reftype (${$_[0]}) // "") =~ /^(?:ARRAY|HASH)$/ }

# What a description calls one thing: a list or map, or else the variable.
my %constant = map { refaddr ($_) => 1 } \!!1, \!!0, \undef;
sub identity {
   my ($variable) = @_;
   return refaddr $$variable if is_container $variable;
   $constant{refaddr $variable} ? undef : refaddr $variable
}

sub children {
   my ($variable) = @_;
   my $type = reftype ($$variable) // return;
   $type eq "ARRAY" ? map \$_, @$$variable
      : $type eq "HASH" ? map \$_, values %$$variable
      : $$variable
}

sub count {
   my ($variable, $counts) = @_;
   my $identity = identity $variable;
   return if defined $identity && 1 < ++$counts->{$identity};
   count ($_, $counts) for children $variable;
}

sub string {
   my ($string) = @_;
   my $kind = utf8::is_utf8 ($string) ? "X" : "O";
   utf8::encode $string if $kind eq "X";
   $kind . (length $string) . ":$string"
}

sub scalar_description {
   my ($variable) = @_;
   return "T" if refaddr $variable == refaddr \!!1;
   return "F" if refaddr $variable == refaddr \!!0;
   return "U" unless defined $$variable;
   my $flags = B::svref_2object ($variable)->FLAGS;
   return string $$variable if $flags & B::SVf_POK;
   return "I$$variable;" if $flags & B::SVf_IOK;
   return "D" . (unpack "H*", pack "d>", $$variable) . ";" if $flags & B::SVf_NOK;
   die "a scalar of no kind";
}

sub describe {
   my ($variable, $counts, $numbers) = @_;
   my $identity = identity $variable;
   my $prefix = "";
   if (defined $identity && 1 < $counts->{$identity}) {
      return "s$numbers->{$identity};" if defined $numbers->{$identity};
      $numbers->{$identity} = scalar keys %$numbers;
      $prefix = "S$numbers->{$identity};";
   }
   my $type = reftype ($$variable) // "";
   if ($type eq "ARRAY") {
      $prefix .= "L" . @$$variable . ";";
      $prefix .= describe (\$_, $counts, $numbers) for @$$variable;
   } elsif ($type eq "HASH") {
      my %keys = map { string ($_) => $_ } keys %$$variable;
      $prefix .= "M" . keys (%$$variable) . ";";
      $prefix .= $_ . describe (\$$variable->{$keys{$_}}, $counts, $numbers)
         for sort keys %keys;
   } elsif ($type) {
      $prefix .= "R" . describe ($$variable, $counts, $numbers);
   } else {
      $prefix .= scalar_description $variable;
   }
   $prefix
}

while (read STDIN, my $op, 1) {
   if ($op eq "F" or $op eq "V") {
      $share_variables = $op eq "V";
      my $description = take_string;
      @shared = ();
      pos ($description) = 0;
      my $list = ${parse $description};
      put_string Storable::freeze $list;
      put_string Storable::nfreeze $list;
   } elsif ($op eq "T") {
      my $image = take_string;
      my $list = eval { Storable::thaw $image };
      if (defined $list) {
         my (%counts, %numbers);
         count \$list, \%counts;
         print "A";
         put_string describe \$list, \%counts, \%numbers;
      } else {
         print "E";
         put_string $@ || "undef, without an error";
      }
   } else {
      die "unknown operation";
   }
}
