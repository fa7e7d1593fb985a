package dev.understudy.node.script;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.script.wire.Wire;

/// A call of a script that could not be carried out; becomes the rejection of its promise.
final class CallException extends Exception {
    private final ObjectNode error;

    /// Makes an error.
    ///
    /// @param name ExecError, TimeoutError, PermissionError, ArgumentError, ServiceError, IoError
    CallException(String name, String message) {
        super(message);
        error = Wire.JSON.createObjectNode().put("name", name).put("message", message);
    }

    /// What the script sees; more fields may be added.
    ObjectNode error() {
        return error;
    }
}
