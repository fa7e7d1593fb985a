package dev.understudy.tests.simulator;

import dev.understudy.core.failover.Isolation;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// All that a run follows from: the seed of the world and the faults in their order.
///
/// @param seed of everything that is not a fault: delays, losses, what programs write
/// @param variant SHIPPED, or a mistake to be refuted
/// @param isolation the policy of both nodes
/// @param forces an operator may force a node to serve
/// @param isCalm nothing but failures of the witness: no node may change its state (I13)
/// @param isFencing SECOND has a command that switches PRIM off
/// @param lengthNs how long the faults go on
/// @param faults in the order of time, on whole microseconds
record Plan(
        long seed,
        Variant variant,
        Isolation isolation,
        boolean forces,
        boolean isCalm,
        boolean isFencing,
        long lengthNs,
        List<Injection> faults) {
    private static final List<Fault> ALL =
            Stream.of(Fault.values()).filter(fault -> !fault.isOfFencing()).toList();
    private static final List<Fault> OF_TWO_VOTES =
            ALL.stream().filter(fault -> !fault.isOfVotes()).toList();
    private static final List<Fault> OF_FENCING =
            Stream.of(Fault.values()).filter(fault -> !fault.isOfVotes()).toList();
    private static final List<Fault> OF_VOTER = ALL.stream().filter(Fault::isOfVoterAlone).toList();

    Plan {
        faults = List.copyOf(faults);
    }

    /// The plan that belongs to a seed: of twenty, nine have a third vote (one of them nothing but
    /// faults of the witness, one an operator who forces), six are `protect` (two of them with a
    /// fencing command), two `available`, one `manual`, two `protect` with an operator who forces
    /// or without any fault but the ping witness's.
    static Plan ofSeed(long seed) {
        int kind = (int) Math.floorMod(seed, 20L);
        Isolation isolation =
                switch (kind) {
                    case 7, 17 -> Isolation.AVAILABLE;
                    case 8 -> Isolation.MANUAL;
                    case 0, 2, 4, 10, 12, 14, 16, 18, 19 -> Isolation.MAJORITY;
                    default -> Isolation.PROTECT;
                };
        boolean forces = kind == 9 || kind == 19;
        boolean isFencing = kind == 5 || kind == 15;
        return drawn(seed, Variant.SHIPPED, isolation, forces, kind == 6 || kind == 16, isFencing);
    }

    /// Draws the faults of a seed without a fencing command.
    static Plan drawn(
            long seed, Variant variant, Isolation isolation, boolean forces, boolean isCalm) {
        return drawn(seed, variant, isolation, forces, isCalm, false);
    }

    /// Draws the faults of a seed.
    static Plan drawn(
            long seed,
            Variant variant,
            Isolation isolation,
            boolean forces,
            boolean isCalm,
            boolean isFencing) {
        SplittableRandom fate = new SplittableRandom(~seed);
        long lengthNs = fate.nextLong(15 * World.SECOND, 45 * World.SECOND);
        List<Fault> drawn =
                isFencing ? OF_FENCING : drawnFrom(isolation == Isolation.MAJORITY, isCalm);
        List<Injection> faults = new ArrayList<>();
        for (long at = gap(fate); at < lengthNs; at += gap(fate)) {
            int count = fate.nextDouble() < 0.2 ? 2 : 1; // often two at once
            for (int i = 0; i < count; i++) {
                Fault fault = drawn.get(fate.nextInt(drawn.size()));
                faults.add(new Injection(at, fault, fate.nextInt(2), fate.nextLong()));
            }
        }
        return new Plan(seed, variant, isolation, forces, isCalm, isFencing, lengthNs, faults);
    }

    private static List<Fault> drawnFrom(boolean hasThirdVote, boolean isCalm) {
        if (isCalm) {
            return hasThirdVote ? OF_VOTER : List.of(Fault.WITNESS_DOWN);
        }
        return hasThirdVote ? ALL : OF_TWO_VOTES;
    }

    private static long gap(SplittableRandom fate) {
        return fate.nextLong(500 * World.MS, 9 * World.SECOND) / World.MS * World.MS;
    }

    /// The same with other faults.
    Plan with(List<Injection> others) {
        return new Plan(seed, variant, isolation, forces, isCalm, isFencing, lengthNs, others);
    }

    /// As lines of text that [#parse] reads.
    String text() {
        return "seed %d%nvariant %s%nisolation %s%nforces %s%ncalm %s%nfencing %s%nlength %d%n%s%n"
                .formatted(
                        seed,
                        variant,
                        isolation,
                        forces,
                        isCalm,
                        isFencing,
                        lengthNs,
                        faults.stream().map(Injection::toString).collect(Collectors.joining("\n")));
    }

    /// Reads a plan; lines that begin with `#`, and what follows a line `----`, are for people.
    static Plan parse(List<String> lines) {
        Plan plan = drawn(0, Variant.SHIPPED, Isolation.PROTECT, false, false).with(List.of());
        List<Injection> faults = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith("----")) {
                break;
            }
            String[] words = line.split(" ", -1);
            plan =
                    switch (words[0]) {
                        case "seed" -> plan.seeded(Long.parseLong(words[1]));
                        case "variant" -> plan.varied(Variant.valueOf(words[1]));
                        case "isolation" -> plan.isolated(Isolation.valueOf(words[1]));
                        case "forces" -> plan.forced(Boolean.parseBoolean(words[1]));
                        case "calm" -> plan.calm(Boolean.parseBoolean(words[1]));
                        case "fencing" -> plan.fencing(Boolean.parseBoolean(words[1]));
                        case "length" -> plan.lasting(Long.parseLong(words[1]));
                        default -> plan;
                    };
            if (words[0].equals("fault")) {
                faults.add(Injection.parse(line));
            }
        }
        return plan.with(faults);
    }

    private Plan seeded(long value) {
        return new Plan(value, variant, isolation, forces, isCalm, isFencing, lengthNs, faults);
    }

    private Plan varied(Variant value) {
        return new Plan(seed, value, isolation, forces, isCalm, isFencing, lengthNs, faults);
    }

    private Plan isolated(Isolation value) {
        return new Plan(seed, variant, value, forces, isCalm, isFencing, lengthNs, faults);
    }

    private Plan forced(boolean value) {
        return new Plan(seed, variant, isolation, value, isCalm, isFencing, lengthNs, faults);
    }

    private Plan calm(boolean value) {
        return new Plan(seed, variant, isolation, forces, value, isFencing, lengthNs, faults);
    }

    private Plan fencing(boolean value) {
        return new Plan(seed, variant, isolation, forces, isCalm, value, lengthNs, faults);
    }

    private Plan lasting(long value) {
        return new Plan(seed, variant, isolation, forces, isCalm, isFencing, value, faults);
    }
}
