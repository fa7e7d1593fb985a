import { log, params, tasks } from 'safe';

const task = () => `${params['backup-task']}`;

/**
 * Lets the backup of the databases run on this server, or keeps it from running. A site may have none.
 * @param {boolean} isOn
 */
export async function backup(isOn) {
  if (await tasks.status(task()) === undefined) {
    log.info('there is no such scheduled task', { task: task() });
  } else if (isOn) {
    await tasks.enable(task());
  } else {
    await tasks.disable(task());
  }
}
