import { services } from 'safe';

/** This node serves no more; with ctx.force the engine has lost patience. @type {import('safe').Hook} */
export default async ctx => {
  if (ctx.force) await services.forceStop();
  else await services.stop();
};
