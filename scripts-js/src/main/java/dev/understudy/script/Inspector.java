package dev.understudy.script;

/// Where an inspector of Chrome's protocol waits for its front end: on the loopback interface, at a
/// path that nobody can guess.
///
/// @param port free one
/// @param path random, no slash at its beginning
public record Inspector(int port, String path) {
    private static final String CLASS =
            "/com/oracle/truffle/tools/chromeinspector/instrument/InspectorInstrument.class";

    /// Tells whether there is an inspector on the class path.
    public static boolean isThere() {
        return Inspector.class.getResource(CLASS) != null;
    }

    /// Gives the address for a WebSocket.
    public String webSocket() {
        return "ws://127.0.0.1:" + port + "/" + path;
    }

    /// Gives the address that Chrome and its kin open.
    public String devtools() {
        return "devtools://devtools/bundled/js_app.html?ws=127.0.0.1:" + port + "/" + path;
    }
}
