#!/usr/bin/env bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
exec python3 cc/forkrpc/examples/readme_test.py README.md cc/forkrpc/examples
