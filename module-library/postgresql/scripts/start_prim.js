import { exec, log, params, processes, services } from 'safe';

// A node that lost power leaves the files behind in which PostgreSQL wrote its process number. After a restart
// that number may belong to another process, and the server would refuse to start. They are removed only when no
// process of PostgreSQL is there at all: otherwise one may still write to the data, and the server must judge.
async function removeStaleLocks() {
  const servers = await processes.find({ name: 'postgres' });
  if (servers.length > 0) {
    await log.info('PostgreSQL has processes already; its lock files are left alone', { count: servers.length });
    return;
  }
  // By a program and not by the API's file functions, because the daemon must not wait for its own mount.
  await exec(
    [
      '/bin/rm', '-f',
      `${params['data-dir']}/postmaster.pid`,
      `${params['socket-dir']}/.s.PGSQL.${params.port}.lock`,
    ],
    { timeout: '10s' },
  );
}

export default async () => {
  await removeStaleLocks();
  // Crash recovery is part of the server's start; the service is ready when it accepts connections.
  await services.start();
};
