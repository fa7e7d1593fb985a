package dev.understudy.safe;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A value that the administrator gives, or leaves to its default, when a module is installed.
///
/// @param name lower case with dashes
/// @param type what it must look like
/// @param description one line for people; empty = none
/// @param defaults by platform name; the key [#EVERYWHERE] for one default on all; empty = none
/// @param optional may be left empty
/// @param values the choices of an `enum`
/// @param position where it is declared
public record Parameter(
        String name,
        Type type,
        String description,
        Map<String, String> defaults,
        boolean optional,
        List<String> values,
        Position position) {
    /// Key of a default that holds on every platform.
    public static final String EVERYWHERE = "*";

    public Parameter {
        defaults = Map.copyOf(defaults);
        values = List.copyOf(values);
    }

    /// Gives the default on a platform: that of its most specific name.
    public Optional<String> defaultOn(Platform platform) {
        for (String name : platform.names()) {
            String value = defaults.get(name);
            if (value != null) {
                return Optional.of(value);
            }
        }
        return Optional.ofNullable(defaults.get(EVERYWHERE));
    }

    /// What a value must look like.
    public enum Type {
        /// Any text of one line.
        STRING,
        /// IPv4 or IPv6 address.
        IP,
        /// Host name or address.
        HOST,
        /// Absolute path of the platform.
        PATH,
        /// 1 to 65535.
        PORT,
        /// Whole number.
        INTEGER,
        /// `30s`.
        DURATION,
        /// `64MiB`.
        SIZE,
        /// Name of a service of the system.
        SERVICE,
        /// Name of a user of the system.
        USER,
        /// Name of a network interface, or `auto`.
        INTERFACE,
        /// One of the declared values.
        ENUM,
        /// `on` or `off`.
        SWITCH,
        /// Text that is never shown; not allowed in userconfig.yaml.
        SECRET;

        /// Gives the word of the file.
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
