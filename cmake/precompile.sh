#!/bin/sh
# Runs a compiler behind its launcher, the header that it precompiles removed
# before. Where an old one lies in its place, ccache's preprocessor reads that
# in place of the headers, does not see what changed in them, and hands out an
# old one again.
#
# usage: precompile.sh LAUNCHER... COMPILER ... -o FILE ...
last=
for word; do
  case "$last $word" in
    "-o "*.gch) rm -f "$word" ;;
  esac
  last=$word
done
exec "$@"
