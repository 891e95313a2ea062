#!/bin/sh
# Puts the files that web/styles/main.css imports into one: the browser fetches a single stylesheet.
set -eu
cd "$(dirname "$0")/../web/styles"
awk '
    match($0, /^@import "[^"]+"/) {
        file = substr($0, 10, RLENGTH - 10)
        layer = match($0, /layer\([a-z]+\)/) ? substr($0, RSTART + 6, RLENGTH - 7) : ""
        if (layer != "") print "@layer " layer " {"
        while ((status = (getline line < file)) > 0) print line
        if (status < 0) { print "bundle-styles.sh: cannot read " file > "/dev/stderr"; exit 1 }
        close(file)
        if (layer != "") print "}"
        next
    }
    { print }
' main.css > bundle.css.new
# An unchanged file keeps its time, so that `trunk watch` does not build in a circle.
if cmp -s bundle.css.new bundle.css; then rm bundle.css.new; else mv bundle.css.new bundle.css; fi
