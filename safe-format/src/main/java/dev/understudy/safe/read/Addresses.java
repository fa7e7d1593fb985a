package dev.understudy.safe.read;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/// Reads literal addresses without ever asking a name server.
public final class Addresses {
    private static final Pattern V4 =
            Pattern.compile(
                    "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}");
    private static final Pattern V6 = Pattern.compile("[0-9a-fA-F.]*:[0-9a-fA-F:.]{1,45}");

    private Addresses() {}

    /// Gives the address, or nothing when the text is no literal address.
    public static Optional<InetAddress> parse(String text) {
        if (!V4.matcher(text).matches() && !V6.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
