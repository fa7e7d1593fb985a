package dev.understudy.posix.net;

import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/// Lets packets of some addresses pass only while a lease lasts that the *kernel* counts down.
///
/// Two nf_tables tables of one name (families inet and arp) drop what goes to or comes from the
/// addresses, ARP and neighbour solicitations included, unless the address is an element of a set;
/// the element vanishes by itself when nobody renews it. So a program that was killed, stopped or
/// hangs cannot keep an address alive. Locally delivered packets are covered too. Only the end of a
/// TCP connection may still be told: a client whose server is killed with the lease hears of it and
/// turns to the next owner, instead of waiting for an answer until its own patience ends.
///
/// Opened in the network namespace it works in; thread-safe.
public final class LeaseFilter implements AutoCloseable {
    /// What a renewal found.
    public enum Renewal {
        /// The lease was prolonged.
        RENEWED,
        /// Someone had removed the tables or their rules; they are there again, with the lease.
        RESTORED,
        /// The lease had ended before, and it stays ended: to go on takes a new decision.
        LAPSED
    }

    private static final int PRIORITY = -310; // before connection tracking and raw
    private static final int PRE_ROUTING = 0; // NF_INET_PRE_ROUTING
    private static final int LOCAL_OUT = 3;
    private static final int ARP_IN = 0; // NF_ARP_IN
    private static final int ARP_OUT = 1;
    private static final int META_NFPROTO = 15;
    private static final int META_L4PROTO = 16;
    private static final int NETWORK = 1; // NFT_PAYLOAD_NETWORK_HEADER
    private static final int TRANSPORT = 2;
    private static final int ICMPV6 = 58;
    private static final int TCP = 6;
    private static final int NEIGHBOR_SOLICITATION = 135;
    private static final int TABLE_ATTRIBUTE = 1;

    /// Flags of segments that end a connection (RFC 9293 3.1): RST, RST+ACK, FIN+ACK.
    private static final byte[] GOODBYES = {0x04, 0x14, 0x11};

    private final String table;
    private final List<InetAddress> four;
    private final List<InetAddress> six;
    private final NetlinkSocket socket;
    private final NftBatch batch;
    private final NetlinkMessage question = new NetlinkMessage(256);
    private int generation;
    private long endNs = System.nanoTime();

    /// @param table name of the tables: letters, digits and underscores
    /// @param addresses those that need the lease
    public LeaseFilter(String table, List<InetAddress> addresses) throws ErrnoException {
        this.table = table;
        this.four = addresses.stream().filter(a -> a instanceof Inet4Address).toList();
        this.six = addresses.stream().filter(a -> !(a instanceof Inet4Address)).toList();
        this.socket = new NetlinkSocket(NetlinkSocket.NETFILTER);
        this.batch = new NftBatch(socket);
    }

    /// Ends the lease of whatever addresses tables of this name guard, made by whichever process.
    ///
    /// It looks first which sets there are: a transaction that fails waits for an RCU grace period.
    ///
    /// @return false when there is no such table, so that nothing of it silences anything
    public static boolean endLease(String table) throws ErrnoException {
        try (LeaseFilter any = new LeaseFilter(table, List.of())) {
            List<String> inet = any.sets(NftBatch.INET);
            List<String> arp = any.sets(NftBatch.ARP);
            if (inet.isEmpty() && arp.isEmpty()) {
                return false;
            }
            any.batch.begin();
            inet.forEach(set -> any.batch.clearSet(NftBatch.INET, table, set));
            arp.forEach(set -> any.batch.clearSet(NftBatch.ARP, table, set));
            int result = any.batch.commit();
            if (result == -Errno.ENOENT) {
                return false; // removed meanwhile
            }
            Errno.check("end lease in nf_tables table " + table, result);
            return true;
        }
    }

    /// Deletes the tables of this name, made by whichever process.
    public static void deleteTables(String table) throws ErrnoException {
        try (LeaseFilter any = new LeaseFilter(table, List.of())) {
            any.delete();
        }
    }

    private List<String> sets(int family) throws ErrnoException {
        List<String> names = new ArrayList<>();
        ask(
                NftBatch.GETSET,
                family,
                (_, body) -> {
                    byte[] in = Attributes.bytes(body, 4, TABLE_ATTRIBUTE);
                    byte[] name = Attributes.bytes(body, 4, 2); // NFTA_SET_NAME
                    if (in != null && name != null && Attributes.text(in).equals(table)) {
                        names.add(Attributes.text(name));
                    }
                });
        return names;
    }

