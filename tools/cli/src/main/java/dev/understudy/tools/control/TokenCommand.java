package dev.understudy.tools.control;

import dev.understudy.tools.CommandGroup;
import dev.understudy.tools.Exit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes, lists and revokes bearer tokens of the remote API.
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        description = "Makes, lists and revokes tokens for the API over HTTPS.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            TokenCommand.Create.class,
            TokenCommand.ListTokens.class,
            TokenCommand.Revoke.class
        },
        footer = {
            "",
            "Example:",
            "  safe token create ci --role monitor > ci.token",
            "  safe state --url https://10.0.0.1:9453 --token-file ci.token --ca ca.pem"
        })
public final class TokenCommand extends CommandGroup {
    /// Makes a token.
    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Makes a token and prints it once; it is stored as a hash.")
    public static final class Create extends ControlCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "For listing and revoking.")
        private String name = "";

        @Option(
                names = "--role",
                required = true,
                paramLabel = "ROLE",
                description = "admin, control or monitor.")
        private String role = "";

        @Option(
                names = "--days",
                paramLabel = "N",
                description = "How long it is good; default 365.")
        private int days = 365;

        @Override
        int work() {
            if (!List.of("admin", "control", "monitor").contains(role)) {
                throw Failure.usage("--role is admin, control or monitor", "");
            }
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("name", name);
            body.put("role", role);
            body.put("validDays", days);
            Json token = daemon().send("POST", "/api/v1/tokens", body);
            return answer(token, token.text("token"));
        }
    }

    /// Lists tokens.
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the tokens.")
    public static final class ListTokens extends ControlCommand {
        @Override
        int work() {
            Json tokens = daemon().get("/api/v1/tokens");
            if (isJson()) return answer(tokens, "");
            List<List<String>> rows = new ArrayList<>();
            rows.add(List.of("NAME", "ROLE", "CREATED", "EXPIRES", "LAST USE"));
            for (Json token : tokens.list("tokens")) {
                rows.add(
                        List.of(
                                token.text("name"),
                                token.text("role"),
                                Words.time(token.number("createdAtMs")),
                                Words.time(token.number("expiresAtMs")),
                                Words.time(token.number("lastUsedAtMs"))));
            }
            say(rows.size() == 1 ? "no tokens" : Words.table(rows));
            return Exit.DONE;
        }
    }

    /// Revokes a token.
    @Command(
            name = "revoke",
            mixinStandardHelpOptions = true,
            description = "Ends a token at once.")
    public static final class Revoke extends ControlCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The token's name.")
        private String name = "";

        @Override
        int work() {
            if (!name.matches("[A-Za-z0-9._-]{1,63}")) {
                throw Failure.usage("'%s' is not a token's name".formatted(name), "");
            }
            Json done = daemon().send("DELETE", "/api/v1/tokens/" + name, null);
            return answer(done, done.text("text"));
        }
    }
}
