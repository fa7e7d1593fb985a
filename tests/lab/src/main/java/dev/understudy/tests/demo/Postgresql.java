package dev.understudy.tests.demo;

import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.LabException;
import dev.understudy.tests.lab.LabNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// PostgreSQL as Debian packages it, its cluster `main`.
public final class Postgresql implements Application {
    private static final int SOCKET_SECONDS = 5;
    private final String version = installedVersion();

    @Override
    public String module() {
        return "postgresql";
    }

    @Override
    public String title() {
        return "PostgreSQL " + version;
    }

    @Override
    public void prepare(LabNode node) {
        node.must(
                "pg_createcluster",
                version,
                "main",
                "--",
                "--auth-local=peer",
                "--auth-host=scram-sha-256");
        String conf = "/etc/postgresql/" + version + "/main/";
        node.must("sh", "-c", "echo 'host all all 10.79.0.0/16 trust' >> " + conf + "pg_hba.conf");
    }

    @Override
    public List<String> parameters(Path dist) {
        return List.of(
                "--set", "virtual-ip=" + Lab.VIRTUAL_IP,
                "--set", "version=" + version,
                "--set", "data-dir=" + directories().getFirst(),
                "--set", "conf-dir=" + directories().getLast());
    }

    @Override
    public int port() {
        return 5432;
    }

    @Override
    public void createSchema() throws SQLException {
        try (var connection = open();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE IF NOT EXISTS commits (entry text PRIMARY KEY, at timestamptz DEFAULT now())");
        }
    }

    @Override
    public Connection connect() throws SQLException {
        java.sql.Connection connection = open();
        PreparedStatement insert =
                connection.prepareStatement("INSERT INTO commits (entry) VALUES (?)");
        return new Connection() {
            @Override
            public void commit(String entry) throws SQLException {
                insert.setString(1, entry);
                insert.executeUpdate();
            }

            @Override
            public void abort() {
                try {
                    connection.abort(Runnable::run);
                } catch (SQLException e) {
                    throw new LabException("abort", e);
                }
            }

            @Override
            public void close() {
                abort();
            }
        };
    }

    @Override
    public Set<String> readAll() throws SQLException {
        Set<String> entries = new HashSet<>();
        try (var connection = open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT entry FROM commits")) {
            while (rows.next()) {
                entries.add(rows.getString(1));
            }
        }
        return entries;
    }

    @Override
    public String processName() {
        return "bin/postgres";
    }

    @Override
    public List<Path> directories() {
        return List.of(
                Path.of("/var/lib/postgresql/" + version + "/main"),
                Path.of("/etc/postgresql/" + version + "/main"));
    }

    @Override
    public Predicate<String> excluded() {
        return name ->
                name.equals("postmaster.pid")
                        || name.equals("postmaster.opts")
                        || name.equals("pg_stat_tmp");
    }

    private static java.sql.Connection open() throws SQLException {
        // No loginTimeout: the driver would connect from a thread of its own, outside the client's
        // network.
        return DriverManager.getConnection(
                "jdbc:postgresql://%s:5432/postgres?user=postgres&sslmode=disable&gssEncMode=disable&connectTimeout=1&socketTimeout=%d&loginTimeout=0"
                        .formatted(Lab.VIRTUAL_IP, SOCKET_SECONDS));
    }

    private static String installedVersion() {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.filter(path -> Files.exists(path.resolve("bin/postgres")))
                    .map(path -> path.getFileName().toString())
                    .max(String::compareTo)
                    .orElseThrow();
        } catch (IOException | NoSuchElementException e) {
            throw new LabException(
                    "no PostgreSQL below /usr/lib/postgresql: apt-get install postgresql", e);
        }
    }
}
