import { test } from 'safe/test';

test('the port decides whether the service is well', async t => {
  await t.start();
  t.ok(await t.host.now() > 0);
  t.equal(await t.host.service('app'), 'running');
});
