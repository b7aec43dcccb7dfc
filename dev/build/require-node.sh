#!/bin/sh
# Says what is missing before npm would say it less clearly.
set -eu
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "Node.js and npm are needed, version 20.19 or newer: https://nodejs.org/en/download" >&2
  exit 1
fi
node -e '
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error("Node.js 20.19 or newer is needed; this is " + process.versions.node + ": https://nodejs.org/en/download");
  process.exit(1);
}'
