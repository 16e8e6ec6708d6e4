#!/bin/sh
# Puts a CPython that this Debian does not have into a folder of its own; nothing is installed. Usage:
# python.sh VERSION DIRECTORY, for instance `python.sh 3.15 .venv/pythons/3.15`; the interpreter is then
# DIRECTORY/bin/python3.15. What the folder held before is removed.
#
# Packages come from the newer suites of the mirror that apt uses already, with apt lists of their own. They need a newer
# libc than this system's: the interpreter is a script that starts the real one with the newer loader, for this one process
# and not for those that it starts.
set -eu
version=$1
rm -rf "$2"
mkdir -p "$2"
directory=$(cd "$2" && pwd)
python=$directory/bin/python$version

fail() {
    echo "missing: $1" >&2
    exit 1
}

command -v apt-get >/dev/null || fail "apt-get: this takes Pythons from Debian's archive"

# The mirror of Debian itself among the sources of this system.
mirror=$(apt-get indextargets 'Created-By: Packages' | sed -n 's|^Repo-URI: \(.*/debian/*\)$|\1|p' | head -n 1)
[ -n "$mirror" ] || fail "a mirror of Debian in /etc/apt"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

apt=$directory/apt
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
: >"$apt/status"
for suite in testing unstable; do
    echo "deb [signed-by=$keyring] $mirror $suite main"
done >"$apt/sources.list"
cat >"$apt/apt.conf" <<CONF
Dir::State "$apt";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::Languages "none";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
CONF
export APT_CONFIG="$apt/apt.conf"
apt-get -qq update

apt-get -qq install --download-only "python$version" >/dev/null || fail "python$version in Debian's testing and unstable"
for package in "$apt"/cache/archives/*.deb; do
    dpkg-deb --extract "$package" "$directory/root"
done
rm -rf "$apt"
loader=$(echo "$directory"/root/usr/lib*/ld-linux-*.so.*)
libraries=$(dirname "$(echo "$directory"/root/usr/lib/*/libc.so.6)")
mv "$directory/root/usr/bin/python$version" "$directory/root/usr/bin/real-python$version"
mkdir -p "$directory/bin"
cat >"$python" <<SCRIPT
#!/bin/sh
exec "$loader" --argv0 "\$0" --library-path "$libraries" "$directory/root/usr/bin/real-python$version" "\$@"
SCRIPT
chmod +x "$python"
ln -sf "root/usr/lib" "$directory/lib"
