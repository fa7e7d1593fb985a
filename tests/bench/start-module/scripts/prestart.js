import { log, params, processes } from 'safe';

export default async () => {
  const running = await processes.find({ name: 'sleep', args: params['data-dir'] });
  if (running.length > 0) await log.warn('runs already', { count: running.length });
};
