package dev.understudy.posix.net;

import java.net.InetAddress;
import java.util.List;

/// Writes one nf_tables transaction: it takes effect as a whole or not at all.
///
/// @see "linux/netfilter/nf_tables.h, linux/netfilter/nfnetlink.h"
final class NftBatch {
    static final int INET = 1; // NFPROTO_INET
    static final int ARP = 3; // NFPROTO_ARP

    static final int GETRULE = 7; // NFT_MSG_GETRULE
    static final int GETSET = 10;
    static final int GETGEN = 16;

    private static final int SUBSYSTEM = 10 << 8; // NFNL_SUBSYS_NFTABLES
    private static final int BATCH_BEGIN = 0x10;
    private static final int BATCH_END = 0x11;
    private static final int NEWTABLE = 0;
    private static final int DELTABLE = 2;
    private static final int NEWCHAIN = 3;
    private static final int NEWRULE = 6;
    private static final int NEWSET = 9;
    private static final int NEWSETELEM = 12;
    private static final int DELSETELEM = 14;
    private static final int SET_TIMEOUT = 0x10; // NFT_SET_TIMEOUT
    private static final int IPV4_ADDR =
            7; // libnftables' datatypes.h: shown by `nft list`, no more
    private static final int IPV6_ADDR = 8;
    private static final int ACCEPT = 1; // NF_ACCEPT
    private static final int LIST_ELEM = 1; // NFTA_LIST_ELEM
    private static final int REGISTER = 1; // NFT_REG_1
    private static final int LOOKUP_INVERTED = 1; // NFT_LOOKUP_F_INV

    private final NetlinkMessage message = new NetlinkMessage(32 * 1024);
    private final NetlinkSocket socket;
    private int first;
    private int last;
    private int expressions;

    NftBatch(NetlinkSocket socket) {
        this.socket = socket;
    }

    NftBatch begin() {
        first = socket.nextSequence();
        message.clear().begin(BATCH_BEGIN, NetlinkMessage.REQUEST, first);
        message.u8(0).u8(0).u16Be(SUBSYSTEM >> 8).end();
        return this;
    }

    /// Ends the batch and carries it out.
    ///
    /// @return 0, or the negated errno of the first message that failed; nothing is changed then
    int commit() throws dev.understudy.posix.ErrnoException {
        message.begin(BATCH_END, NetlinkMessage.REQUEST, socket.nextSequence());
        message.u8(0).u8(0).u16Be(SUBSYSTEM >> 8).end();
        return socket.transact(message, first, last);
    }

    private void open(int type, int flags, int family) {
        last = socket.nextSequence();
        // Each message asks for its acknowledgement; the last one's comes after the commit.
        message.begin(SUBSYSTEM | type, NetlinkMessage.REQUEST | NetlinkMessage.ACK | flags, last);
        message.u8(family).u8(0).u16Be(0);
    }

    NftBatch addTable(int family, String table) {
        open(NEWTABLE, NetlinkMessage.CREATE, family);
        message.attribute(1, table).end();
        return this;
    }

    NftBatch deleteTable(int family, String table) {
        open(DELTABLE, 0, family);
        message.attribute(1, table).end();
        return this;
    }

    /// Adds a chain that the kernel calls at a hook; what no rule drops passes.
    NftBatch addChain(int family, String table, String chain, int hook, int priority) {
        open(NEWCHAIN, NetlinkMessage.CREATE, family);
        message.attribute(1, table).attribute(3, chain);
        int hooks = message.open(4);
        message.attributeU32Be(1, hook).attributeU32Be(2, priority).close(hooks);
        message.attributeU32Be(5, ACCEPT).attribute(7, "filter").end();
        return this;
    }

    /// Adds a set of addresses whose elements vanish by themselves.
    NftBatch addSet(int family, String table, String set, int keyBytes) {
        open(NEWSET, NetlinkMessage.CREATE, family);
        message.attribute(1, table).attribute(2, set).attributeU32Be(3, SET_TIMEOUT);
        message.attributeU32Be(4, keyBytes == 4 ? IPV4_ADDR : IPV6_ADDR);
        message.attributeU32Be(5, keyBytes);
        message.attributeU32Be(10, set.hashCode() & 0x7fffffff).end();
        return this;
    }

