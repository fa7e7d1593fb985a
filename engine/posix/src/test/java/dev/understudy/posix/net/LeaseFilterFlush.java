package dev.understudy.posix.net;

import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;

/// Removes the rules of a table and leaves the rest, as an administrator's `nft flush table` does.
record LeaseFilterFlush(String table) {
    private static final int DELRULE = (10 << 8) | 8;

    void rules() throws ErrnoException {
        try (NetlinkSocket socket = new NetlinkSocket(NetlinkSocket.NETFILTER)) {
            NetlinkMessage message = new NetlinkMessage(512);
            int first = socket.nextSequence();
            message.clear().begin(0x10, NetlinkMessage.REQUEST, first);
            message.u8(0).u8(0).u16Be(10).end();
            int last = socket.nextSequence();
            message.begin(DELRULE, NetlinkMessage.REQUEST | NetlinkMessage.ACK, last);
            message.u8(NftBatch.INET).u8(0).u16Be(0).attribute(1, table).end();
            message.begin(0x11, NetlinkMessage.REQUEST, socket.nextSequence());
            message.u8(0).u8(0).u16Be(10).end();
            Errno.check("flush", socket.transact(message, first, last));
        }
    }
}
