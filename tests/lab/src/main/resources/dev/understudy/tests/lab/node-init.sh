# Process 1 of a lab node. Runs in fresh mount, pid, uts, ipc and cgroup namespaces.
# Arguments: NAME LOOP-DEVICE DISK-DIRECTORY HOSTS-FILE KEEP(0|1) SHARED BOOT-ID-FILE BIND...
# SHARED is "-", or "+DIR" where mounts below DIR are to be seen by the machine, or "DIR" for a directory of its own there.
set -e
name=$1 device=$2 disk=$3 hosts=$4 keep=$5 shared=$6 boot=$7
shift 7
case $shared in
    +*)
        findmnt --raw --noheadings --output TARGET | while read -r target; do
            [ "$target" = "${shared#+}" ] || mount --make-private "$target" 2>/dev/null || :
        done
        ;;
    *) mount --make-rprivate / ;;
esac
umount -R /run/netns 2>/dev/null || :
hostname "$name"
mount "$device" "$disk"
case $shared in
    /*)
        own=$(dirname "$disk")/shared-$name
        mkdir -p "$own"
        mount --bind "$own" "$shared"
        ;;
esac
for dir; do
    [ -d "$dir" ] || continue
    if [ ! -d "$disk/bind$dir" ]; then
        mkdir -p "$disk/bind$dir"
        chown --reference="$dir" "$disk/bind$dir"
        chmod --reference="$dir" "$disk/bind$dir"
    fi
    mount --bind "$disk/bind$dir" "$dir"
done
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lock /run/postgresql
if id postgres >/dev/null 2>&1; then chown postgres:postgres /run/postgresql; fi
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount --bind "$hosts" /etc/hosts
# A kernel that did not restart still has its boot id: a loss of power must change it.
mount --bind "$boot" /proc/sys/kernel/random/boot_id
umount -R /sys 2>/dev/null || :
mount -t sysfs sysfs /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t fusectl fusectl /sys/fs/fuse/connections 2>/dev/null || :
echo ready
if [ "$keep" = 1 ]; then
    while :; do sleep 3600 & wait $!; done
fi
# The lab holds the other end of this pipe: when it dies, however it dies, the whole node ends with it.
cat >/dev/null <&0 &
wait $!
