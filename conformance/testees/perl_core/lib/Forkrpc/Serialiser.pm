# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# The serialisers of spec/serialisers.md by their identifiers, as the original has them.
#
# cbor needs CBOR::XS, json JSON::XS; the others of the original need core modules only.
# protobuf, which the original has not, needs Google::ProtocolBuffers; it is the list of
# strings of proto/forkrpc/rpc.proto.
#
#    my ($freeze, $thaw) = Forkrpc::Serialiser::of("cbor");
#    my @list = $thaw->($freeze->(1, "two", [3]));
package Forkrpc::Serialiser;
use strict;
use warnings;
no strict "refs";    # as the original: what is no list becomes one, or dies

# A schema that this module reads, which does not know proto3.
my $SCHEMA = "package forkrpc.v1; message StringList { repeated bytes item = 1; }";

# A list of strings of octets, of whatever kind the values are; dies if one has others.
sub strings {
   return map {
      my $string = defined $_ ? "$_" : "";
      utf8::downgrade($string, 1) or die "wide character in a string of octets\n";
      $string
   } @_;
}

sub list_class {
   my $class = "Forkrpc::V1::StringList";
   Google::ProtocolBuffers->parse($SCHEMA) unless $class->can("encode");
   return $class;
}

my %CODE = (
   raw           => ["", sub { $_[0] }, sub { $_[0] }],
   "string-pack" => ["", sub { pack "(w/a*)*", @_ }, sub { unpack "(w/a*)*", $_[0] }],
   cbor          => ["CBOR::XS", sub { CBOR::XS::encode_cbor_sharing(\@_) }, sub { @{ CBOR::XS::decode_cbor($_[0]) } }],
   json          => ["JSON::XS", sub { JSON::XS::encode_json(\@_) }, sub { @{ JSON::XS::decode_json($_[0]) } }],
   protobuf      => ["Google::ProtocolBuffers", sub { list_class()->encode({item => [strings(@_)]}) }, sub { @{ list_class()->decode($_[0])->{item} || [] } }],
   storable      => ["Storable", sub { Storable::freeze(\@_) }, sub { @{ Storable::thaw($_[0]) } }],
   nstorable     => ["Storable", sub { Storable::nfreeze(\@_) }, sub { @{ Storable::thaw($_[0]) } }],
);

# (freeze, thaw): a list to octets, octets to a list. Dies if there is no such serialiser
# or its module is not installed.
sub of {
   my ($identifier) = @_;
   my ($module, @code) = @{ $CODE{$identifier} || die "no serialiser '$identifier'\n" };
   $module eq "" or eval "require $module; 1" or die "serialiser '$identifier': $module is not installed\n";
   return @code;
}

1;
