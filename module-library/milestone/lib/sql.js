import { params, processes, registry } from 'safe';

const SQL = 'HKLM\\SOFTWARE\\Microsoft\\Microsoft SQL Server';

/** Name of the instance: the service is MSSQLSERVER, or MSSQL$NAME. */
export const instance = () => `${params['sql-service']}`.replace(/^MSSQL\$/, '');

/** The folder that SQL Server uses, as its setup wrote it down. */
export async function folder() {
  const id = await registry.get(`${SQL}\\Instance Names\\SQL`, instance());
  if (id === undefined) throw new Error(`SQL Server has no instance ${instance()} on this server`);
  const root = await registry.get(`${SQL}\\${id}\\Setup`, 'SQLDataRoot');
  if (root === undefined) throw new Error(`the registry does not say where instance ${instance()} has its data`);
  return `${root}`;
}

/** Tells whether a server of the instance has its files open, whatever its service says. */
export async function isOpen() {
  const args = `-s"?${instance().replace('$', '\\$')}"?$`;
  return (await processes.find({ name: 'sqlservr.exe', args })).length > 0;
}
