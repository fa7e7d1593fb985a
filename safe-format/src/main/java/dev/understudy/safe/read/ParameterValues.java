package dev.understudy.safe.read;

import dev.understudy.safe.Durations;
import dev.understudy.safe.Parameter;
import dev.understudy.safe.Platform;
import dev.understudy.safe.Size;
import java.util.Optional;
import java.util.regex.Pattern;

/// Says what values of parameters must look like, and gives examples.
public final class ParameterValues {
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9:][A-Za-z0-9_.:-]{0,252}");
    private static final Pattern LINE = Pattern.compile("[^\\x00-\\x1f\\x7f]{1,1000}");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_$][A-Za-z0-9_.@$ -]{0,255}");
    private static final Pattern INTERFACE = Pattern.compile("[^\\s/]{1,63}");
    private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");
    private static final Pattern WINDOWS_PATH =
            Pattern.compile("([A-Za-z]:[\\\\/]|\\\\\\\\[^\\\\]).*");

    private ParameterValues() {}

    /// Reads a value.
    ///
    /// @return String, Long or Boolean; empty when the text is no value of the parameter's type
    public static Optional<Object> parse(Parameter parameter, String text, Platform platform) {
        boolean good =
                switch (parameter.type()) {
                    case STRING, SECRET -> LINE.matcher(text).matches();
                    case IP -> Addresses.parse(text).isPresent();
                    case HOST -> HOST.matcher(text).matches();
                    case PATH -> LINE.matcher(text).matches() && isAbsolute(text, platform);
                    case PORT -> INTEGER.matcher(text).matches() && inRange(text, 1, 65_535);
                    case INTEGER -> INTEGER.matcher(text).matches();
                    case DURATION -> Durations.parse(text).isPresent();
                    case SIZE -> Size.parse(text).isPresent();
                    case SERVICE, USER -> WORD.matcher(text).matches();
                    case INTERFACE -> INTERFACE.matcher(text).matches();
                    case ENUM -> parameter.values().contains(text);
                    case SWITCH -> text.equals("on") || text.equals("off");
                };
        if (!good) {
            return Optional.empty();
        }
        return Optional.of(
                switch (parameter.type()) {
                    case PORT, INTEGER -> (Object) Long.valueOf(text);
                    case SWITCH -> text.equals("on");
                    default -> text;
                });
    }

    /// Says what a value must look like: the end of "must be …".
    public static String expected(Parameter parameter, Platform platform) {
        return switch (parameter.type()) {
            case STRING, SECRET -> "one line of text";
            case IP -> "an IPv4 or IPv6 address such as 10.0.0.9";
            case HOST -> "a host name or address";
            case PATH -> "an absolute path such as " + example(parameter, platform);
            case PORT -> "a port from 1 to 65535";
            case INTEGER -> "a whole number";
            case DURATION -> "a duration such as 500ms, 30s, 2m or 24h";
            case SIZE -> "a size such as 64MiB";
            case SERVICE -> "the name of a service of the system";
            case USER -> "the name of a user of the system";
            case INTERFACE -> "auto or the name of a network interface";
            case ENUM -> "one of " + String.join(", ", parameter.values());
            case SWITCH -> "on or off";
        };
    }

    /// Gives a value that stands in for one that is not known yet.
    static String example(Parameter parameter, Platform platform) {
        return switch (parameter.type()) {
            case STRING, SECRET, SERVICE, USER -> "example";
            case IP, HOST -> "192.0.2.10"; // RFC 5737: for documentation
            case PATH ->
                    platform.family().equals("windows")
                            ? "C:\\example"
                            : "/example/" + parameter.name();
            case PORT -> "65000";
            case INTEGER -> "1";
            case DURATION -> "30s";
            case SIZE -> "64MiB";
            case INTERFACE -> "auto";
            case ENUM -> parameter.values().isEmpty() ? "example" : parameter.values().getFirst();
            case SWITCH -> "on";
        };
    }

    /// Gives such a value in its type.
    static Object typedExample(Parameter parameter, Platform platform) {
        String text = example(parameter, platform);
        return parse(parameter, text, platform).orElse(text);
    }

    private static boolean inRange(String number, long min, long max) {
        long value = Long.parseLong(number);
        return value >= min && value <= max;
    }

    private static boolean isAbsolute(String text, Platform platform) {
        return platform.family().equals("windows")
                ? WINDOWS_PATH.matcher(text).matches()
                : text.startsWith("/");
    }
}
