/// Nodes as namespaces on one machine: network, mount, pid, uts, ipc and cgroup of their own, a
/// disk in a loop file, a switch whose links can be cut, a router and a client.
///
/// Uses the JDK, iproute2, nftables, util-linux and e2fsprogs; knows nothing of the product it
/// carries.
@NullMarked
package dev.understudy.tests.lab;

import org.jspecify.annotations.NullMarked;
