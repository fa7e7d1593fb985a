package dev.understudy.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.script.wire.Wire;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxTest {
    private static Bench bench;

    @BeforeAll
    static void open() {
        bench = new Bench();
    }

    @AfterAll
    static void close() {
        bench.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Java",
                "java",
                "Packages",
                "Polyglot",
                "quit",
                "exit",
                "read",
                "readFully",
                "readbuffer",
                "require",
                "process",
                "Worker",
                "setTimeout",
                "setInterval",
                "fetch",
                "performance",
                "load",
                "loadWithNewGlobal",
                "print",
                "printErr",
                "SharedArrayBuffer",
                "Graal",
                "__safe",
                "importScripts",
                "XMLHttpRequest",
                "window",
                "self",
                "Deno",
                "Bun",
                "Buffer"
            })
    void doesNotKnow(String name) throws Exception {
        assertEquals("\"undefined\"", bench.value("typeof globalThis." + name));
        assertEquals("\"undefined\"", bench.value("typeof " + name));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "eval('1')                                                       | EvalError",
                "new Function('return 1')()                                      | EvalError",
                "(async () => {}).constructor('return 1')()                      | EvalError",
                "safe.exec.constructor('return 1')()                             | EvalError",
                "safe.log.info.constructor.constructor('return 1')()             | EvalError",
                "Object.prototype.x = 1                                          | TypeError",
                "Array.prototype.map = 1                                         | TypeError",
                "Promise.prototype.then = 1                                      | TypeError",
                "Error.prototype.name = 1                                        | TypeError",
                "JSON.parse = 1                                                  | TypeError",
                "Object.getPrototypeOf([][Symbol.iterator]()).next = 1           | TypeError",
                "globalThis.JSON = 1                                             | TypeError",
                "safe.exec = 1                                                   | TypeError",
                "safe.services.start = 1                                         | TypeError",
                "safe.params.x = 1                                               | TypeError",
                "ctx.state = 'PRIM'                                              | TypeError",
                "ctx.signal.aborted = true                                       | TypeError",
                "import.meta.url === undefined ? fail : undefined.x              | Error",
                "(() => { 'use strict'; undeclared = 1 })()                      | ReferenceError",
            })
    void refuses(String expression, String error) throws Exception {
        String value = bench.value(expression);
        assertTrue(value.contains(error) && value.contains("THROWN"), value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/etc/passwd                | not in the archive",
                "../../etc/passwd           | not in the archive",
                "file:///etc/passwd         | ",
                "https://example.com/x.mjs  | ",
                "lodash                     | not in the archive",
                "/@builtin/../etc/passwd    | not in the archive",
                "./absent.js                | not in the archive",
                "node:fs                    | ",
                "safe/internal              | not in the archive",
            })
    void importsNothingElse(String specifier, String message) throws Exception {
        String text =
                "export default async () => { try { await import('"
                        + specifier
                        + "'); return 'IMPORTED'; } catch (e) { return String(e); } }";
        Outcome dynamic = bench.main(text).await(20);
        assertTrue(!dynamic.value().contains("IMPORTED"), dynamic.toString());
        assertTrue(message == null || dynamic.value().contains(message), dynamic.toString());
        Outcome fixed =
                bench.main("import '" + specifier + "';\nexport default () => 1;").await(20);
        assertEquals(Outcome.Kind.FAILED, fixed.kind(), fixed.toString());
    }

    /// The engine reads data: URLs by itself; what comes in by them is in the same sandbox and sees
    /// nothing more.
    @Test
    void givesCodeFromDataUrlsNothingMore() throws Exception {
        assertEquals(
                "\"undefinedundefined\"",
                bench.value(
                        "(await import('data:text/javascript,export%20const%20a=typeof%20Java+typeof%20__safe')).a"));
    }

    @Test
    void hidesHostObjectsBehindErrors() throws Exception {
        Bench.Running running =
                bench.begin(
                        Map.of(
                                "main.js",
                                """
                                import { exec } from 'safe';
                                export default async () => {
                                  try { await exec(['/x']); } catch (e) {
                                    return [e.name, e.message, e.code, typeof e.getClass, e instanceof Error,
                                      Object.keys(e).join()].join('|');
                                  }
                                };
                                """),
                        "main.js",
                        (_, _) -> {
                            throw new IllegalStateException("it ended with 7");
                        });
        assertEquals(
                "\"ExecError|it ended with 7|7|undefined|true|code\"", running.await(20).value());
    }

    @Test
    void allowsOrdinaryCode() throws Exception {
        Outcome end =
                bench.body(
                        """
                        class MyError extends Error { constructor(m) { super(m); this.name = 'MyError'; } }
                        class A { toString() { return 'A!'; } }
                        const o = { toString() { return 'o'; } };
                        o.constructor = 5; o.valueOf = () => 3;
                        const e = new MyError('m'); e.message = 'n';
                        const m = new Map([[1, 2]]); const s = new Set([1]); const d = new Date(0);
                        const list = [3, 1, 2].toSorted().map(x => x * 2);
                        async function* g() { yield 1; yield 2; }
                        let sum = 0; for await (const x of g()) sum += x;
                        globalThis.mine = 1;
                        return [String(e), String(new A()), String(o), m.get(1), s.size, d.toISOString(), list, sum, mine,
                          'aXb'.replace(/x/i, '-'), JSON.stringify({ a: [1] }), new Intl.NumberFormat('en').format(1234)];
                        """);
        assertEquals(
                "[\"MyError: n\",\"A!\",\"o\",2,1,\"1970-01-01T00:00:00.000Z\",[2,4,6],3,1,\"a-b\","
                        + "\"{\\\"a\\\":[1]}\",\"1,234\"]",
                end.value(),
                end.toString());
    }

    @Test
    void sharesNothingBetweenRuns() throws Exception {
        assertEquals("\"1\"", bench.value("globalThis.left = 1"));
        assertEquals("\"undefined\"", bench.value("typeof globalThis.left"));
    }

    @Test
    void keepsSecretsOpaque() throws Exception {
        Bench.Running running =
                bench.begin(
                        Map.of(
                                "main.js",
                                "import { params, exec, log } from 'safe';\n"
                                        + "export default async () => { await exec(['/x'], { input: params.password,"
                                        + " env: { P: params.password } }); log.info(params.password); log.info(`${params.password}`);"
                                        + " return [String(params.password), params.port, Object.keys(params.password)]; };"),
                        "main.js",
                        "{}",
                        "{\"password\":{\"$secret\":\"password\"},\"port\":5432}",
                        (_, _) -> Wire.JSON.nullNode());
        assertEquals("[\"[secret password]\",5432,[]]", running.await(20).value());
        assertEquals(
                "exec[[\"/x\"],{\"input\":{\"$secret\":\"password\"},\"env\":{\"P\":{\"$secret\":\"password\"}}}]"
                        + " at main.js:2:36",
                running.calls.peek());
        assertTrue(running.log.toString().contains("[secret password]"), running.log.toString());
    }
}
