import { log, params, services } from 'safe';
import { backup } from '../lib/backup.js';
import { folder } from '../lib/sql.js';
import { stopAll } from '../lib/stop.js';

// The replicated folder must be the one that SQL Server uses: otherwise the databases would stay on one server, and
// nobody would notice before a failover. After a loss of power the backup is still on here: it runs where SQL Server does.
export default async () => {
  const used = await folder();
  const ours = `${params['sql-root']}`;
  if (used.toLowerCase() !== ours.toLowerCase()) {
    throw new Error(`SQL Server has its data in ${used}, the module replicates ${ours}: set sql-root`);
  }
  await backup(false);
  try {
    await stopAll();
  } catch (error) {
    log.warn('stopping by force', { error });
    await services.forceStop();
  }
};
