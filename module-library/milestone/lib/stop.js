import { log, services } from 'safe';

/** Stops all in reverse order, SQL Server last. A service that hangs must not keep the others from stopping. */
export async function stopAll() {
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
}