    /// Empties a set.
    NftBatch clearSet(int family, String table, String set) {
        open(DELSETELEM, 0, family);
        message.attribute(1, table).attribute(2, set).end();
        return this;
    }

    /// Adds addresses that vanish after `timeoutMs`.
    NftBatch addElements(
            int family, String table, String set, List<InetAddress> addresses, long timeoutMs) {
        open(NEWSETELEM, NetlinkMessage.CREATE, family);
        message.attribute(1, table).attribute(2, set);
        int elements = message.open(3);
        for (InetAddress address : addresses) {
            int element = message.open(LIST_ELEM);
            int key = message.open(1);
            message.attribute(1, address.getAddress()).close(key);
            message.attributeU64Be(4, timeoutMs).close(element);
        }
        message.close(elements).end();
        return this;
    }

    /// Removes living elements; ENOENT for the whole batch when one is not there or has ended.
    NftBatch removeElements(int family, String table, String set, List<InetAddress> addresses) {
        open(DELSETELEM, 0, family);
        message.attribute(1, table).attribute(2, set);
        int elements = message.open(3);
        for (InetAddress address : addresses) {
            int element = message.open(LIST_ELEM);
            int key = message.open(1);
            message.attribute(1, address.getAddress()).close(key).close(element);
        }
        message.close(elements).end();
        return this;
    }

    /// Opens a rule; expressions follow, then [#dropUnlessIn].
    NftBatch openRule(int family, String table, String chain) {
        open(NEWRULE, NetlinkMessage.CREATE | NetlinkMessage.APPEND, family);
        message.attribute(1, table).attribute(2, chain);
        expressions = message.open(4);
        return this;
    }

    private int openExpression(String name) {
        int element = message.open(LIST_ELEM);
        message.attribute(1, name);
        return element;
    }

    /// Goes on only when a one-byte meta value equals `value`.
    NftBatch meta(int key, int value) {
        int element = openExpression("meta");
        int data = message.open(2);
        message.attributeU32Be(1, REGISTER).attributeU32Be(2, key).close(data).close(element);
        return equal(new byte[] {(byte) value});
    }

    /// Goes on only when these bytes of the packet equal `value`; they stay in the register.
    ///
    /// @param base 1 = network header, 2 = transport header
    NftBatch payload(int base, int offset, byte[] value) {
        int element = openExpression("payload");
        int data = message.open(2);
        message.attributeU32Be(1, REGISTER).attributeU32Be(2, base).attributeU32Be(3, offset);
        message.attributeU32Be(4, value.length).close(data).close(element);
        return equal(value);
    }

    private NftBatch equal(byte[] value) {
        int element = openExpression("cmp");
        int data = message.open(2);
        message.attributeU32Be(1, REGISTER).attributeU32Be(2, 0); // NFT_CMP_EQ
        int operand = message.open(3);
        message.attribute(1, value).close(operand).close(data).close(element);
        return this;
    }

    /// Drops the packet unless the address in the register is in the set; closes the rule.
    NftBatch dropUnlessIn(String set) {
        int element = openExpression("lookup");
        int data = message.open(2);
        message.attribute(1, set).attributeU32Be(2, REGISTER);
        message.attributeU32Be(4, set.hashCode() & 0x7fffffff);
        message.attributeU32Be(5, LOOKUP_INVERTED).close(data).close(element);
        return verdict(0); // NF_DROP
    }

    /// Lets the packet pass this chain; closes the rule.
    NftBatch accept() {
        return verdict(1); // NF_ACCEPT
    }

    private NftBatch verdict(int code) {
        int element = openExpression("immediate");
        int data = message.open(2);
        message.attributeU32Be(1, 0); // NFT_REG_VERDICT
        int value = message.open(2);
        int verdict = message.open(2); // NFTA_DATA_VERDICT
        message.attributeU32Be(1, code).close(verdict).close(value);
        message.close(data).close(element).close(expressions).end();
        return this;
    }
}
