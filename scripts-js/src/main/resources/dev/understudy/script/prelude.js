// Runs once in every context, before any script of the module, with nothing of the module loaded.
// Gives { exports, harden, start, abort }: what the module `safe` exports, and three functions for the host alone.
(function (bridge, functions, paramsText, clock) {
  'use strict';
  const { parse, stringify } = JSON;
  const { freeze, defineProperty, getOwnPropertyNames, getOwnPropertyDescriptor } = Object;
  const { getPrototypeOf, create, hasOwn } = Object;
  const { ownKeys } = Reflect;
  const PromiseOf = Promise;
  const now = clock ?? Date.now;
  const asText = String;

  class SafeError extends Error {
    get [Symbol.toStringTag]() { return 'SafeError'; }
  }
  const name = (error, text) => defineProperty(error, 'name', { value: text, configurable: true });

  class Secret {
    #name;
    constructor(text) { this.#name = text; freeze(this); }
    get name() { return this.#name; }
    toString() { return '[secret ' + this.#name + ']'; }
    toJSON() { return { $secret: this.#name }; }
  }

  let aborted = false;
  let reason = '';

  function call(fn, args) {
    // made here and not when the answer comes, so that its stack is that of the caller
    const error = new SafeError(fn);
    const frames = new Error('').stack; // the engine gives no text of frames for a subclass
    return new PromiseOf((resolve, reject) => {
      bridge(fn, stringify(args), frames,
        text => resolve(text === '' ? undefined : parse(text)),
        text => {
          const { name: kind, message, ...fields } = parse(text);
          name(error, kind);
          error.message = message;
          for (const key in fields) error[key] = fields[key];
          reject(error);
        });
    });
  }

  function millis(duration, otherwise) {
    if (duration === undefined) return otherwise;
    if (typeof duration === 'number' && duration >= 0) return duration;
    const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(asText(duration));
    if (!match) {
      const error = new SafeError("'" + asText(duration) + "' is no duration; write 250 (ms), '30s', '5m', '2h'");
      name(error, 'ArgumentError');
      throw error;
    }
    return match[1] * { ms: 1, s: 1000, m: 60000, h: 3600000, d: 86400000 }[match[2]];
  }

  async function waitFor(test, options = {}) {
    const limit = millis(options.timeout, 30000);
    const interval = millis(options.interval, 250);
    const error = new SafeError('waitFor: not true within ' + limit + ' ms');
    const end = now() + limit;
    for (;;) {
      if (await test()) return;
      if (now() + interval > end) {
        name(error, 'TimeoutError');
        throw error;
      }
      await call('sleep', [interval]);
    }
  }

  const show = value => {
    if (typeof value === 'string') return value;
    if (value instanceof Error) return asText(value.stack || value);
    try {
      const text = stringify(value);
      return text === undefined ? asText(value) : text;
    } catch (_) {
      return asText(value);
    }
  };
  const logger = level => async (text, fields) => {
    bridge('log.' + level, fields === undefined ? '' : show(fields), show(text));
  };
  const local = { waitFor };
  for (const level of ['debug', 'info', 'warn', 'error']) local['log.' + level] = logger(level);

  const params = create(null);
  const given = parse(paramsText);
  for (const key in given) {
    const value = given[key];
    params[key] = value !== null && typeof value === 'object' && typeof value.$secret === 'string'
      ? new Secret(value.$secret) : deepFreeze(value);
  }
  freeze(params);

  const exports = { params, SafeError, Secret };
  for (const full of functions) {
    const dot = full.indexOf('.');
    const target = dot < 0 ? exports : (exports[full.slice(0, dot)] ??= {});
    const run = local[full] ?? ((...args) => call(full, args));
    target[full.slice(dot + 1)] = freeze(run);
  }
  for (const key in exports) freeze(exports[key]);
  freeze(exports);

  function deepFreeze(value) {
    if (value !== null && typeof value === 'object') {
      for (const key of getOwnPropertyNames(value)) deepFreeze(value[key]);
      freeze(value);
    }
    return value;
  }

  // A frozen property of a prototype could not be assigned on the objects below it: `this.name = 'MyError'` would throw.
  function letOverride(target, key) {
    const property = getOwnPropertyDescriptor(target, key);
    if (!property || !('value' in property)) return;
    const { value } = property;
    defineProperty(target, key, {
      enumerable: false,
      configurable: false,
      get() { return value; },
      set(other) {
        if (this === target) throw new TypeError('the language is frozen in scripts');
        defineProperty(this, key, { value: other, writable: true, enumerable: true, configurable: true });
      },
    });
  }

  // A test has its own time and its own chance: equal tests give equal results.
  function pretend() {
    const Real = Date;
    globalThis.Date = class Date extends Real {
      constructor(...args) {
        if (args.length > 0) super(...args);
        else super(clock());
      }
      static now() { return clock(); }
    };
    let seed = 1;
    Math.random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  }

  // Takes away what is not part of the contract, and makes the language's own objects unchangeable.
  function harden() {
    if (clock) pretend();
    for (const key of ['load', 'loadWithNewGlobal', 'print', 'printErr', 'SharedArrayBuffer', 'Atomics', 'Graal',
      'Polyglot', 'Java', 'read', 'readbuffer', 'quit', 'exit', 'performance']) {
      delete globalThis[key];
    }
    const line = level => (...values) => { exports.log[level](values.map(show).join(' ')); };
    globalThis.console = freeze({
      log: line('info'), info: line('info'), warn: line('warn'), error: line('error'), debug: line('debug'),
    });
    for (const kind of [Error, TypeError, RangeError, SyntaxError, EvalError, ReferenceError, URIError, AggregateError]) {
      for (const key of ['name', 'message', 'toString', 'constructor']) letOverride(kind.prototype, key);
    }
    for (const kind of [Object, Array, Function, Promise, Map, Set, Date, RegExp]) {
      for (const key of ['toString', 'valueOf', 'constructor']) letOverride(kind.prototype, key);
    }
    const seen = new Set();
    const todo = [];
    const start = [globalThis, getPrototypeOf(async function () {}), getPrototypeOf(function* () {}),
      getPrototypeOf(async function* () {}), getPrototypeOf([][Symbol.iterator]()), getPrototypeOf(''[Symbol.iterator]()),
      getPrototypeOf(new Map().entries()), getPrototypeOf(new Set().values()), getPrototypeOf('a'.matchAll(/a/g)),
      getPrototypeOf(Int8Array)];
    const visit = value => {
      if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value)) return;
      seen.add(value);
      // a method has nothing below it that anyone calls; a thousand of them would cost more than all the rest
      if (typeof value === 'function' && !hasOwn(value, 'prototype')) return;
      todo.push(value);
    };
    start.forEach(visit);
    while (todo.length > 0) {
      const value = todo.pop();
      visit(getPrototypeOf(value));
      // Intl comes with megabytes of tables when it is first looked into
      if (value !== globalThis.Intl) for (const key of ownKeys(value)) visit(getOwnPropertyDescriptor(value, key).value);
      if (value !== globalThis) freeze(value);
    }
    for (const key of getOwnPropertyNames(globalThis)) {
      const { value, configurable } = getOwnPropertyDescriptor(globalThis, key);
      if (configurable && value !== undefined) defineProperty(globalThis, key, { writable: false, configurable: false });
    }
  }

  function start(entry, ctxText, done, failed) {
    const ctx = parse(ctxText);
    ctx.signal = { get aborted() { return aborted; }, get reason() { return reason; } };
    deepFreeze(ctx);
    import(entry)
      .then(module => {
        if (typeof module.default !== 'function') {
          const error = new SafeError("no default function; write 'export default async ctx => { … }'");
          name(error, 'ExportError');
          throw error;
        }
        return module.default(ctx);
      })
      .then(value => done(value === undefined ? '' : stringify(value) ?? ''))
      .catch(error => {
        const isError = error instanceof Error;
        failed(error, isError ? asText(error.name) : 'Error', isError ? asText(error.message) : show(error));
      });
  }

  function abort(text) {
    reason = text;
    aborted = true;
  }

  return { exports, harden, start, abort };
})
