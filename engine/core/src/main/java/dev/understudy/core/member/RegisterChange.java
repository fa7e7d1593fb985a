package dev.understudy.core.member;

/// Asks a register to become `to` if its epoch still is `from`.
///
/// @param from the epoch that the issuer has read
/// @param to the wanted register; its epoch is higher than `from`
public record RegisterChange(Epoch from, Register to) {
    public RegisterChange {
        Check.argument(to.epoch().isAfter(from), "change from %s to %s", from, to.epoch());
    }
}
