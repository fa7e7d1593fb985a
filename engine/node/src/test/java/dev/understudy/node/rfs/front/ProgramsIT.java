package dev.understudy.node.rfs.front;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;

/// Real programs on a mount of one machine: databases, copies.
@Tag("posix")
@Timeout(180)
class ProgramsIT {
    private static final Path POSTGRESQL = Path.of("/usr/lib/postgresql/15/bin");

    private MountedTree mounted;

    @BeforeEach
    void mount() throws IOException {
        mounted = MountedTree.serving();
    }

    @AfterEach
    void unmount() throws IOException {
        mounted.close();
    }

    private String run(String script) throws Exception {
        Process process =
                new ProcessBuilder("sh", "-e", "-c", script)
                        .directory(mounted.directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), out);
        return out;
    }

    static boolean isPostgresqlThere() {
        return Files.isExecutable(POSTGRESQL.resolve("initdb"));
    }

    static boolean isSqliteThere() {
        return Files.isExecutable(Path.of("/usr/bin/sqlite3"));
    }

    @Test
    @EnabledIf("isPostgresqlThere")
    void postgresqlRecoversAfterItsOwnDeath() throws Exception {
        run("mkdir db && chown postgres db");
        String as = "cd / && runuser -u postgres -- ";
        Path data = mounted.directory.resolve("db/data");
        String control =
                as
                        + POSTGRESQL.resolve("pg_ctl")
                        + " -s -w -D "
                        + data
                        + " -l "
                        + mounted.directory.resolve("db/log");
        String client = " -h " + mounted.directory.resolve("db") + " -p 5432 ";
        String start = control + " -o \"-h '' -k " + mounted.directory.resolve("db") + "\" start";
        run(as + POSTGRESQL.resolve("initdb") + " -k -D " + data);
        run(start);
        try {
            run(as + "pgbench -q -i -s 1" + client + "postgres");
            run(as + "pgbench -c 4 -t 100" + client + "postgres");
            run(control + " -m immediate stop");
            run(start);
            String rows =
                    run(
                            as
                                    + "psql -At"
                                    + client
                                    + "-c 'select count(*) from pgbench_history' postgres");
            assertEquals("400", rows.strip());
        } finally {
            run(control + " -m fast stop || true");
        }
        String sums = run(as + POSTGRESQL.resolve("pg_checksums") + " -c -D " + data);
        assertTrue(sums.contains("Bad checksums:  0"), sums);
    }

    static boolean isMariadbThere() {
        return Files.isExecutable(Path.of("/usr/sbin/mariadbd"))
                && Files.isExecutable(Path.of("/usr/bin/mariadb-slap"));
    }

    @Test
    @EnabledIf("isMariadbThere")
    void mariadbRecoversAfterItsOwnDeath() throws Exception {
        Path data = mounted.directory.resolve("my");
        String client = " --no-defaults -uroot -S " + data + "/s ";
        String start =
                "mariadbd --no-defaults --user=nobody --datadir=%1$s --socket=%1$s/s --pid-file=%1$s/pid"
                                .formatted(data)
                        + " --skip-networking --innodb-buffer-pool-size=32M </dev/null >>log 2>&1 &\n"
                        + "mariadb-admin"
                        + client
                        + "--connect-timeout=1 --wait=60 ping";
        run("mkdir my && chown nobody my");
        run(
                "mariadb-install-db --no-defaults --user=nobody --skip-test-db"
                        + " --auth-root-authentication-method=normal --datadir="
                        + data);
        run(start);
        try {
            run(
                    "mariadb-slap"
                            + client
                            + "--auto-generate-sql --auto-generate-sql-load-type=mixed --engine=innodb"
                            + " --concurrency=4 --number-of-queries=400 --create-schema=slap --no-drop");
            String rows = "mariadb" + client + "-N -e 'select count(*) from slap.t1'";
            String before = run(rows);
            run("kill -9 $(cat my/pid) && while kill -0 $(cat my/pid) 2>/dev/null; do :; done");
            run(start);
            assertEquals(before, run(rows), "rows after the recovery");
            run("mariadb-check" + client + "-c --all-databases");
        } finally {
            run("mariadb-admin" + client + "shutdown || kill -9 $(cat my/pid) || true");
        }
    }

    @Test
    @EnabledIf("isSqliteThere")
    void sqliteWithSeveralWritersLosesNothing() throws Exception {
        run(
                "sqlite3 s.db 'pragma journal_mode=wal; create table t(a integer primary key, b text)'");
        run(
                """
                for w in 1 2 3; do
                  (for i in $(seq 20); do
                    sqlite3 -cmd '.timeout 20000' s.db "insert into t(b) values('$w-$i')"
                  done) &
                done
                wait
                """);
        String out = run("sqlite3 s.db 'select count(*) from t; pragma integrity_check'");
        assertEquals("60\nok", out.strip());
    }

    @Test
    void aTreeIsCopiedAndComparesEqual() throws Exception {
        run(
                "cp -a /usr/share/zoneinfo a && cp -a a b && diff -r --no-dereference a b && tar cf - a | tar xf - -C b");
        run("diff -r --no-dereference /usr/share/zoneinfo b/a && rm -rf a b && test -z \"$(ls)\"");
    }

    static boolean isFioThere() {
        return Files.isExecutable(Path.of("/usr/bin/fio"));
    }

    static boolean isStressThere() {
        return Files.isExecutable(Path.of("/usr/bin/stress-ng"));
    }

    @Test
    @EnabledIf("isFioThere")
    void fioReadsBackWhatItWroteByEveryEngine() throws Exception {
        for (String engine :
                new String[] {"psync", "mmap", "libaio --direct=1", "io_uring --direct=1"}) {
            run(
                    "fio --name=v --filename=v --ioengine="
                            + engine
                            + " --rw=randwrite --bsrange=4k-64k --blockalign=4k --size=16m"
                            + " --iodepth=16 --verify=crc32c --verify_fatal=1 --do_verify=1"
                            + " --verify_backlog=64 --randseed=7 && rm v");
        }
    }

    /// Left out: those that need another file system, and `io`, which syncs every mount of the
    /// machine.
    @Test
    @EnabledIf("isStressThere")
    void stressVerifiesWhatItDoes() throws Exception {
        run(
                "for s in access chdir chmod chown copy-file dentry dir dirdeep dirmany dnotify dup"
                        + " fallocate fcntl filename flock fpunch fsize fstat getdent handle hdd"
                        + " inotify lease link locka lockf lockofd mknod open rename symlink"
                        + " sync-file touch utime xattr; do"
                        + " stress-ng --$s 1 -t 1 --verify --temp-path . || exit 1; done");
    }

    @Test
    void gitClonesAndChecks() throws Exception {
        run(
                "git init -q a && cd a && cp -a /usr/share/zoneinfo z && git add . &&"
                        + " git -c user.name=x -c user.email=x@y commit -qm 1 && cd .. &&"
                        + " git clone -q a b && git -C b fsck && diff -r a/z b/z");
    }
}
