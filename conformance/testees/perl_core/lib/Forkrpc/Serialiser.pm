# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# The serialisers of spec/serialisers.md by their identifiers, as the original has them.
#
# cbor needs CBOR::XS, json JSON::XS; the others need core modules only.
#
#    my ($freeze, $thaw) = Forkrpc::Serialiser::of("cbor");
#    my @list = $thaw->($freeze->(1, "two", [3]));
package Forkrpc::Serialiser;
use strict;
use warnings;
no strict "refs";    # as the original: what is no list becomes one, or dies

my %CODE = (
   raw           => ["", sub { $_[0] }, sub { $_[0] }],
   "string-pack" => ["", sub { pack "(w/a*)*", @_ }, sub { unpack "(w/a*)*", $_[0] }],
   cbor          => ["CBOR::XS", sub { CBOR::XS::encode_cbor_sharing(\@_) }, sub { @{ CBOR::XS::decode_cbor($_[0]) } }],
   json          => ["JSON::XS", sub { JSON::XS::encode_json(\@_) }, sub { @{ JSON::XS::decode_json($_[0]) } }],
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
