package dev.understudy.node.script;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// Programs of Windows that answer as a file of `src/test/resources/windows` says, call by call.
///
/// The files are written down from the documented forms of these programs; none was taken on a
/// Windows of this project. Whoever has one puts its real answers in their place.
final class Transcript implements WindowsPrograms {
    private record Call(String line, Answer answer) {}

    private final Deque<Call> left = new ArrayDeque<>();
    private int pauses;

    Transcript(String name) throws IOException {
        try (InputStream in = Transcript.class.getResourceAsStream("/windows/" + name + ".txt")) {
            if (in == null) {
                throw new IOException("no transcript " + name);
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            List<String> lines = new ArrayList<>(text.lines().toList());
            lines.add("> end");
            int code = 0;
            String call = "";
            StringBuilder out = new StringBuilder();
            StringBuilder err = new StringBuilder();
            for (String line : lines) {
                if (line.startsWith("> ")) {
                    if (!call.isEmpty()) {
                        left.add(new Call(call, new Answer(code, out.toString(), err.toString())));
                    }
                    call = line.substring(2);
                    out.setLength(0);
                    err.setLength(0);
                } else if (line.startsWith("= ")) {
                    code = Integer.parseInt(line.substring(2));
                } else if (line.startsWith("! ")) {
                    err.append(line.substring(2)).append("\r\n");
                } else if (!call.isEmpty()) {
                    out.append(line).append("\r\n");
                }
            }
        }
    }

    @Override
    public Answer run(List<String> argv) {
        StringBuilder line = new StringBuilder();
        for (String word : argv) {
            line.append(line.isEmpty() ? "" : " ");
            line.append(word.contains(" ") ? '"' + word + '"' : word);
        }
        Call next = left.poll();
        assertEquals(next == null ? "no call" : next.line(), line.toString());
        return java.util.Objects.requireNonNull(next).answer();
    }

    @Override
    public void pause(Duration pause) {
        pauses++;
    }

    int pauses() {
        return pauses;
    }

    /// Everything was asked for.
    void isOver() {
        assertEquals(List.of(), left.stream().map(Call::line).toList());
    }
}