    /// Dumps what belongs to our table.
    ///
    /// @return false when there is no such table
    private boolean ask(int type, int family, NetlinkSocket.Reader reader) throws ErrnoException {
        int flags = NetlinkMessage.REQUEST | NetlinkMessage.DUMP;
        question.clear().begin((10 << 8) | type, flags, socket.nextSequence());
        question.u8(family).u8(0).u16Be(0).attribute(TABLE_ATTRIBUTE, table).end();
        int result = socket.dump(question, reader);
        if (result == -Errno.ENOENT) {
            return false;
        }
        Errno.check("look into nf_tables table " + table, result);
        return true;
    }

    /// Makes the tables anew, atomically, with a lease or (0) closed.
    ///
    /// @param leaseMs 0, or 1 ms and more
    public synchronized void create(long leaseMs) throws ErrnoException {
        batch.begin();
        batch.addTable(NftBatch.INET, table).deleteTable(NftBatch.INET, table);
        batch.addTable(NftBatch.INET, table);
        batch.addChain(NftBatch.INET, table, "in", PRE_ROUTING, PRIORITY);
        batch.addChain(NftBatch.INET, table, "out", LOCAL_OUT, PRIORITY);
        if (!four.isEmpty()) {
            createFour();
        }
        if (!six.isEmpty()) {
            createSix();
        }
        if (leaseMs > 0) {
            elements(leaseMs);
        }
        int before = generation();
        Errno.check("create nf_tables table " + table, batch.commit());
        generation = before + 1; // each commit counts one; any other change makes a difference
    }

    private void createFour() {
        batch.addSet(NftBatch.INET, table, "lease4", 4);
        batch.addTable(NftBatch.ARP, table).deleteTable(NftBatch.ARP, table);
        batch.addTable(NftBatch.ARP, table);
        batch.addChain(NftBatch.ARP, table, "in", ARP_IN, PRIORITY);
        batch.addChain(NftBatch.ARP, table, "out", ARP_OUT, PRIORITY);
        batch.addSet(NftBatch.ARP, table, "lease4", 4);
        for (InetAddress address : four) {
            byte[] ip = address.getAddress();
            batch.openRule(NftBatch.INET, table, "in").meta(META_NFPROTO, 2);
            batch.payload(NETWORK, 16, ip).dropUnlessIn("lease4"); // RFC 791: destination
            for (byte goodbye : GOODBYES) {
                batch.openRule(NftBatch.INET, table, "out").meta(META_NFPROTO, 2);
                batch.meta(META_L4PROTO, TCP).payload(TRANSPORT, 13, new byte[] {goodbye});
                batch.payload(NETWORK, 12, ip).accept();
            }
            batch.openRule(NftBatch.INET, table, "out").meta(META_NFPROTO, 2);
            batch.payload(NETWORK, 12, ip).dropUnlessIn("lease4"); // source
            batch.openRule(NftBatch.ARP, table, "in");
            batch.payload(NETWORK, 24, ip).dropUnlessIn("lease4"); // RFC 826: ar$tpa
            batch.openRule(NftBatch.ARP, table, "out");
            batch.payload(NETWORK, 14, ip).dropUnlessIn("lease4"); // ar$spa
        }
    }

    private void createSix() {
        batch.addSet(NftBatch.INET, table, "lease6", 16);
        for (InetAddress address : six) {
            byte[] ip = address.getAddress();
            batch.openRule(NftBatch.INET, table, "in").meta(META_NFPROTO, 10);
            batch.payload(NETWORK, 24, ip).dropUnlessIn("lease6"); // RFC 8200: destination
            for (byte goodbye : GOODBYES) {
                batch.openRule(NftBatch.INET, table, "out").meta(META_NFPROTO, 10);
                batch.meta(META_L4PROTO, TCP).payload(TRANSPORT, 13, new byte[] {goodbye});
                batch.payload(NETWORK, 8, ip).accept();
            }
            batch.openRule(NftBatch.INET, table, "out").meta(META_NFPROTO, 10);
            batch.payload(NETWORK, 8, ip).dropUnlessIn("lease6"); // source
            // RFC 4861 4.3: a solicitation goes to a multicast group and names its target inside.
            batch.openRule(NftBatch.INET, table, "in").meta(META_L4PROTO, ICMPV6);
            batch.payload(TRANSPORT, 0, new byte[] {(byte) NEIGHBOR_SOLICITATION});
            batch.payload(TRANSPORT, 8, ip).dropUnlessIn("lease6");
        }
    }

    private void elements(long leaseMs) {
        if (!four.isEmpty()) {
            batch.addElements(NftBatch.INET, table, "lease4", four, leaseMs);
            batch.addElements(NftBatch.ARP, table, "lease4", four, leaseMs);
        }
        if (!six.isEmpty()) {
            batch.addElements(NftBatch.INET, table, "lease6", six, leaseMs);
        }
    }

