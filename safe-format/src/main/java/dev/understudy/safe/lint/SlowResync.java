package dev.understudy.safe.lint;

/// Finds limits with which a node is not up to date for days.
final class SlowResync implements ConfigRule {
    private static final long LEAST = 1 << 20;
    private static final long HUNDRED_GIB = 100L << 30;

    @Override
    public String id() {
        return "L004";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        view.config()
                .replication()
                .resyncLimit()
                .filter(limit -> limit.bytesPerSecond() < LEAST)
                .ifPresent(limit ->
                        sink.add(
                                view.at("replication", "resync", "bandwidth-limit"),
                                "100 GiB take %d days with this limit"
                                        .formatted(HUNDRED_GIB / limit.bytesPerSecond() / 86_400),
                                "while a copy is behind, one server alone has the data; allow"
                                        + " 10MiB/s or more"));
    }
}
