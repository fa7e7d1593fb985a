/// Event loop, sockets, netlink addresses, nftables lease, ARP and ND. Uses `posix`.
@NullMarked
package dev.understudy.posix.net;

import org.jspecify.annotations.NullMarked;
