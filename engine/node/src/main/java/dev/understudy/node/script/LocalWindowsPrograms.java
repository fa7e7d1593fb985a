package dev.understudy.node.script;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Runs the programs of this Windows. Never run on Windows so far: what they answer is known from
/// their documentation, see the transcripts of the tests.
final class LocalWindowsPrograms implements WindowsPrograms {
    private static final int OUTPUT_BYTES_MAX = 4 << 20;
    private static final Map<String, String> FOLDERS =
            Map.of(
                    "appcmd.exe", "System32\\inetsrv\\",
                    "powershell.exe", "System32\\WindowsPowerShell\\v1.0\\");
    private static final Pattern CODE_PAGE = Pattern.compile("OEMCP {4}REG_SZ {4}(\\d+)");

    private final String root;
    private @Nullable Charset consoleCharset;

    private LocalWindowsPrograms(String root) {
        this.root = root;
    }

    /// Gives the programs of this machine; empty if it does not run Windows.
    static Optional<WindowsPrograms> find() {
        if (!System.getProperty("os.name", "").startsWith("Windows")) {
            return Optional.empty();
        }
        String root = System.getenv("SystemRoot");
        return Optional.of(new LocalWindowsPrograms(root == null ? "C:\\Windows" : root));
    }

    @Override
    public Answer run(List<String> argv) throws IOException, InterruptedException {
        // console programs write in the code page of the console; PowerShell is told to write UTF-8
        boolean isUtf8 = argv.getFirst().equals("powershell.exe");
        return run(argv, isUtf8 ? StandardCharsets.UTF_8 : console());
    }

    private Answer run(List<String> argv, Charset charset)
            throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(argv);
        String folder = FOLDERS.getOrDefault(argv.getFirst(), "System32\\");
        whole.set(0, root + "\\" + folder + argv.getFirst());
        Process process =
                new ProcessBuilder(whole)
                        .directory(Path.of(root).toFile())
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("NUL").toFile()))
                        .start();
        try {
            FutureTask<String> err =
                    new FutureTask<>(() -> text(process.getErrorStream(), charset));
            Thread.ofVirtual().start(err);
            String out = text(process.getInputStream(), charset);
            return new Answer(process.waitFor(), out, err.get());
        } catch (ExecutionException e) {
            throw new IOException(argv.getFirst() + ": " + e.getCause(), e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static String text(InputStream stream, Charset charset) {
        try {
            ByteArrayOutputStream kept = new ByteArrayOutputStream();
            byte[] piece = new byte[8192];
            for (int n = stream.read(piece); n >= 0; n = stream.read(piece)) {
                kept.write(piece, 0, Math.min(n, OUTPUT_BYTES_MAX - kept.size()));
            }
            return kept.toString(charset);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // The registry's own answer to this question is plain ASCII in every language.
    private Charset console() throws IOException, InterruptedException {
        Charset known = consoleCharset;
        if (known == null) {
            Answer answer =
                    run(
                            List.of(
                                    "reg.exe",
                                    "query",
                                    "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Nls\\CodePage",
                                    "/v",
                                    "OEMCP"),
                            StandardCharsets.US_ASCII);
            Matcher m = CODE_PAGE.matcher(answer.out());
            String page = m.find() ? m.group(1) : "";
            known =
                    page.equals("65001") || !Charset.isSupported("Cp" + page)
                            ? StandardCharsets.UTF_8
                            : Charset.forName("Cp" + page);
            consoleCharset = known;
        }
        return known;
    }

    @Override
    public void pause(Duration pause) throws InterruptedException {
        Thread.sleep(pause);
    }
}
