package dev.understudy.node.api;

/// What may be said beside a command.
///
/// @param fullSync compare and copy everything at the next join (`prim`, `second`)
/// @param noSync exchange roles without waiting for the data (`swap`); the directories are not
///   touched
/// @param force the forced form: accept the loss that the unforced form refuses
/// @param discards with `force`: what a copy that is overwritten has of its own is not kept
///   (`second`)
/// @param cause shown in the journal instead of the caller alone; may be empty
public record CommandOptions(
        boolean fullSync, boolean noSync, boolean force, boolean discards, String cause) {
    /// No options.
    public static final CommandOptions NONE = new CommandOptions(false, false, false, false, "");
}
