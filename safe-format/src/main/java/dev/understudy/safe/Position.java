package dev.understudy.safe;

/// Names a place in a file of a module.
///
/// @param path path inside the module, with `/`; for an archive itself its file name
/// @param line 1-based; 0 when the whole file is meant
/// @param column 1-based, in UTF-16 units; 0 when the whole line or file is meant
public record Position(String path, int line, int column) {
    /// Names a whole file.
    public static Position file(String path) {
        return new Position(path, 0, 0);
    }

    /// Tells whether a line is known.
    public boolean hasLine() {
        return line > 0;
    }

    /// Gives `path:line:column`, or what is known of it.
    @Override
    public String toString() {
        return line == 0
                ? path
                : column == 0 ? path + ":" + line : path + ":" + line + ":" + column;
    }
}
