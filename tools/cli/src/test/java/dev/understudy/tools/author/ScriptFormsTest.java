package dev.understudy.tools.author;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.understudy.safe.Archive;
import dev.understudy.safe.read.SafeReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Rules on scripts leave good scripts alone, in whatever form they are written.
class ScriptFormsTest {
    private static void good(String script) {
        Map<String, Archive.File> files = Cases.base();
        files.put(
                "scripts/prestart.js",
                new Archive.File(script.getBytes(StandardCharsets.UTF_8), false));
        Archive archive = Archive.of(files);
        assertEquals(List.of(), new Source("", archive, SafeReader.of(archive)).lint());
    }

    @Test
    void allWaysToDeclareANameAreKnown() {
        good(
                """
                import { services, log as journal } from 'safe';
                const [first, { second = 2, ...others }, ...rest] = [1, {}, 3];
                function named({ a, b: [c] }, d = a, ...e) { return [a, c, d, e, first, second, others, rest]; }
                class Box { #v = 1; static s = 2; static { this.s = 3; } get v() { return this.#v; } }
                const inner = function self(n) { return n > 0 ? self(n - 1) : new Box(); };
                export default async ctx => {
                  for (const id of await services.list()) journal.info(id, { id });
                  for (const [key, value] of Object.entries(ctx)) journal.debug(key, { value });
                  for (let i = 0, j = 1; i < j; i++) journal.debug(i);
                  for (const key in ctx) journal.debug(key);
                  try { named({ a: 1, b: [2] }); } catch ({ message }) { journal.warn(message); throw new Error('x'); }
                  outer: for (;;) { await services.stop(); break outer; }
                  switch (ctx.state) { case 'WAIT': { let text = 'waits'; journal.info(text); break; } default: }
                  const values = [...'abc'].map((letter, index) => letter + index);
                  journal.info(`${values} ${inner(2).v} ${Box.s} ${typeof setTimeout}`);
                };
                """);
    }

    @Test
    void allWaysToAwaitAreKnown() {
        good(
                """
                import * as safe from 'safe';
                const stop = id => safe.services.stop(id);
                export default async function prestart() {
                  await Promise.all([safe.services.stop('app'), safe.sleep(5)]);
                  const later = safe.services.status('app');
                  if ((await later) === 'running') await stop('app');
                  const state = (await safe.services.status('app')).length > 3 ? await safe.state() : 'none';
                  await safe.exec(['/usr/bin/shop', 'check']).catch(error => safe.log.warn('not well', { error, state }));
                  await safe.waitFor(async () => !(await safe.tcp.check('127.0.0.1', 80)), { timeout: '5s' });
                }
                """);
    }
}
