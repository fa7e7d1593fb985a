import { invariant, test } from 'safe/test';

// Must hold after every recovery; safe test crashes the hooks behind each of their steps.
invariant('the service runs', async t => {
  t.equal(await t.host.service('app'), 'running');
});

test('the service runs after the start and is stopped after the stop', async t => {
  await t.start();
  t.equal(await t.host.service('app'), 'running');
  await t.stop();
  t.equal(await t.host.service('app'), 'stopped');
});

test('a service that does not come up fails the start', async t => {
  await t.host.failStart('app');
  await t.fails(t.start(), /did not start/);
});
