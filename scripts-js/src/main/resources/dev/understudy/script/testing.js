// The module 'safe/test', which tests of modules import; evaluated before anything of the module.
const raw = globalThis.__safe.test;
const { SafeError } = globalThis.__safe;
const cases = [];
const invariants = [];
let prepare = null;

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b) && typeof a === typeof b;
const show = value => { const text = JSON.stringify(value); return text === undefined ? String(value) : text; };

function claim(isTrue, text) {
  if (isTrue) return;
  const error = new SafeError(text);
  Object.defineProperty(error, 'name', { value: 'TestFailure' });
  throw error;
}

/** Declares a test; it gets a host of its own. */
export function test(name, options, body) {
  if (typeof options === 'function') [options, body] = [{}, options];
  claim(typeof name === 'string' && typeof body === 'function', "write test('what is true', async t => { … })");
  cases.push({ name, options: options ?? {}, body });
}

/** Declares what must be true whenever the module has recovered, for the crash cases too. */
export function invariant(name, body) {
  claim(typeof name === 'string' && typeof body === 'function', "write invariant('what is true', async t => { … })");
  invariants.push({ name, body });
}

/** Prepares the host before each test and each crash case: files, programs, ports. */
export function setup(body) { prepare = body; }

const host = {
  service: id => raw.service(id),
  failStart: (id, times = 1) => raw.failStart(id, times),
  hangStop: id => raw.hangStop(id),
  kill: id => raw.kill(id),
  file: (path, text = '') => raw.file(path, text),
  read: path => raw.read(path),
  exists: path => raw.exists(path),
  program: (path, answer = {}) => raw.program(path, answer),
  ran: () => raw.ran(),
  port: (number, open = true, hostName = '') => raw.port(number, open, hostName),
  http: (url, answer) => raw.http(url, answer),
  process: (name, args = '') => raw.process(name, args),
  registry: (key, name, value) => raw.registry(key, name, value),
  registryValue: (key, name) => raw.registryValue(key, name),
  task: (path, state = 'ready') => raw.task(path, state),
  taskState: path => raw.taskState(path),
  resource: id => raw.resource(id),
  log: () => raw.log(),
  now: () => raw.now(),
};

const t = {
  host,
  /** Prestart and the start hooks of PRIM, as the engine runs them. */
  start: () => raw.start(),
  /** The stop hooks of PRIM, gracefully, then by force if they fail. */
  stop: () => raw.stop(),
  /** One hook. */
  run: (hook, ctx = {}) => raw.run(hook, ctx),
  /** One checker: 'up' or 'down'. */
  check: id => raw.check(id),
  equal(actual, expected, text = '') {
    claim(same(actual, expected), (text ? text + ': ' : '') + 'expected ' + show(expected) + ', got ' + show(actual));
  },
  ok(value, text = 'expected something true') { claim(Boolean(value), text); },
  async fails(promise, pattern) {
    try { await promise; } catch (error) {
      claim(!pattern || pattern.test(String(error)), 'it failed otherwise: ' + error);
      return error;
    }
    claim(false, 'it did not fail');
  },
};
Object.freeze(host);
Object.freeze(t);

/** Called by `safe test` alone. */
export async function __run(ctx) {
  if (ctx.list) {
    return { cases: cases.map(c => ({ name: c.name, options: c.options })), invariants: invariants.map(i => i.name), setup: prepare !== null };
  }
  if (ctx.setup) return prepare === null ? undefined : void await prepare(t);
  if (ctx.invariants) {
    for (const i of invariants) {
      try { await i.body(t); } catch (error) {
        error.message = i.name + ': ' + error.message;
        throw error;
      }
    }
    return undefined;
  }
  await cases[ctx.case].body(t);
}
