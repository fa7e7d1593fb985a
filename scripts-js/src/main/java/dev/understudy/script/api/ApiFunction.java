package dev.understudy.script.api;

import java.util.List;

/// One function of the `safe` module.
///
/// @param name `exec`, or with its group `services.start`
/// @param parameters in order; optional ones last
/// @param returns TypeScript type that the promise gives
/// @param about what it does, for the reference; sentences
/// @param example one or more lines of a script
/// @param place where it is carried out
public record ApiFunction(
        String name,
        List<Parameter> parameters,
        String returns,
        String about,
        String example,
        Place place) {
    /// Copies the list.
    public ApiFunction {
        parameters = List.copyOf(parameters);
    }

    /// One parameter.
    ///
    /// @param type TypeScript type
    public record Parameter(String name, String type, boolean isOptional) {}

    /// Where a function is carried out.
    public enum Place {
        /// By the daemon, which checks permissions.
        DAEMON,
        /// In the script host, outside the sandbox: timers.
        HOST,
        /// In the sandbox, by the module `safe` itself.
        SCRIPT
    }

    /// Gives the group, `services`, or an empty text.
    public String group() {
        int dot = name.indexOf('.');
        return dot < 0 ? "" : name.substring(0, dot);
    }

    /// Gives the name inside the group: `start`.
    public String member() {
        return name.substring(name.indexOf('.') + 1);
    }

    /// Writes parameters and result as TypeScript does: `(id?: string): Promise<void>`.
    public String signature() {
        StringBuilder text = new StringBuilder("(");
        for (Parameter parameter : parameters) {
            text.append(text.length() > 1 ? ", " : "")
                    .append(parameter.name())
                    .append(parameter.isOptional() ? "?: " : ": ")
                    .append(parameter.type());
        }
        return text.append("): Promise<").append(returns).append(">").toString();
    }
}
