package dev.understudy.core.failover;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Plays the commands of a scenario on two nodes and tells what an operator sees.
final class Scenario {
    Duo duo = new Duo();
    private final List<String> answers = new ArrayList<>();
    private long sinceNs;

    /// Carries one command out.
    ///
    /// @throws IllegalArgumentException if there is none such
    void play(String line) {
        List<String> words = List.of(line.strip().split(" +", -1));
        String first = words.getFirst();
        switch (first) {
            case "nodes" -> nodes(words);
            case "light" -> duo = Duo.light();
            case "pair" -> pair();
            case "run" -> duo.go(Math.round(seconds(words.get(1)) * 1000));
            case "suspend" -> duo.now += Math.round(seconds(words.get(1)) * 1e9);
            case "cut" -> duo.isLinked = false;
            case "heal" -> duo.isLinked = true;
            case "hide-addresses" -> duo.areAddressesHidden = true;
            case "show-addresses" -> duo.areAddressesHidden = false;
            case "fencing" -> duo.fencingTakesNs = Math.round(seconds(words.get(1)) * 1e9);
            case "witness" -> duo.witnessAnswers = words.get(1).equals("up");
            default -> onNode(first, side(words.get(1)), words);
        }
    }

    private void nodes(List<String> words) {
        Isolation isolation = Isolation.PROTECT;
        boolean evidence = true;
        String preferred = "";
        FailoverRules rules = FailoverRules.NONE;
        long fencingNs = 0;
        for (String word : words.subList(1, words.size())) {
            String value = word.substring(word.indexOf('=') + 1);
            switch (word.substring(0, word.indexOf('='))) {
                case "isolation" -> isolation = Isolation.valueOf(value.toUpperCase(Locale.ROOT));
                case "evidence" -> evidence = !value.equals("no");
                case "preferred" -> preferred = value;
                case "fencing" -> fencingNs = Math.round(seconds(value) * 1e9);
                case "rules" -> rules = TestRules.of(value.split(",", -1));
                default -> throw new IllegalArgumentException(word);
            }
        }
        duo = new Duo(isolation, evidence, preferred, rules, fencingNs);
    }

    private void pair() {
        Duo.pair(duo);
        sinceNs = duo.now;
    }

    private void onNode(String command, Duo.Side side, List<String> words) {
        switch (command) {
            case "do" -> command(side, words);
            case "power-off", "kill" -> {
                side.die();
                side.boot = command.equals("kill") ? side.boot : side.boot + "+";
            }
            case "start", "daemon" -> side.restart();
            case "fenced" -> fenced(side);
            case "offline" -> side.isOffline = true;
            case "online" -> side.isOffline = false;
            case "write" -> {
                duo.now += Duo.MS;
                side.writesFirst();
            }
            case "fail" -> side.failing.add(hook(words.get(2)));
            case "repair" -> side.failing.remove(hook(words.get(2)));
            case "down" ->
                    side.give(
                            new Event.ResourceDown(
                                    duo.now,
                                    words.get(2),
                                    Action.valueOf(words.get(3).toUpperCase(Locale.ROOT))));
            case "unknown" -> side.give(new Event.ResourceUnknown(duo.now, words.get(2)));
            case "swap-back" -> side.give(new Event.SwapBack(duo.now, words.get(2).equals("on")));
            case "up" -> side.give(new Event.ResourceUp(duo.now, words.get(2)));
            case "disk-full" -> side.give(new Event.DiskFull(duo.now, words.get(2)));
            case "disk-error" -> side.give(new Event.LocalDiskError(duo.now, words.get(2)));
            default -> throw new IllegalArgumentException("no command " + command);
        }
    }

    private void command(Duo.Side side, List<String> words) {
        Command command = Command.valueOf(words.get(2).toUpperCase(Locale.ROOT));
        side.command(command, words.contains("--force"));
        side.effects.stream()
                .filter(effect -> effect instanceof Effect.Answer)
                .map(effect -> (Effect.Answer) effect)
                .reduce((_, last) -> last)
                .filter(answer -> !answer.accepted())
                .ifPresent(answer -> answers.add(side.name + " refuses: " + answer.text()));
    }

    private void fenced(Duo.Side side) {
        Duo.Side other = side == duo.a ? duo.b : duo.a;
        other.give(new Event.Heard(duo.now, new Fenced(side.settings.self(), side.incarnation)));
    }

    private Duo.Side side(String name) {
        return name.equals("a") ? duo.a : duo.b;
    }

    private static Hook hook(String script) {
        return Hook.valueOf(script.toUpperCase(Locale.ROOT));
    }

    private static double seconds(String text) {
        return Double.parseDouble(text.substring(0, text.length() - 1));
    }

    /// What was seen since the last time: refusals, transitions with their moment, and the states.
    String seen() {
        StringBuilder text = new StringBuilder();
        answers.forEach(answer -> text.append(answer).append('\n'));
        answers.clear();
        for (Duo.Line line : duo.timed) {
            if (line.journal().from() == line.journal().to()) {
                text.append(
                        String.format(
                                Locale.ROOT,
                                "%6.2f s  %s %s  rule %d: %s (%s)%n",
                                (line.atNs() - sinceNs) / 1e9,
                                line.who(),
                                line.journal().from(),
                                line.journal().rule().number(),
                                line.journal().rule().reason(),
                                line.journal().detail()));
                continue;
            }
            text.append(
                    String.format(
                            Locale.ROOT,
                            "%6.2f s  %s %s -> %s  rule %d: %s%n",
                            (line.atNs() - sinceNs) / 1e9,
                            line.who(),
                            line.journal().from(),
                            line.journal().to(),
                            line.journal().rule().number(),
                            line.journal().rule().reason()));
        }
        duo.timed.clear();
        text.append("= ").append(shown(duo.a)).append('\n');
        return text.append("= ").append(shown(duo.b)).append('\n').toString();
    }

    private static String shown(Duo.Side side) {
        if (!side.isUp) {
            return side.name + " is off";
        }
        Node node = side.node;
        String reason = node.reason().text();
        return side.name
                + " "
                + node.state()
                + (node.settings().isLight() ? "" : " " + node.saved().data())
                + (node.isServing() && node.lease().isFrozenForGood() ? " frozen for good" : "")
                + (reason.isEmpty() ? "" : ": " + reason);
    }
}
