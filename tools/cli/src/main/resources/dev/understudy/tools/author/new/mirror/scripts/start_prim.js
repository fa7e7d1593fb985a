import { log, services } from 'safe';

/** This node is going to serve. @type {import('safe').Hook} */
export default async ctx => {
  log.info('starting', { from: ctx.state, because: ctx.action });
  await services.start(); // all, in order, each until it is ready
};
