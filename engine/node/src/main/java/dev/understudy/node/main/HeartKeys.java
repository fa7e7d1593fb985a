package dev.understudy.node.main;

import dev.understudy.node.heart.Heart;
import dev.understudy.node.heart.PairKey;
import dev.understudy.node.link.PeerLink;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Agrees with the peer on the key of the heartbeats, over the authenticated control link.
///
/// The node whose name sorts first draws a fresh secret for each question, so no secret ever serves
/// two processes of a node: the counters begin at 1 with each. The other node asks until it has
/// one.
final class HeartKeys {
    /// The node's own messages travel under this name, which no module can have.
    static final String CHANNEL = "-";

    private static final Logger LOG = LoggerFactory.getLogger(HeartKeys.class);
    private static final byte ASK = 1;
    private static final byte KEY = 2;
    private static final int SECRET_BYTES = 32;

    private final String self;
    private final String peer;
    private final PeerLink link;
    private final Heart heart;
    private final SecureRandom random = new SecureRandom();
    private volatile boolean hasKey;

    HeartKeys(String self, String peer, PeerLink link, Heart heart) {
        this.self = self;
        this.peer = peer;
        this.link = link;
        this.heart = heart;
    }

    /// Begins; called again every second until [#hasKey].
    void poll() {
        if (hasKey) return;
        if (isKeyMaker()) {
            offerFresh();
        } else if (!link.send(CHANNEL, new byte[] {ASK})) {
            LOG.debug("control link to {}: queue full", peer);
        }
    }

    /// Tells whether a key was agreed upon by this process.
    boolean hasKey() {
        return hasKey;
    }

    /// Takes a message of the peer.
    void receive(byte[] message) {
        if (message.length == 1 && message[0] == ASK && isKeyMaker()) {
            offerFresh();
        } else if (message.length == 1 + SECRET_BYTES && message[0] == KEY && !isKeyMaker()) {
            install(Arrays.copyOfRange(message, 1, message.length));
        } else {
            LOG.warn(
                    "control link: message of {} bytes from {} is none of ours",
                    message.length,
                    peer);
        }
    }

    private boolean isKeyMaker() {
        return self.compareTo(peer) < 0;
    }

    private void offerFresh() {
        byte[] message = new byte[1 + SECRET_BYTES];
        random.nextBytes(message);
        message[0] = KEY;
        if (link.send(CHANNEL, message)) {
            install(Arrays.copyOfRange(message, 1, message.length));
        }
    }

    private void install(byte[] secret) {
        try {
            heart.install(PairKey.derive(secret, self, peer));
            hasKey = true;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HKDF of the platform fails", e);
        }
    }
}
