package dev.understudy.node.script;

import com.fasterxml.jackson.databind.JsonNode;

/// Carries out what one run of a script asks for.
interface CallHandler {
    /// Carries out a call; blocks; an interrupt of the thread means that it is no longer wanted.
    JsonNode call(String function, JsonNode arguments) throws CallException, InterruptedException;

    /// Takes a line of the script's log.
    void log(String level, String text);
}
