import { setup, test } from 'safe/test';

const PSQL = '/usr/lib/postgresql/15/bin/psql';
const DATA = '/var/lib/postgresql/15/main';

setup(async t => {
  await t.host.file(`${DATA}/PG_VERSION`, '15\n');
  await t.host.program(PSQL, { stdout: 'ok\n' });
});

test('the lock files of a crash are removed', async t => {
  await t.host.file(`${DATA}/postmaster.pid`, '4711\n');
  await t.start();
  t.equal(await t.host.exists(`${DATA}/postmaster.pid`), false);
  t.equal(await t.host.service('db'), 'running');
});

test('lock files are left alone while the server has processes', async t => {
  await t.host.file(`${DATA}/postmaster.pid`, '4711\n');
  await t.host.process('postgres', '-D /elsewhere');
  await t.start();
  t.equal(await t.host.exists(`${DATA}/postmaster.pid`), true);
});

test('a server that runs already is stopped before the start', async t => {
  await t.host.process('postgres', 'config_file=/etc/postgresql/15/main/postgresql.conf');
  await t.run('prestart');
  t.ok((await t.host.log()).some(line => line.includes('runs already')));
});

test('the checker is up when the server answers', async t => {
  await t.start();
  t.equal(await t.check('query'), 'up');
});

test('the checker is down when the server recovers or refuses', async t => {
  await t.start();
  await t.host.program(PSQL, { stdout: 'in recovery\n' });
  t.equal(await t.check('query'), 'down');
  await t.host.program(PSQL, { code: 2, stderr: 'connection refused' });
  t.equal(await t.check('query'), 'down');
});
