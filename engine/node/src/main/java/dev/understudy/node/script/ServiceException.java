package dev.understudy.node.script;

/// Says that a service did not do what it was asked to.
final class ServiceException extends Exception {
    private final String service;
    private final boolean isTimeout;

    ServiceException(String service, String message, boolean isTimeout) {
        super(message);
        this.service = service;
        this.isTimeout = isTimeout;
    }

    /// Id of the service.
    String service() {
        return service;
    }

    /// Tells whether the deadline passed.
    boolean isTimeout() {
        return isTimeout;
    }
}
