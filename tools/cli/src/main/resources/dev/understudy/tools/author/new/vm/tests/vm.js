import { setup, test } from 'safe/test';

const VIRSH = '/usr/bin/virsh';

setup(async t => {
  await t.host.program(VIRSH, { args: '^domstate', stdout: 'shut off\n' });
});

test('the machine is defined before it is started', async t => {
  await t.start();
  t.equal(await t.host.service('vm'), 'running');
  t.equal((await t.host.ran())[0][1], 'define');
});

test('the checker tells a machine that runs from one that does not', async t => {
  t.equal(await t.check('vm'), 'down');
  await t.host.program(VIRSH, { args: '^domstate', stdout: 'running\n' });
  t.equal(await t.check('vm'), 'up');
});

test('a guest that ignores its shutdown is switched off', async t => {
  await t.start();
  await t.host.program(VIRSH, { args: '^domstate', stdout: 'running\n' });
  await t.stop();
  t.equal(await t.host.service('vm'), 'stopped');
});
