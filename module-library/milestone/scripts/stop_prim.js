import { services, waitFor } from 'safe';
import { backup } from '../lib/backup.js';
import { isOpen } from '../lib/sql.js';
import { stopAll } from '../lib/stop.js';

/** @type {import('safe').Hook} */
export default async ctx => {
  await backup(false);
  if (ctx.force) {
    await services.forceStop();
    return;
  }
  await stopAll();
  // The service is stopped a moment before its process: only then are the files of the databases closed.
  await waitFor(async () => !(await isOpen()), { timeout: '30s' });
};
