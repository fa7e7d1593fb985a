package dev.understudy.safe;

import java.util.Optional;

/// Bytes per second, spelled `10MiB/s`.
///
/// @param bytesPerSecond above 0
public record Bandwidth(long bytesPerSecond) {
    /// Reads a bandwidth; empty when the text is none.
    public static Optional<Bandwidth> parse(String text) {
        if (!text.endsWith("/s")) {
            return Optional.empty();
        }
        return Size.parse(text.substring(0, text.length() - 2))
                .filter(size -> size.bytes() > 0)
                .map(size -> new Bandwidth(size.bytes()));
    }

    @Override
    public String toString() {
        return new Size(bytesPerSecond) + "/s";
    }
}
