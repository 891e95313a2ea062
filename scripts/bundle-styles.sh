#!/bin/sh
# Puts the files that web/styles/main.css imports into one, target/web/main.css, and those of later.css
# into another: the browser fetches two stylesheets. Trunk calls it before each build.
set -eu
cd "$(dirname "$0")/.."
mkdir -p target/web
cd web/styles
for sheet in main.css later.css; do
    awk '
        match($0, /^@import "[^"]+"/) {
            file = substr($0, 10, RLENGTH - 10)
            layer = match($0, /layer\([a-z]+\)/) ? substr($0, RSTART + 6, RLENGTH - 7) : ""
            if (layer != "") print "@layer " layer " {"
            while ((status = (getline line < file)) > 0) print line
            if (status < 0) { print "bundle-styles: cannot read " file > "/dev/stderr"; exit 1 }
            close(file)
            if (layer != "") print "}"
            next
        }
        { print }
    ' "$sheet" > "../../target/web/$sheet"
done