    /// Begins a lease, whether or not one was there.
    public synchronized void open(long leaseMs) throws ErrnoException {
        long startNs = System.nanoTime();
        int before = generation();
        batch.begin();
        clear();
        elements(leaseMs);
        int result = batch.commit();
        if (result == -Errno.ENOENT) {
            create(leaseMs);
        } else {
            Errno.check("begin lease in nf_tables table " + table, result);
            generation = before + 1;
        }
        endNs = startNs + leaseMs * 1_000_000L;
    }

    /// Prolongs a living lease: from now on it lasts `leaseMs`.
    ///
    /// One transaction: at no instant is a living lease absent, and one that ended is not revived,
    /// also when this thread was stopped between its look at the clock and the call. The kernel
    /// counts changes of its rule set; only when someone else made one are our rules looked at.
    public synchronized Renewal renew(long leaseMs) throws ErrnoException {
        long startNs = System.nanoTime();
        if (startNs - endNs >= 0) {
            return Renewal.LAPSED;
        }
        int before = generation();
        boolean isWhole = generation == before || countRules() == expectedRules();
        if (isWhole) {
            batch.begin();
            removeElements();
            elements(leaseMs);
            int result = batch.commit();
            if (result != -Errno.ENOENT) {
                Errno.check("renew lease in nf_tables table " + table, result);
                generation = before + 1;
                endNs = startNs + leaseMs * 1_000_000L;
                return Renewal.RENEWED;
            }
            // Either the element has just ended, or someone took the table meanwhile.
            if (countRules() == expectedRules() || System.nanoTime() - endNs >= 0) {
                return Renewal.LAPSED;
            }
        }
        create(leaseMs);
        endNs = startNs + leaseMs * 1_000_000L;
        return Renewal.RESTORED;
    }

    private void removeElements() {
        if (!four.isEmpty()) {
            batch.removeElements(NftBatch.INET, table, "lease4", four);
            batch.removeElements(NftBatch.ARP, table, "lease4", four);
        }
        if (!six.isEmpty()) {
            batch.removeElements(NftBatch.INET, table, "lease6", six);
        }
    }

    /// Tells whether the lease we began or prolonged last still lasts, by the clock.
    public synchronized boolean isLive() {
        return System.nanoTime() - endNs < 0;
    }

    /// Ends the lease now; the tables stay and drop everything of the addresses.
    public synchronized void end() throws ErrnoException {
        endNs = System.nanoTime();
        batch.begin();
        clear();
        int result = batch.commit();
        if (result != -Errno.ENOENT) {
            Errno.check("end lease in nf_tables table " + table, result);
        }
    }

    private void clear() {
        if (!four.isEmpty()) {
            batch.clearSet(NftBatch.INET, table, "lease4");
            batch.clearSet(NftBatch.ARP, table, "lease4");
        }
        if (!six.isEmpty()) {
            batch.clearSet(NftBatch.INET, table, "lease6");
        }
    }

    /// Deletes the tables. Remove the addresses from the interface before: nothing guards them
    /// then.
    public synchronized void delete() throws ErrnoException {
        deleteTable(NftBatch.INET);
        deleteTable(NftBatch.ARP);
    }

    private void deleteTable(int family) throws ErrnoException {
        if (sets(family).isEmpty()) {
            return; // ours always have one; failing transactions are slow
        }
        int result = batch.begin().deleteTable(family, table).commit();
        if (result != -Errno.ENOENT) {
            Errno.check("delete nf_tables table " + table, result);
        }
    }

    private int expectedRules() {
        return (4 + GOODBYES.length) * four.size() + (3 + GOODBYES.length) * six.size();
    }

    private int countRules() throws ErrnoException {
        return countRules(NftBatch.INET) + countRules(NftBatch.ARP);
    }

    private int countRules(int family) throws ErrnoException {
        int[] count = {0};
        boolean isThere =
                ask(
                        NftBatch.GETRULE,
                        family,
                        (_, body) -> {
                            byte[] name = Attributes.bytes(body, 4, TABLE_ATTRIBUTE);
                            if (name != null && Attributes.text(name).equals(table)) {
                                count[0]++;
                            }
                        });
        return isThere ? count[0] : 0;
    }

    private int generation() throws ErrnoException {
        int[] id = {0};
        question.clear()
                .begin((10 << 8) | NftBatch.GETGEN, NetlinkMessage.REQUEST, socket.nextSequence());
        question.u8(0).u8(0).u16Be(0).end();
        int result =
                socket.ask(
                        question,
                        (_, body) -> {
                            byte[] value = Attributes.bytes(body, 4, 1); // NFTA_GEN_ID
                            id[0] = value == null ? 0 : Attributes.number(value);
                        });
        Errno.check("nf_tables generation", result);
        return id[0];
    }

    /// Closes the socket; the tables stay.
    @Override
    public synchronized void close() {
        socket.close();
    }
}
