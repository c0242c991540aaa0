# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# Makes the vectors of the original's serialisers from the modules that are installed:
#
#    perl make.pl > values.tsv              # README.md in this folder has the columns
#    perl make.pl --check values.tsv        # what would be other, and fails if anything is
#
# --check looks only at the serialisers whose module is there in the version that made the
# file (and, for Storable, with the Perl that did); the others are named as NOT RUN. With
# --all it fails if one was not run.
use strict;
use warnings;
no warnings "recursion";
use FindBin;
use JSON::PP ();
use lib $FindBin::Bin;

# The order of a hash and the language of an error are part of the octets.
BEGIN {
   if (($ENV{PERL_HASH_SEED} // "") ne "0") {
      @ENV{qw(PERL_HASH_SEED PERL_PERTURB_KEYS LC_ALL)} = (0, 0, "C");
      exec $^X, $0, @ARGV or die "perl: $!\n";
   }
}

use Back;
use Cbor;
use Json;
use Math::BigFloat;
use Math::BigInt;
use Notation;
use Scalar::Util;
use StorableImage;
use Values;

# Some of the values are its objects; JSON::XS and CBOR::XS bring it.
our $BOOLEANS = eval { require Types::Serialiser; 1 };

# As the original has them: pack a list, unpack a payload to one. No strict references,
# because it has none.
my %CODE = (
   "string-pack" => {module => "", pack => sub { pack "(w/a*)*", @_ }, unpack => sub { [unpack "(w/a*)*", $_[0]] },
      read => sub { ["list", [map { ["text", Notation::octets($_)] } unpack "(w/a*)*", $_[0]]] }},
   json => {module => "JSON::XS", pack => sub { JSON::XS::encode_json(\@_) }, unpack => sub { JSON::XS::decode_json($_[0]) },
      read => \&Json::node},
   cbor => {module => "CBOR::XS", pack => sub { CBOR::XS::encode_cbor_sharing(\@_) }, unpack => sub { CBOR::XS::decode_cbor($_[0]) },
      read => \&Cbor::node},
   storable => {module => "Storable", pack => sub { Storable::freeze(\@_) }, unpack => sub { Storable::thaw($_[0]) },
      read => \&StorableImage::node},
   nstorable => {module => "Storable", pack => sub { Storable::nfreeze(\@_) }, unpack => sub { Storable::thaw($_[0]) },
      read => \&StorableImage::node},
);
our @SERIALISERS = qw(string-pack json cbor storable nstorable);
my @COLUMNS = qw(name form perl serialiser hex value back);

# The module of a serialiser with its version, "" if it is not there.
sub version_of {
   my ($serialiser) = @_;
   my $module = $CODE{$serialiser}{module} or return sprintf "perl %vd", $^V;
   return "" unless eval "require $module; 1";
   my $version = "$module " . $module->VERSION;
   return $module eq "Storable" ? sprintf "%s with perl %vd, %d-bit", $version, $^V, 8 * length pack "j", 0 : $version;
}

# An error in a line, without what is other each time.
sub reason {
   my ($error) = @_;
   $error =~ s/ at \S+ line \d+.*//s;
   $error =~ s/0x[0-9a-f]+/0x.../g;
   $error =~ s/[\t\n]+/ /g;
   $error =~ s/\s+$//;
   return "!" . substr $error, 0, 70;
}

sub snippet {
   my ($form, $before, $list) = @_;
   return ($before eq "" ? "" : "$before; ") . "f($list)" if $form eq "args";
   return "f(sub { " . ($before eq "" ? "" : "$before; ") . "$list }->())";
}

# What a snippet makes: (hex, value, back).
sub fields {
   my ($serialiser, $code) = @_;
   my $made = $CODE{$serialiser};
   no warnings "once";
   my $octets = eval {
      local $SIG{__WARN__} = sub { };
      no strict "refs";
      local *Values::f = sub { &{ $made->{pack} } };
      my $octets = eval "package Values; no strict; no warnings; $code" // die $@;
      utf8::downgrade($octets, 1) or die "a character above 255\n";
      $octets =~ /\(0x[0-9a-f]+\)/ and die "an address as text\n";
      $octets;
   };
   return ("-", reason($@), "-") unless defined $octets;
   my $value = eval { Notation::line($made->{read}->($octets)) } // reason($@);
   local $SIG{__WARN__} = sub { };
   local $Back::TEXT_ONLY = $serialiser eq "json";
   local $Notation::SORTED = 1;
   my $back = eval { Notation::line(Back::node($made->{unpack}->($octets))) } // reason($@);
   my $sorted = eval { Notation::line($made->{read}->($octets)) } // "";
   return (unpack("H*", $octets), $value, $back eq $sorted ? "=" : $back);
}

# The lines of one serialiser: the results' form where its octets are other.
sub rows {
   my ($serialiser) = @_;
   my @rows;
   for (@Values::ALL) {
      my ($name, $before, $list) = @$_;
      next if !$BOOLEANS && $list =~ /Types::Serialiser/;
      my %hex;
      for my $form ("args", "results") {
         my $code = snippet($form, $before, $list);
         my @fields = fields($serialiser, $code);
         $hex{$form} = $fields[0];
         push @rows, join "\t", $name, $form, $code, $serialiser, @fields if $form eq "args" || $hex{results} ne $hex{args};
      }
   }
   return @rows;
}

sub read_file {
   my ($path) = @_;
   open my $file, "<", $path or die "$path: $!\n";
   chomp(my @lines = <$file>);
   my %version = map { /^# made by: (\S+): (.*)/ ? ($1, $2) : () } @lines;
   return \%version, [grep { !/^#/ } @lines];
}

# What stands above the lines.
my $HEAD = <<'TEXT';
# What Perl programs put into payloads with the original's serialisers, made by the real
# modules: perl make.pl > values.tsv. One line a vector, tabs between the columns:
#   name        of the value, see Values.pm
#   form        args: the caller's own variables, as arguments and events are sent;
#               results: what a function returned, which copies. A value has a line of
#               the second form only where its octets are other.
#   perl        the snippet; f is the serialiser
#   serialiser  its identifier, see spec/serialisers.md
#   hex         the payload, which may be empty; "-" if Perl makes none
#   value       what the octets say, as the format is defined, in RFC 8949's diagnostic
#               notation on one line: h'..' octets, ".." text (all but ASCII as \u....),
#               integers, doubles with a point or an exponent (the shortest of 15 to 17
#               digits) or NaN, Infinity, -Infinity, null, undefined, true, false, [..],
#               {key: value} in the order of the octets, NUMBER(..) a tag. 28(..) is
#               a value that is there more than once, 29(N) the N-th of these, from 0,
#               again: the tags 28 and 29 of CBOR and Storable's objects by number, a 28
#               to which nothing refers left out. 22098(..) is a reference to a scalar.
#               A list or map behind a reference is that list or map.
#               "!" and why: Perl makes no payload, or a decoder refuses it
#   back        what the same module makes of the payload, "=" if that is the value (the
#               order of a map apart); a string with Perl's text flag as text, in json
#               each; CLASS or CLASS(TEXT) an object; "!" and why
TEXT

sub write_all {
   print $HEAD;
   for my $serialiser (@SERIALISERS) {
      my $version = version_of($serialiser) || die "$serialiser: $CODE{$serialiser}{module} is not installed\n";
      print "# made by: $serialiser: $version\n";
   }
   print "#", join("\t", @COLUMNS), "\n";
   print "$_\n" for map { rows($_) } @SERIALISERS;
}

# Returns how many lines are other, and the serialisers that were not run.
sub check {
   my ($path) = @_;
   my ($version, $lines) = read_file($path);
   my ($other, @not_run) = (0);
   for my $serialiser (@SERIALISERS) {
      my $have = version_of($serialiser);
      if ($have ne $version->{$serialiser}) {
         print "NOT RUN: $serialiser: made by $version->{$serialiser}, here is ", $have || "none", "\n";
         push @not_run, $serialiser;
         next;
      }
      my @old = grep { (split /\t/)[3] eq $serialiser && ($BOOLEANS || !/Types::Serialiser/) } @$lines;
      my @new = rows($serialiser);
      my (%old, %new);
      @old{@old} = ();
      @new{@new} = ();
      my @gone = grep { !exists $new{$_} } @old;
      my @come = grep { !exists $old{$_} } @new;
      print map({ "- $_\n" } @gone), map { "+ $_\n" } @come;
      $other += @gone + @come;
      print "$serialiser: ", scalar @new, " lines, ", @gone + @come, " are other\n";
   }
   return $other, @not_run;
}

my $mode = shift // "";
if ($mode eq "") {
   write_all();
} elsif ($mode eq "--check") {
   my ($path, $all) = @ARGV;
   my ($other, @not_run) = check($path);
   exit 1 if $other || ($all // "") eq "--all" && @not_run;
} else {
   die "usage: make.pl [--check FILE [--all]]\n";
}
