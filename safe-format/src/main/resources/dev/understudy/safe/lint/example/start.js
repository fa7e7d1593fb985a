import { test } from 'safe/test';

const params = { 'virtual-ip': '192.0.2.10', 'data-dir': '/srv/shop', 'conf-dir': '/etc/shop', port: 8080 };

test('the services run after the start', { params }, async t => {
  await t.start();
  t.equal(await t.host.service('app'), 'running');
});
