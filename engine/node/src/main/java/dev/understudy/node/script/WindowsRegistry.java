package dev.understudy.node.script;

import dev.understudy.safe.RegistryKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The registry of Windows, through reg.exe, always the 64-bit view.
///
/// reg.exe ends with 1 for whatever fails, and says in the language of the system what it was. What
/// it says of a key that cannot be there is learnt once; an answer of the same words means that
/// there is none.
final class WindowsRegistry {
    private static final String NEVER_THERE =
            "HKLM\\SOFTWARE\\Understudy\\e7c9a0f2-there-is-no-such-key";
    private static final String VIEW = "/reg:64";

    /// ` Name REG_SZ text`; the text may go on over lines.
    private static final Pattern VALUE =
            Pattern.compile("(?m)^ {4}(.{1,16383}?) {4}(REG_[A-Z_0-9]+)(?: {4}|$)");

    /// A value as reg.exe shows it.
    ///
    /// @param type `REG_SZ`, `REG_DWORD` …
    /// @param text numbers as `0x1f90`, texts of a REG_MULTI_SZ with `\0` between them
    record Value(String type, String text) {
        /// Gives the number of a REG_DWORD or REG_QWORD.
        Optional<Long> number() {
            return (type.equals("REG_DWORD") || type.equals("REG_QWORD")) && text.startsWith("0x")
                    ? Optional.of(Long.parseUnsignedLong(text.substring(2), 16))
                    : Optional.empty();
        }

        /// Gives the texts of a REG_MULTI_SZ.
        Optional<List<String>> list() {
            return type.equals("REG_MULTI_SZ")
                    ? Optional.of(text.isEmpty() ? List.of() : List.of(text.split("\\\\0", -1)))
                    : Optional.empty();
        }
    }

    private final WindowsPrograms programs;
    private @Nullable String notThere;

    WindowsRegistry(WindowsPrograms programs) {
        this.programs = programs;
    }

    /// Reads a value.
    Optional<Value> get(String key, String name) throws IOException, InterruptedException {
        WindowsPrograms.Answer answer = reg("query", key, "/v", name);
        if (isNotThere(answer)) {
            return Optional.empty();
        }
        check("query", key, answer);
        Matcher m = VALUE.matcher(answer.out());
        if (!m.find()) {
            throw new IOException("reg.exe query answered otherwise than known: " + answer.text());
        }
        String text = answer.out().substring(m.end()).replaceFirst("(\\r?\\n)+$", "");
        return Optional.of(new Value(m.group(2), text.replace("\r\n", "\n")));
    }

    /// Names the keys right below a key, sorted.
    List<String> list(String key) throws IOException, InterruptedException {
        WindowsPrograms.Answer answer = reg("query", key);
        if (isNotThere(answer)) {
            return List.of();
        }
        check("query", key, answer);
        List<String> names = new ArrayList<>();
        for (String line : answer.out().lines().toList()) {
            // values are indented; the key itself stands above its values, if it has some
            Optional<String> below =
                    line.startsWith("HKEY_") ? RegistryKey.of(line.strip()) : Optional.empty();
            if (below.isPresent() && below.get().length() > key.length() + 1) {
                names.add(below.get().substring(key.length() + 1));
            }
        }
        names.sort(String.CASE_INSENSITIVE_ORDER);
        return names;
    }

    /// Writes a value; the key is made if it is missing.
    void set(String key, String name, Value value) throws IOException, InterruptedException {
        String text = value.number().map(n -> Long.toUnsignedString(n)).orElse(value.text());
        check("add", key, reg("add", key, "/v", name, "/t", value.type(), "/d", text, "/f"));
    }

    /// Removes a value.
    ///
    /// @return false if there was none
    boolean remove(String key, String name) throws IOException, InterruptedException {
        WindowsPrograms.Answer answer = reg("delete", key, "/v", name, "/f");
        if (isNotThere(answer)) {
            return false;
        }
        check("delete", key, answer);
        return true;
    }

    private boolean isNotThere(WindowsPrograms.Answer answer)
            throws IOException, InterruptedException {
        return answer.code() == 1 && answer.text().equals(notThere());
    }

    private synchronized String notThere() throws IOException, InterruptedException {
        String known = notThere;
        if (known == null) {
            known = reg("query", NEVER_THERE).text();
            notThere = known;
        }
        return known;
    }

    private WindowsPrograms.Answer reg(String verb, String key, String... more)
            throws IOException, InterruptedException {
        List<String> argv = new ArrayList<>(List.of("reg.exe", verb, key));
        argv.addAll(List.of(more));
        argv.add(VIEW);
        return programs.run(argv);
    }

    private static void check(String verb, String key, WindowsPrograms.Answer answer)
            throws IOException {
        if (answer.code() != 0) {
            throw new IOException(
                    "reg.exe %s %s ended with %d: %s"
                            .formatted(verb, key, answer.code(), answer.text()));
        }
    }
}
