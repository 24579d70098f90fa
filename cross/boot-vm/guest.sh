#!/bin/sh
# Runs in the machine of test.sh and checks the mirror's service; its output goes to the serial line.
set -u

say() { echo "boot-test: $*"; }
finish() {
    echo "status: $1"
    sync
    systemctl poweroff --force --force
    exit
}
fail() {
    say "FAILED: $*"
    systemctl status --no-pager --full smile-mirror smile-mirror-display | sed 's/^/boot-test: /'
    journalctl --boot --no-pager --lines 60 | sed 's/^/boot-test: /'
    finish 1
}
property() { systemctl show --value --property "$1" "${2:-smile-mirror.service}"; }
within() { # within SECONDS COMMAND...
    end=$(($(cut -d. -f1 /proc/uptime) + $1))
    shift
    until "$@"; do
        [ "$(cut -d. -f1 /proc/uptime)" -lt $end ] || return 1
        sleep 0.5
    done
}
# One query for both, so that they describe the same process.
is_up() {
    both=$(systemctl show --property ActiveState --property MainPID smile-mirror.service)
    echo "$both" | grep -qx ActiveState=active && ! echo "$both" | grep -qx "MainPID=${old:-0}"
}
journal() { journalctl --boot --no-pager --unit smile-mirror "$@"; }
# The model is loaded after the first picture, and the first edits are slow here.
has_model() { journalctl --boot --no-pager "_PID=$(property MainPID)" | grep -q ' on CPU$'; }
shot() {
    within 120 has_model || fail 'the mirror never loaded its model'
    sleep 10
    echo "shot: $1"
    sleep 3
}
of_process() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$mirror/status"; }
expect() { [ "$2" = "$3" ] || fail "$1: found '$2', expected '$3'"; }

# Active means that READY=1 came: Type=notify.
expect 'service type' "$(property Type)" notify
within 240 is_up || fail 'the mirror never became ready'
mirror=$(property MainPID)
say "ready $(($(property ActiveEnterTimestampMonotonic) / 1000000)) s after the kernel's start;" \
    "its display was $(($(property ActiveEnterTimestampMonotonic smile-mirror-display.service) / 1000000)) s after it"
started=$(property ExecMainStartTimestampMonotonic)
[ "$started" -gt "$(property ActiveEnterTimestampMonotonic smile-mirror-display.service)" ] ||
    fail 'the mirror started before its display'
[ "$(property ActiveEnterTimestampMonotonic)" -gt "$started" ] || fail 'it was ready before it ran'
shot booted

# No root, no capabilities, no way to gain any.
expect user "$(stat -c %U "/proc/$mirror")" smile-mirror
for set in CapInh CapPrm CapEff CapBnd CapAmb; do expect $set "$(of_process $set)" 0000000000000000; done
expect NoNewPrivs "$(of_process NoNewPrivs)" 1
expect 'seccomp filter' "$(of_process Seccomp)" 2
expect OOM "$(property MemoryMax)" "$(($(awk '$1 == "MemTotal:" {print $2}' /proc/meminfo) * 1024 * 60 / 100 / 4096 * 4096))"

# In the mirror's namespaces, even root can write nothing but the state, and sees no network but `lo`.
in_its_view() { nsenter --target "$mirror" --mount --net "$@"; }
for folder in / /usr /etc /var /var/lib /opt; do
    in_its_view touch "$folder/written" 2>/dev/null && fail "$folder is writable"
done
in_its_view touch /var/lib/smile-mirror/written || fail 'the state folder is not writable'
[ ! -e /tmp/written ] || fail 'there was a file of that name before'
in_its_view touch /tmp/written && [ ! -e /tmp/written ] || fail '/tmp is not private'
in_its_view ls /root >/dev/null 2>&1 && [ -n "$(in_its_view ls -A /root)" ] && fail '/root is visible'
expect 'network devices' "$(in_its_view cat /proc/net/dev | awk 'NR > 2 {print $1}' | tr '\n' ' ')" 'lo: '
say 'no root, no capability, no network, nothing writable but the state folder'
say "systemd-analyze security: $(systemd-analyze security --no-pager smile-mirror.service | tail -n 1)"

# A mirror that hangs is killed and restarted.
old=$mirror
kill -STOP "$old"
hung=$(cut -d. -f1 /proc/uptime)
within 90 is_up || fail 'a hung mirror was not restarted'
journal | grep -q 'Watchdog timeout' || fail 'it was not the watchdog that killed it'
expect restarts "$(property NRestarts)" 1
journal | grep -q 'failed 1 times in a row, waiting 1 s' || fail 'there was no back-off'
say "hung: up again after $(($(cut -d. -f1 /proc/uptime) - hung)) s"
shot restarted

# One that dies waits longer each time.
for wait in 2 4; do
    old=$(property MainPID)
    kill -KILL "$old"
    within 60 is_up || fail 'a mirror that died was not restarted'
    journal | grep -q "in a row, waiting $wait s" || fail "it did not wait $wait s"
done
say 'killed twice: waited 2 s, then 4 s, and came up'

# A display that dies takes the mirror with it, and both come back.
old=$(property MainPID)
kill -KILL "$(property MainPID smile-mirror-display.service)"
within 90 is_up || fail 'the mirror did not come back with its display'
say 'the X server died: both came back'

smile-mirror-kiosk off
expect 'after kiosk off' "$(property ActiveState)" inactive
expect 'after kiosk off' "$(systemctl is-enabled smile-mirror.service)" disabled
say 'switched off'
finish 0
