package dev.understudy.safe;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A number of bytes, spelled `512`, `64KiB`, `10MiB`, `2GiB`, `1TiB`.
///
/// @param bytes 0 to 2^63-1
public record Size(long bytes) {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,7})(B|KiB|MiB|GiB|TiB)?");
    private static final String[] UNITS = {"TiB", "GiB", "MiB", "KiB"};

    /// Reads a size; empty when the text is none.
    public static Optional<Size> parse(String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches()) {
            return Optional.empty();
        }
        String unit = m.group(2) == null ? "B" : m.group(2);
        int shift =
                switch (unit) {
                    case "KiB" -> 10;
                    case "MiB" -> 20;
                    case "GiB" -> 30;
                    case "TiB" -> 40;
                    default -> 0;
                };
        long count = Long.parseLong(m.group(1));
        return count > Long.MAX_VALUE >> shift
                ? Optional.empty()
                : Optional.of(new Size(count << shift));
    }

    /// Gives the spelling in the largest unit that loses nothing.
    @Override
    public String toString() {
        int shift = 40;
        for (String unit : UNITS) {
            if (bytes != 0 && bytes % (1L << shift) == 0) {
                return (bytes >> shift) + unit;
            }
            shift -= 10;
        }
        return bytes + "B";
    }
}
