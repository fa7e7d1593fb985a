import { log, services } from 'safe';

// In reverse order, SQL Server last. A service that hangs must not keep the others from stopping: their data stay open.
/** @type {import('safe').Hook} */
export default async ctx => {
  if (ctx.force) {
    await services.forceStop();
    return;
  }
  const failed = [];
  for (const id of (await services.list()).reverse()) {
    try {
      await services.stop(id);
    } catch (error) {
      log.warn('a service did not stop', { id, error });
      failed.push(id);
    }
  }
  if (failed.length > 0) throw new Error(`did not stop: ${failed.join(', ')}`);
};
