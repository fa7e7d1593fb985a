import { exec, params, services } from 'safe';

/** The definition travels with the disks, so both servers know the same machine. @type {import('safe').Hook} */
export default async () => {
  await exec([String(params.virsh), 'define', `${params['data-dir']}/domain.xml`], { timeout: '30s' });
  await services.start();
};
