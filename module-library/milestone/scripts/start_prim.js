import { log, services } from 'safe';
import { backup } from '../lib/backup.js';

const POOLS = ['pool-management', 'pool-idp', 'pool-classic'];

// The pools come last: what runs in them asks the management server for its configuration.
export default async () => {
  const ids = await services.list();
  for (const id of ids.filter(id => !POOLS.includes(id))) await services.start(id);
  for (const id of POOLS) await services.start(id);
  await backup(true);
  log.info('XProtect is started', { services: ids.length });
};
