import { invariant, test } from 'safe/test';

const ALL = ['sql', 'w3svc', 'management', 'log-server', 'event-server', 'collector', 'pool-management', 'pool-idp', 'pool-classic'];

invariant('all services of XProtect run', async t => {
  for (const id of ALL) t.equal(await t.host.service(id), 'running', id);
});

test('all services run after the start and none after the stop', async t => {
  await t.start();
  for (const id of ALL) t.equal(await t.host.service(id), 'running', id);
  await t.stop();
  for (const id of ALL) t.equal(await t.host.service(id), 'stopped', id);
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
