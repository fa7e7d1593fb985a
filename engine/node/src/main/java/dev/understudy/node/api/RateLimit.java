package dev.understudy.node.api;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// Limits calls per remote address: a bucket that refills steadily.
///
/// A wrong token costs as much as a hundred calls, so guessing ends after a few tries. Thread-safe.
final class RateLimit {
    /// Calls that may come at once.
    static final int BURST = 1000;

    /// Calls that may come each second in the long run.
    static final int PER_SECOND = 100;

    private static final int WRONG_TOKEN_COST = 100;
    private static final int ADDRESSES_MAX = 10_000;

    private final LongSupplier nowNs;
    private final Map<String, Bucket> buckets =
            new LinkedHashMap<>(64, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
                    return size() > ADDRESSES_MAX;
                }
            };

    private static final class Bucket {
        double left = BURST;
        long atNs;
    }

    RateLimit(LongSupplier nowNs) {
        this.nowNs = nowNs;
    }

    /// Takes one call; false if the address has used up its share.
    synchronized boolean allows(String address) {
        Bucket bucket = refilled(address);
        if (bucket.left < 1) return false;
        bucket.left -= 1;
        return true;
    }

    /// Charges for a wrong token or secret.
    synchronized void wrong(String address) {
        refilled(address).left -= WRONG_TOKEN_COST;
    }

    private Bucket refilled(String address) {
        long now = nowNs.getAsLong();
        Bucket bucket = buckets.get(address);
        if (bucket == null) {
            bucket = new Bucket();
            buckets.put(address, bucket);
        } else {
            bucket.left = Math.min(BURST, bucket.left + (now - bucket.atNs) * 1e-9 * PER_SECOND);
        }
        bucket.atNs = now;
        return bucket;
    }
}
