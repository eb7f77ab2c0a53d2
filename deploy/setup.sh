#!/bin/sh
# What `make` does before it does anything: the virtual environment, and what tests need of the
# machine. Plain sh; run it from anywhere. A second run finds nothing to do and says nothing.
#
#   setup.sh run      .venv with what the program needs      (requirements.lock)
#   setup.sh dev      .venv with what its tests need too     (requirements-dev.lock)
#   setup.sh servers  RabbitMQ's broker and the library that mongod needs
#   setup.sh browser  Chromium, for the tests of the pages
#   setup.sh lock     both locks made again from pyproject.toml
#
# Exit 2: something is missing that this script may not install; the words say what to type.
set -eu
cd "$(dirname "$0")/.."

venv=.venv
python=$venv/bin/python
# The commands to try, in order; PYTHON=python3.12 make setup chooses one.
candidates=${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14 python3.15}

say() { printf 'setup: %s\n' "$*"; }
missing() { printf 'setup: %s\n' "$@" >&2; exit 2; }
apt_line() { # apt_line PACKAGE…: the command to type, with sudo where it is needed
    if [ "$(id -u)" = 0 ]; then echo "  apt-get install $*"; else echo "  sudo apt-get install $*"; fi
}

# Runs a command; its output is shown only when it fails.
quietly() {
    log=$(mktemp)
    if "$@" >"$log" 2>&1; then rm -f "$log"; return 0; fi
    grep -v '^WARNING:' "$log" | tail -n 25 >&2
    rm -f "$log"
    return 1
}

# --- Python ---------------------------------------------------------------------------------------

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
can_make_venv() { "$1" -c 'import venv, ensurepip' >/dev/null 2>&1; }

