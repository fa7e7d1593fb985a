package dev.understudy.node.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What Windows is asked and how its answers are understood, by transcripts.
class WindowsTest {
    private static String problem(org.junit.jupiter.api.function.Executable work) {
        return String.valueOf(assertThrows(IOException.class, work).getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"service-start", "service-spanish"})
    void aServiceIsStartedAndWaitedFor(String transcript) throws Exception {
        Transcript windows = new Transcript(transcript);
        new WindowsService("MSSQLSERVER", windows).start();
        windows.isOver();
        assertEquals(transcript.equals("service-start") ? 1 : 0, windows.pauses());
    }

    @Test
    void aServiceThatEndsWhileItStartsFailsWithItsOwnCode() throws Exception {
        Transcript windows = new Transcript("service-start-fails");
        String text = problem(() -> new WindowsService("Shop", windows).start());
        assertTrue(text.contains("1066") && text.contains("of its own 17"), text);
        windows.isOver();
    }

    @Test
    void aServiceThatSomebodyElseStartedIsNoFailure() throws Exception {
        Transcript windows = new Transcript("service-start-raced");
        new WindowsService("Shop", windows).start();
        windows.isOver();
    }

    @Test
    void aDisabledServiceSaysSoInEveryLanguage() throws Exception {
        Transcript windows = new Transcript("service-disabled");
        String text = problem(() -> new WindowsService("Shop", windows).start());
        assertTrue(text.contains("ended with 1058 (it is disabled"), text);
    }

    @Test
    void aServiceThatIsNotThereHasNoStateButIsStopped() throws Exception {
        Transcript windows = new Transcript("service-missing");
        WindowsService service = new WindowsService("Nothing", windows);
        String text = problem(service::isActive);
        assertTrue(text.contains("1060 (there is no such service)"), text);
        service.stop();
        service.kill();
        windows.isOver();
    }

    @Test
    void servicesThatNeedItAreStoppedFirst() throws Exception {
        Transcript windows = new Transcript("service-stop-dependents");
        new WindowsService("MSSQLSERVER", windows).stop();
        windows.isOver();
        assertEquals(1, windows.pauses());
    }

    @Test
    void aServiceThatTakesNoOrderYetIsAskedAgain() throws Exception {
        Transcript windows = new Transcript("service-stop-busy");
        new WindowsService("Shop", windows).stop();
        windows.isOver();
        Transcript stopped = new Transcript("service-stopped");
        new WindowsService("Shop", stopped).stop();
        stopped.isOver();
    }

    @Test
    void aServiceThatHangsIsKilledUnlessItSharesItsProcess() throws Exception {
        Transcript own = new Transcript("service-kill");
        new WindowsService("MilestoneEventServerService", own).kill();
        own.isOver();
        Transcript shared = new Transcript("service-kill-shared");
        new WindowsService("W3SVC", shared).kill();
        shared.isOver();
    }

    @Test
    void anAnswerOfAnUnknownFormIsNoState() {
        String text =
                problem(() -> WindowsService.read("SERVICE_NAME: x\r\n  STATE : 4 RUNNING\r\n"));
        assertTrue(text.contains("otherwise than known"), text);
    }

    @Test
    void aPoolIsStartedStoppedAndKilled() throws Exception {
        Transcript windows = new Transcript("pool");
        IisPool pool = new IisPool("VideoOS IDP", windows);
        assertFalse(pool.isActive());
        pool.start();
        assertTrue(pool.isActive());
        pool.stop();
        pool.kill();
        windows.isOver();
    }

    @Test
    void aPoolThatIsNotThereOrCannotStartSaysSo() throws Exception {
        Transcript windows = new Transcript("pool-missing");
        IisPool nothing = new IisPool("Nothing", windows);
        assertEquals("there is no pool Nothing in IIS", problem(nothing::isActive));
        nothing.stop();
        String text = problem(() -> new IisPool("Shop", windows).start());
        assertTrue(text.contains("ended with 1062"), text);
        windows.isOver();
    }

    @ParameterizedTest
    @ValueSource(strings = {"registry", "registry-german"})
    void theRegistryIsReadAndWritten(String transcript) throws Exception {
        Transcript windows = new Transcript(transcript);
        WindowsRegistry registry = new WindowsRegistry(windows);
        assertEquals(
                Optional.of(new WindowsRegistry.Value("REG_SZ", "MSSQL16.MSSQLSERVER")),
                registry.get(
                        "HKLM\\SOFTWARE\\Microsoft\\Microsoft SQL Server\\Instance Names\\SQL",
                        "MSSQLSERVER"));
        String shop = "HKLM\\SOFTWARE\\Shop";
        assertEquals(Optional.of(8080L), registry.get(shop, "Port").orElseThrow().number());
        assertEquals(
                Optional.of(List.of("one", "two", "three")),
                registry.get(shop, "Servers").orElseThrow().list());
        assertEquals(
                "%ProgramFiles%\\Shop    2",
                registry.get(shop, "Two    Words").orElseThrow().text());
        assertEquals("", registry.get(shop, "Empty").orElseThrow().text());
        assertEquals(Optional.empty(), registry.get(shop, "Nothing"));
        String denied = problem(() -> registry.get("HKLM\\SECURITY", "Policy"));
        assertTrue(denied.contains("ended with 1"), denied);
        assertEquals(List.of("Client 2/3", "Server"), registry.list(shop));
        assertEquals(List.of(), registry.list("HKLM\\SOFTWARE\\Gone"));
        registry.set(shop, "Role", new WindowsRegistry.Value("REG_SZ", "primary"));
        registry.set(shop, "Port", new WindowsRegistry.Value("REG_DWORD", "0x1f90"));
        assertTrue(registry.remove(shop, "Role"));
        assertFalse(registry.remove(shop, "Role"));
        windows.isOver();
    }

    @Test
    void tasksAreLookedAtAndChanged() throws Exception {
        Transcript windows = new Transcript("tasks");
        WindowsTasks tasks = new WindowsTasks(windows);
        String path = "\\Shop\\Backup";
        assertEquals(Optional.of("ready"), tasks.status(path));
        assertEquals(Optional.of("running"), tasks.status(path));
        assertEquals(Optional.of("disabled"), tasks.status(path));
        assertEquals(Optional.empty(), tasks.status("\\Shop\\It's gone"));
        String denied = problem(() -> tasks.status(path));
        assertTrue(denied.contains("PermissionDenied"), denied);
        tasks.enable(path);
        tasks.disable(path);
        tasks.start(path);
        tasks.end(path);
        String gone = problem(() -> tasks.start("\\Shop\\Gone"));
        assertTrue(gone.contains("schtasks.exe /Run \\Shop\\Gone ended with 1"), gone);
        windows.isOver();
    }

    @Test
    void processesAreFoundByNameWithOrWithoutSuffix() throws Exception {
        Transcript windows = new Transcript("processes");
        List<WindowsProcesses.Entry> all = WindowsProcesses.read(windows);
        assertEquals(3, all.size());
        assertEquals("System Idle Process", all.getFirst().args());
        assertTrue(all.get(1).isNamed("SQLSERVR") && all.get(1).isNamed("sqlservr.exe"));
        assertTrue(all.get(1).args().endsWith("-sMSSQLSERVER"), all.get(1).args());
        assertEquals("Überwachung.exe --all", all.get(2).args());
        windows.isOver();
    }
}
