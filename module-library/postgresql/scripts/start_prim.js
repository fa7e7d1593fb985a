import { file, log, params, processes, services } from 'safe';

// A node that lost power leaves the files behind in which PostgreSQL wrote its process number. After a restart
// that number may belong to another process, and the server would refuse to start. They are removed only when no
// process of PostgreSQL is there at all: otherwise one may still write to the data, and the server must judge.
async function removeStaleLocks() {
  const locks = [
    `${params['data-dir']}/postmaster.pid`,
    `${params['socket-dir']}/.s.PGSQL.${params.port}.lock`,
  ];
  if ((await processes.find({ name: 'postgres' })).length > 0) {
    return;
  }
  for (const lock of locks) {
    if ((await file.exists(lock)) && (await file.remove(lock))) {
      await log.warn('removed a stale lock file', { file: lock });
    }
  }
}

export default async () => {
  await removeStaleLocks();
  // Crash recovery is part of the server's start; the service is ready when it accepts connections.
  await services.start();
};
