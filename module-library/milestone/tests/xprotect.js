import { invariant, setup, test } from 'safe/test';

const ALL = ['sql', 'w3svc', 'management', 'log-server', 'event-server', 'collector', 'pool-management', 'pool-idp', 'pool-classic'];
const SQL = 'HKLM\\SOFTWARE\\Microsoft\\Microsoft SQL Server';
const ROOT = 'C:\\Program Files\\Microsoft SQL Server\\MSSQL16.MSSQLSERVER\\MSSQL';
const BACKUP = '\\Understudy\\SQL backup';

setup(async t => {
  await t.host.registry(`${SQL}\\Instance Names\\SQL`, 'MSSQLSERVER', 'MSSQL16.MSSQLSERVER');
  await t.host.registry(`${SQL}\\MSSQL16.MSSQLSERVER\\Setup`, 'SQLDataRoot', ROOT);
  await t.host.task(BACKUP, 'disabled');
});

invariant('all services of XProtect run, and the databases are backed up here', async t => {
  for (const id of ALL) t.equal(await t.host.service(id), 'running', id);
  t.equal(await t.host.taskState(BACKUP), 'ready');
});

test('all services run after the start and none after the stop', { params: { 'sql-service': 'MSSQLSERVER' } }, async t => {
  await t.start();
  for (const id of ALL) t.equal(await t.host.service(id), 'running', id);
  await t.stop();
  for (const id of ALL) t.equal(await t.host.service(id), 'stopped', id);
  t.equal(await t.host.taskState(BACKUP), 'disabled');
});

test('what Windows started at boot is stopped, and a backup that was left on is off', async t => {
  await t.start();
  await t.run('prestart');
  for (const id of ALL) t.equal(await t.host.service(id), 'stopped', id);
  t.equal(await t.host.taskState(BACKUP), 'disabled');
});

test('a server whose databases are elsewhere does not start', async t => {
  await t.host.registry(`${SQL}\\MSSQL16.MSSQLSERVER\\Setup`, 'SQLDataRoot', 'D:\\SQL');
  await t.fails(t.start(), /has its data in D:\\SQL, the module replicates C:/);
});

test('a server without that instance does not start', { params: { 'sql-service': 'MSSQL$XPROTECT' } }, async t => {
  await t.fails(t.start(), /no instance XPROTECT/);
});

test('a named instance is found by its name', { params: { 'sql-service': 'MSSQL$XPROTECT' } }, async t => {
  await t.host.registry(`${SQL}\\Instance Names\\SQL`, 'xprotect', 'MSSQL16.XPROTECT');
  await t.host.registry(`${SQL}\\MSSQL16.XPROTECT\\Setup`, 'SQLDataRoot', ROOT.toUpperCase());
  await t.start();
  t.equal(await t.host.service('sql'), 'running');
});

test('a stop waits for the process of SQL Server, and ends by force if it stays', async t => {
  await t.start();
  await t.host.process('sqlservr.exe', '-sMSSQLSERVER');
  const begun = await t.host.now();
  await t.stop();
  t.ok(await t.host.now() - begun >= 30000, 'it did not wait');
  for (const id of ALL) t.equal(await t.host.service(id), 'stopped', id);
});

test('servers of other instances are nobody to wait for', async t => {
  await t.start();
  await t.host.process('sqlservr.exe', '-sOTHER');
  const begun = await t.host.now();
  await t.stop();
  t.ok(await t.host.now() - begun < 30000, 'it waited');
});

test('a site without a scheduled backup starts and stops', { params: { 'backup-task': '\\Nothing' } }, async t => {
  await t.start();
  await t.stop();
  t.ok((await t.host.log()).some(line => line.includes('no such scheduled task')));
});

test('nothing that needs SQL Server is started without it', async t => {
  await t.host.failStart('sql', 99);
  await t.fails(t.start(), /'sql' did not start/);
  t.equal(await t.host.service('management'), 'stopped');
});

test('a service that hangs at its stop is stopped by force', async t => {
  await t.start();
  await t.host.hangStop('event-server');
  await t.stop();
  for (const id of ALL) t.equal(await t.host.service(id), 'stopped', id);
});
