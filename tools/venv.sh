#!/bin/sh
# Makes a virtual environment with pip in it. Usage: venv.sh PYTHON DIRECTORY
set -eu
python=$1
venv=$2
# Debian's python3 has no ensurepip unless python3-venv is installed: the pip that is there installs another.
if "$python" -c 'import pip' 2>/dev/null; then
    "$python" -m venv --clear --without-pip "$venv"
    "$python" -m pip --python "$venv/bin/python" install --quiet pip
else
    "$python" -m venv --clear "$venv"
fi