find_python() {
    without_venv=
    for name in $candidates; do
        new_enough "$name" || continue
        if can_make_venv "$name"; then found=$name; return 0; fi
        without_venv=${without_venv:-$name}
    done
    if [ -n "$without_venv" ]; then
        version=$("$without_venv" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        missing "$without_venv ($version) cannot make virtual environments: its venv module is not installed." \
            "Debian and Ubuntu keep it in a package of its own. Type this, then try again:" \
            "$(apt_line "python$version-venv")"
    fi
    has=$(python3 -c 'import sys; print("python3 is %d.%d" % sys.version_info[:2])' 2>/dev/null) ||
        has="there is no python3"
    missing "Recours needs Python 3.11 or newer; here $has," \
        "and none of python3.11 to python3.15 was found. On Debian 12, Ubuntu 22.04 or later," \
        "type this, then try again:" "$(apt_line python3.11 python3.11-venv)"
}

# --- the virtual environment ----------------------------------------------------------------------

# A .venv is kept if its Python runs, is new enough and has pip, if it was made in this folder (its
# commands name it), and if no earlier installation was cut short (a package half written would
# count as installed).
sound() {
    [ ! -e $venv/installing ] && grep -qF "$(pwd -P)/$venv" $venv/bin/activate 2>/dev/null &&
        "$python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

make_venv() {
    sound && return 0
    find_python
    if [ -e $venv ]; then say "$venv is broken, or of another Python or folder: making it again"; fi
    rm -rf $venv
    say "making $venv with $("$found" --version 2>&1)"
    quietly "$found" -m venv $venv || missing "$found -m venv $venv failed: see above."
}

# The stamp changes with the locks, the project file, the place and the Python.
stamp() {
    { cat requirements.lock "$1" pyproject.toml; pwd -P; "$python" --version; } | sha256sum
}

pip_install() {
    quietly "$python" -m pip --disable-pip-version-check --no-input install --quiet \
        --root-user-action=ignore --progress-bar=off "$@" ||
        missing "pip failed: see above. What it had installed is kept out of use; run this again."
}

install() { # install KIND LOCK
    make_venv
    want=$(stamp "$2")
    if [ "$(cat "$venv/stamp-$1" 2>/dev/null)" = "$want" ] && [ -x $venv/bin/recours ]; then
        return 0
    fi
    say "installing $2 ($(grep -c '==' "$2") packages, checked against their hashes)"
    rm -f $venv/stamp-*
    : >$venv/installing
    pip_install --require-hashes -r "$2"
    say "installing the command $venv/bin/recours"
    pip_install --no-deps --no-build-isolation --editable .
    if [ "$1" = dev ]; then stamp requirements.lock >$venv/stamp-run; fi
    printf '%s\n' "$want" >"$venv/stamp-$1"
    rm -f $venv/installing
}

# --- the machine (Debian's and Ubuntu's packages) -------------------------------------------------

# A fresh rabbitmq-server package starts a broker on 5672, and at every boot. Tests start their
# own; so the package is kept from starting it (Debian policy manual, invoke-rc.d), unless the
# machine has a policy of its own.
apt_install() { # apt_install WHY PACKAGE…
    why=$1; shift
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        missing "$why needs what this machine lacks. Type this, then try again:" "$(apt_line "$@")"
    fi
    say "installing $* with apt-get ($why)"
    policy=/usr/sbin/policy-rc.d
    if [ -e $policy ]; then policy=; else
        printf '#!/bin/sh\nexit 101\n' >$policy; chmod 755 $policy
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
        trap 'exit 130' INT TERM
    fi
    export DEBIAN_FRONTEND=noninteractive
    quietly apt-get update -qq || missing "apt-get update failed: see above."
    quietly apt-get install -y -qq --no-install-recommends "$@" ||
        missing "apt-get install $* failed: see above."
    [ -z "$policy" ] || rm -f $policy
    trap - EXIT INT TERM
}

apt_knows() { # apt_knows PACKAGE
    if [ "$(id -u)" = 0 ]; then apt-get update -qq >/dev/null 2>&1 || true; fi
    apt-cache show "$1" >/dev/null 2>&1
}

has_library() { ldconfig -p 2>/dev/null | grep -q "$1" || /sbin/ldconfig -p 2>/dev/null | grep -q "$1"; }
docker_answers() { docker info >/dev/null 2>&1; }

# Servers named by the environment are used as they are; a Docker engine brings its own. Root
# installs all the same: an engine that answers may not be able to fetch an image.
servers() {
    need=
    [ -n "${RECOURS_TEST_AMQP_URL:-}" ] || [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] ||
        need="rabbitmq-server"
    [ -n "${RECOURS_TEST_MONGODB_URL:-}" ] || has_library 'libcurl\.so\.4' || need="$need libcurl4"
    [ -n "$need" ] || return 0
    if [ "$(id -u)" != 0 ] && docker_answers; then return 0; fi
    # shellcheck disable=SC2086 # package names, to be split
    apt_install "the full shape" $need
    case $need in
    rabbitmq*) systemctl disable --quiet rabbitmq-server >/dev/null 2>&1 || true ;;
    esac
}

browser() {
    for name in chromium-headless-shell chromium chromium-browser; do
        if command -v "$name" >/dev/null; then return 0; fi
    done
    # The same browser without a window to draw: half the processor time. Older releases lack it
    package=chromium-headless-shell
    apt_knows $package || package=chromium
    apt_install "testing the pages" $package
}

# --- the locks ------------------------------------------------------------------------------------

# One lock for every system and Python from 3.11 on, no registry's address in it.
lock() {
    find_python
    tools=$(mktemp -d)
    trap 'rm -rf "$tools"' EXIT
    "$found" -m venv "$tools"
    quietly "$tools/bin/python" -m pip --disable-pip-version-check install --quiet uv ||
        missing "pip could not install uv: see above."
    compile="$tools/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes
        --no-header --no-emit-index-url --no-annotate $*"
    $compile --group build pyproject.toml -o requirements.lock
    $compile --group build --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
    say "requirements.lock: $(grep -c '==' requirements.lock) packages," \
        "requirements-dev.lock: $(grep -c '==' requirements-dev.lock)"
}

command=${1:-run}
[ $# -eq 0 ] || shift
case $command in
run | dev)
    # Two at once would write over each other: the second waits.
    if command -v flock >/dev/null; then exec 9<pyproject.toml; flock 9; fi
    if [ "$command" = run ]; then install run requirements.lock
    else install dev requirements-dev.lock; fi
    ;;
servers | browser) "$command" ;;
lock) lock "$@" ;;
*) missing "unknown: $command (run, dev, servers, browser, lock)" ;;
esac
