import { exec, params, services, waitFor } from 'safe';

const state = async () => {
  const { stdout } = await exec([String(params.virsh), 'domstate', String(params.vm)], { okCodes: [0, 1] });
  return stdout.trim();
};

/** The guest shuts down by itself; with force it is switched off. @type {import('safe').Hook} */
export default async ctx => {
  if (ctx.force) {
    await services.forceStop();
    return;
  }
  await services.stop();
  await waitFor(async () => (await state()) !== 'running', { timeout: '100s', interval: '1s' });
};
