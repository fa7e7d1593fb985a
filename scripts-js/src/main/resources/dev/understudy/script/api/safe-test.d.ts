// Types of the module 'safe/test', which tests of modules import; `safe test` runs them.
declare module 'safe/test' {
  export type Ctx = { force?: boolean };
  export interface ProgramAnswer {
    /** Regular expression on the arguments; the answer given last that fits counts. */
    args?: string;
    code?: number;
    stdout?: string;
    stderr?: string;
    /** How long it runs, in ms of pretended time. */
    takesMs?: number;
  }
  /** The machine that is not there. */
  export interface Host {
    service(id: string): Promise<'running' | 'stopped'>;
    /** The next starts of a service fail. */
    failStart(id: string, times?: number): Promise<void>;
    /** A graceful stop of the service never ends. */
    hangStop(id: string): Promise<void>;
    /** The service ends by itself. */
    kill(id: string): Promise<void>;
    /** Puts a file there. */
    file(path: string, text?: string): Promise<void>;
    read(path: string): Promise<string | undefined>;
    exists(path: string): Promise<boolean>;
    /** Says what a program answers; without it every permitted program ends with 0. */
    program(path: string, answer?: ProgramAnswer): Promise<void>;
    /** The programs that were run, with their arguments. */
    ran(): Promise<string[][]>;
    port(number: number, open?: boolean, host?: string): Promise<void>;
    http(url: string, answer: { status: number, body?: string, headers?: Record<string, string> }): Promise<void>;
    process(name: string, args?: string): Promise<void>;
    /** Windows: puts a value into the registry. */
    registry(key: string, name: string, value: string | number | readonly string[]): Promise<void>;
    registryValue(key: string, name: string): Promise<string | number | string[] | undefined>;
    /** Windows: puts a scheduled task there. */
    task(path: string, state?: 'ready' | 'running' | 'disabled'): Promise<void>;
    taskState(path: string): Promise<'ready' | 'running' | 'disabled' | undefined>;
    resource(id: string): Promise<'up' | 'down' | undefined>;
    /** Lines of the log: `info text {…}`. */
    log(): Promise<string[]>;
    /** Pretended time, ms. */
    now(): Promise<number>;
  }
  export interface Test {
    readonly host: Host;
    /** Prestart and the start hooks, as the engine runs them. */
    start(): Promise<void>;
    /** The stop hooks, by force if they fail. */
    stop(): Promise<void>;
    run(hook: string, ctx?: Ctx): Promise<void>;
    check(id: string): Promise<'up' | 'down'>;
    equal(actual: unknown, expected: unknown, text?: string): void;
    ok(value: unknown, text?: string): void;
    fails(promise: Promise<unknown>, pattern?: RegExp): Promise<unknown>;
  }
  export interface Options { params?: { readonly [name: string]: string | number } }
  type Body = (t: Test) => Promise<void> | void;
  export function test(name: string, body: Body): void;
  export function test(name: string, options: Options, body: Body): void;
  /** Must hold after every recovery, also in the crash cases. */
  export function invariant(name: string, body: Body): void;
  /** Prepares the machine before each test and each crash case. */
  export function setup(body: Body): void;
}
