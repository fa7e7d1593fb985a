import { log, params, processes, services } from 'safe';

// Debian starts PostgreSQL at boot. Whoever runs when the module starts is stopped in an orderly way: its writes
// would bypass replication.
export default async () => {
  const conf = `/etc/postgresql/${params.version}/${params.cluster}/postgresql.conf`;
  const servers = await processes.find({ name: 'postgres', args: `config_file=${conf}` });
  if (servers.length > 0) {
    await log.warn('PostgreSQL runs already; stopping it', { pid: servers[0].pid });
    await services.stop('db');
  }
};
