package dev.understudy.tests.simulator;

/// One fault of a run.
///
/// @param atNs when, counted from the moment at which the faults begin
/// @param fault what
/// @param machine which one it meets, 0 or 1
/// @param chance what is drawn within it (how long, how much) follows from this alone, so that the
///   same fault is the same when others are left out
record Injection(long atNs, Fault fault, int machine, long chance) {
    @Override
    public String toString() {
        return "fault %.3f %s %s %x".formatted(atNs / 1e9, fault, machine == 0 ? "a" : "b", chance);
    }

    /// Reads what [#toString] wrote.
    static Injection parse(String line) {
        String[] words = line.split(" ", -1);
        return new Injection(
                Math.round(Double.parseDouble(words[1]) * 1e9),
                Fault.valueOf(words[2]),
                words[3].equals("a") ? 0 : 1,
                Long.parseUnsignedLong(words[4], 16));
    }
}
