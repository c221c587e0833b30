# shellcheck shell=bash
# What `.ci/fast` and `.ci/run` share: steps with their times, some of them in the background. Sourced from the root of
# the repository.
set -uo pipefail
exec </dev/null

# Nothing of a real cluster's settings may reach the tests.
for name in ${!BACKEND_@} ${!BACKENDAI_@}; do unset "$name"; done
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never} CARGO_INCREMENTAL=${CARGO_INCREMENTAL:-0}
# Some dependencies have a `rust-toolchain.toml`. Their build scripts run rustc beside it, which then must not make
# rustup update the toolchain in the middle of a run.
export RUSTUP_AUTO_INSTALL=${RUSTUP_AUTO_INSTALL:-0}
mkdir -p "${CARGO_TARGET_DIR:=target}"
# Absolute, as some steps run elsewhere.
CARGO_TARGET_DIR=$(realpath -- "$CARGO_TARGET_DIR")
export CARGO_TARGET_DIR
# A folder of this run alone; nothing in it is left for the next.
CI_WORK=$(mktemp -d -- "$CARGO_TARGET_DIR/ci.XXXXXX") || exit
export CI_WORK

results=()
failed=0
began=$(date +%s)

# step NAME COMMAND...: runs the command; a later step runs also when an earlier one failed.
step() {
    local name=$1 verdict=ok times wall user system
    shift
    printf '\n=== %s: %s\n' "$name" "$*"
    times=$CI_WORK/$name.times
    local TIMEFORMAT='%R %U %S'
    { time "$@" 2>&3 || verdict=FAILED; } 3>&2 2>"$times"
    read -r wall user system < <(tail -n 1 "$times")
    result "$name" "$verdict" "$wall" "$(awk "BEGIN { printf \"%.1f\", $user + $system }")"
    [ "$verdict" = ok ]
}

result() { # name verdict wall cpu [reason]
    [ "$2" != FAILED ] || failed=1
    results+=("$(printf '%-16s %-8s %8s %8s  %s' "$1" "$2" "$3" "$4" "${5:-}")")
    printf -- '--- %s\n' "${results[-1]}"
}

# What cannot run for want of something that was to be there is a failure.
missing() { # name reason
    result "$1" FAILED - - "$2"
}

# when_changed NAME COMMAND...: skips a step whose inputs are those of its last success, which `.ci/green/NAME` records.
when_changed() {
    local name=$1 reason
    shift
    reason=$(.ci/inputs check "$name")
    case $? in
        0) result "$name" skipped - - "$reason" ;;
        1)
            echo "$name: $reason"
            .ci/inputs digest "$name" >"$CI_WORK/$name.inputs" ||
                { missing "$name" 'its inputs cannot be read'; return; }
            step "$name" "$@" && .ci/inputs record "$name" "$CI_WORK/$name.inputs"
            ;;
        *) missing "$name" "$reason" ;;
    esac
}

# Runs steps beside the others, until `join`; their output is printed then. One cargo builds at a time, for it locks the
# target folder; but while tests run, these steps build.
beside() { # name function
    beside_name=$1
    set -m # A process group of its own, so that all of it can be stopped.
    (
        set +m
        trap - EXIT INT TERM HUP
        results=()
        "$2"
        printf '%s\n' "${results[@]}" >"$CI_WORK/$1.results"
        exit "$failed"
    ) >"$CI_WORK/$1.log" 2>&1 &
    beside_group=$!
    set +m
}
join() {
    local code=0 more=()
    wait "$beside_group" || code=$?
    beside_group=
    cat "$CI_WORK/$beside_name.log"
    if [ -e "$CI_WORK/$beside_name.results" ]; then
        mapfile -t more <"$CI_WORK/$beside_name.results"
        results=("${more[@]}" "${results[@]}")
    else
        missing "$beside_name" "it ended with $code before its last step"
    fi
    [ "$code" = 0 ] || failed=1
}
beside_group=

# Runs at the end, however that comes about; `cleanup` is a function of the script that sources this.
finish() {
    [ $? = 0 ] || failed=1
    [ -z "$beside_group" ] || kill -TERM -- "-$beside_group" 2>/dev/null
    cleanup
    rm -rf -- "$CI_WORK"
    printf '\n%-16s %-8s %8s %8s\n' step verdict 'wall s' 'CPU s'
    printf '%s\n' "${results[@]}"
    printf '\n%s after %s s\n' "$([ "$failed" = 0 ] && echo PASSED || echo FAILED)" "$(($(date +%s) - began))"
}
cleanup() { :; }
trap finish EXIT
trap 'failed=1; exit 1' INT TERM HUP

docs() { RUSTDOCFLAGS='-D warnings' cargo doc --workspace --all-features --no-deps; }

# What both scripts check beside the tests.
lints() {
    step self-test python3 -B .ci/test
    step format cargo fmt --all --check
    step clippy cargo clippy --workspace --all-targets --all-features -- -D warnings
    step msrv .ci/msrv
    step docs docs
}
# The command that the README names.
tests() { step test cargo test --workspace; }
