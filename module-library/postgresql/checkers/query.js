import { exec, params } from 'safe';

// A query by a new connection shows what a client would see: a port that answers says little.
const QUERY = "select case when pg_is_in_recovery() then 'in recovery' else 'ok' end from pg_database limit 1";

export default async () => {
  const result = await exec(
    [
      `/usr/lib/postgresql/${params.version}/bin/psql`,
      '--no-psqlrc',
      '--no-password',
      '-h', `${params['socket-dir']}`,
      '-p', `${params.port}`,
      '-U', 'postgres',
      '-d', 'postgres',
      '-Atqc', QUERY,
    ],
    { timeout: '4s' },
  );
  const answer = result.stdout.trim();
  if (answer !== 'ok') {
    throw new Error(`the server answered '${answer}'`);
  }
};
