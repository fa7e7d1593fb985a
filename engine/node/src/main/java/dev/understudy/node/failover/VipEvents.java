package dev.understudy.node.failover;

import dev.understudy.node.journal.Entry;
import dev.understudy.node.journal.Journal;
import dev.understudy.node.vip.VirtualIp;
import dev.understudy.posix.ErrnoException;
import java.net.InetAddress;

/// Writes down what happens to a module's virtual addresses by itself.
record VipEvents(String module, Journal journal) implements VirtualIp.Listener {
    @Override
    public void conflict(InetAddress address, String mac) {
        journal.append(
                Entry.alarm(
                                module,
                                "VIP_CONFLICT",
                                "another machine uses the virtual address; ours is announced again")
                        .with("address", address.getHostAddress())
                        .with("mac", mac));
    }

    @Override
    public void restored() {
        journal.append(
                Entry.event(
                        module,
                        "VIP_FILTER_RESTORED",
                        "the packet filter had been flushed by somebody; it is restored"));
    }

    @Override
    public void impaired(ErrnoException cause) {
        journal.append(
                Entry.event(
                                module,
                                "VIP_IMPAIRED",
                                "the virtual address could not be announced or watched")
                        .with("cause", cause));
    }
}
