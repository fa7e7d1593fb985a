import { exec, params } from 'safe';

/** Down when libvirt says that the machine does not run. @type {import('safe').Check} */
export default async () => {
  const { stdout } = await exec([String(params.virsh), 'domstate', String(params.vm)], { timeout: '4s' });
  return stdout.trim() === 'running';
};
