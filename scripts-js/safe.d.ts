// Types of the module 'safe' that scripts import. Written from the description in dev.understudy.script.api; do not edit.
declare module 'safe' {
  /** A number of milliseconds, or a text with its unit. */
  export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;
  export type State = 'STOP' | 'WAIT' | 'ALONE' | 'PRIM' | 'SECOND' | 'UP';
  /** Absolute path of a program, then its arguments. */
  export type Argv = readonly [string, ...(string | number)[]];

  /** What a hook is told; frozen. */
  export interface HookContext {
    readonly state: State;
    readonly nextState: State;
    readonly action: 'start' | 'stop' | 'stopstart' | 'restart' | 'swap' | 'failover' | string;
    /** The second, forceful pass of a stop. */
    readonly force: boolean;
    /** Services that a restart is limited to; empty means all. */
    readonly services: readonly string[];
    /** Becomes aborted at the deadline; open calls reject with an AbortError then. */
    readonly signal: { readonly aborted: boolean; readonly reason: string };
  }
  export type Hook = (ctx: HookContext) => Promise<void> | void;

  /** What a checker is told; frozen. */
  export interface CheckContext {
    /** Resource that the checker sets. */
    readonly id: string;
    readonly state: State;
    readonly signal: { readonly aborted: boolean; readonly reason: string };
  }
  /** False, or an error thrown, means down. */
  export type Check = (ctx: CheckContext) => Promise<boolean | void> | boolean | void;

  /** A secret parameter: its text can be given to `input` and `env` of exec, and is seen nowhere else. */
  export class Secret { private constructor(); readonly name: string; }
  /** Every failure of a call; `name` says which: ExecError, TimeoutError, AbortError, PermissionError, ArgumentError, PlatformError, … */
  export class SafeError extends Error {
    readonly code?: number;
    readonly stdout?: string;
    readonly stderr?: string;
  }
  /** The module's parameters with their values. */
  export const params: { readonly [name: string]: string | number | boolean | Secret | undefined };

  export interface ExecOptions {
    /** 60 s. */
    timeout?: Duration;
    /** Exit codes that are no failure; [0]. */
    okCodes?: readonly number[];
    /** Given to the program's standard input. */
    input?: string | Secret;
    /** Added to the environment. */
    env?: { readonly [name: string]: string | Secret };
    cwd?: string;
  }
  export interface ExecResult { readonly code: number; readonly stdout: string; readonly stderr: string; }
  export interface ProcessFilter { name?: string; args?: string; }
  export interface ProcessInfo { readonly pid: number; readonly name: string; readonly args: string; }
  export interface WriteOptions {
    /** Octal, as '0640'; for a file that is new. */
    mode?: string;
  }
  export interface HttpOptions { timeout?: Duration; headers?: { readonly [name: string]: string }; }
  export interface HttpResponse {
    readonly status: number;
    readonly headers: { readonly [name: string]: string };
    readonly body: string;
  }
  /** Of the registry of Windows: a text, a number (REG_DWORD, REG_QWORD), or texts (REG_MULTI_SZ). */
  export type RegistryValue = string | number | readonly string[];
  export interface RegistryOptions { type?: 'REG_SZ' | 'REG_EXPAND_SZ' | 'REG_DWORD' | 'REG_QWORD' | 'REG_MULTI_SZ'; }
  export interface NodeInfo { readonly name: string; readonly platform: 'linux' | 'windows'; readonly [key: string]: string; }
  export interface PeerInfo {
    readonly name?: string;
    readonly state?: State;
    readonly reachable?: 'true' | 'false';
    readonly [key: string]: string | undefined;
  }

  export const services: {
    /** Names the services of userconfig.yaml in the order in which they start: units of systemd, services of Windows, pools of IIS and programs alike. */
    list(): Promise<string[]>;
    /** Starts one service, or all in order, each until it is ready. A service that runs is left as it is. */
    start(id?: string): Promise<void>;
    /** Stops one service, or all in reverse order; with force when the hook runs with `ctx.force`. A stopped service is left as it is. */
    stop(id?: string): Promise<void>;
    /** Stops one service, or all in reverse order, by their force-stop command. */
    forceStop(id?: string): Promise<void>;
    /** Stops, then starts one service or all. */
    restart(id?: string): Promise<void>;
    /** Tells whether a service runs; `unknown` for a command service without a status command. */
    status(id: string): Promise<'running' | 'stopped' | 'unknown'>;
  };
  /** Runs a program by its absolute path, without a shell, and waits for its end. It must be named in the permissions of module.yaml or in a service. Rejects with an `ExecError` (`code`, `stdout`, `stderr`) if the exit code is not one of `okCodes`, with a `TimeoutError` after `timeout`; what the program started is ended then. */
  export function exec(argv: Argv, options?: ExecOptions): Promise<ExecResult>;
  /** Tells about this node: its `name`, and its `platform`, linux or windows. */
  export function node(): Promise<NodeInfo>;
  /** Tells about the other node as it was last heard of. */
  export function peer(): Promise<PeerInfo>;
  /** Tells the state of the module on this node now; `ctx.state` is that at the start of the hook. */
  export function state(): Promise<State>;
  /** Shows how far a long hook is, where the state of the module is shown (`safe state`), until it says more or ends. */
  export function progress(text: string, percent?: number): Promise<void>;
  /** Waits. */
  export function sleep(duration: Duration): Promise<void>;
  /** Waits until a test is true, trying every `interval` (250 ms) for `timeout` (30 s). Rejects with a `TimeoutError`. What the test throws is thrown. */
  export function waitFor(test: () => unknown, options?: { timeout?: Duration, interval?: Duration }): Promise<void>;
  export const processes: {
    /** Finds processes of the machine by name or by a regular expression on the command line. */
    find(filter: ProcessFilter): Promise<ProcessInfo[]>;
  };
  export const file: {
    /** Reads a text file of at most 1 MiB. */
    read(path: string): Promise<string>;
    /** Tells whether a file or directory is there. */
    exists(path: string): Promise<boolean>;
    /** Names what is in a directory, sorted. */
    list(path: string): Promise<string[]>;
    /** Writes a text file as a whole: the old content or the new one is there, never a part. Owner and mode of an existing file are kept. */
    write(path: string, text: string, options?: WriteOptions): Promise<void>;
    /** Removes a file; false if there was none. Directories are not removed. */
    remove(path: string): Promise<boolean>;
  };
  export const tcp: {
    /** Tells whether a TCP connection is accepted within the timeout (5 s). */
    check(host: string, port: number, options?: { timeout?: Duration }): Promise<boolean>;
  };
  export const http: {
    /** Gets a page of at most 1 MiB; redirections are not followed. Every status is an answer; rejects if there is none within the timeout (5 s). */
    get(url: string, options?: HttpOptions): Promise<HttpResponse>;
  };
  export const registry: {
    /** Windows: reads a value of the registry; undefined if there is no such key or value. Texts are given as they stand, `%NAME%` is not replaced; numbers above 2^53 and binary values as texts. On Linux it rejects with a `PlatformError`. */
    get(key: string, name: string): Promise<RegistryValue | undefined>;
    /** Windows: names the keys right below a key, sorted; none if the key is not there. */
    list(key: string): Promise<string[]>;
    /** Windows: writes a value; the key is made if it is missing. A number becomes a REG_DWORD, or a REG_QWORD if it is too large, a list a REG_MULTI_SZ, a text a REG_SZ unless `type` says REG_EXPAND_SZ. */
    set(key: string, name: string, value: RegistryValue, options?: RegistryOptions): Promise<void>;
    /** Windows: removes a value; false if there was none. Keys are not removed. */
    remove(key: string, name: string): Promise<boolean>;
  };
  export const tasks: {
    /** Windows: tells about a scheduled task by its path; undefined if there is none. On Linux it rejects with a `PlatformError`. */
    status(path: string): Promise<'ready' | 'running' | 'queued' | 'disabled' | 'unknown' | undefined>;
    /** Windows: lets a scheduled task run at its times. One that may is left as it is. */
    enable(path: string): Promise<void>;
    /** Windows: keeps a scheduled task from running at its times; one that runs goes on. One that is disabled is left as it is. */
    disable(path: string): Promise<void>;
    /** Windows: runs a scheduled task now, and does not wait for its end. */
    run(path: string): Promise<void>;
    /** Windows: ends a scheduled task that runs; one that does not is left as it is. */
    end(path: string): Promise<void>;
  };
  export const resource: {
    /** Reads a resource; undefined if there is none of that name. */
    get(id: string): Promise<'up' | 'down' | 'init' | undefined>;
    /** Sets a resource of the class `custom`; failover rules may refer to it. */
    set(id: string, health: 'up' | 'down', detail?: string): Promise<void>;
  };
  export const log: {
    /** Writes a line of level debug into the module's log. */
    debug(text: unknown, fields?: Record<string, unknown>): Promise<void>;
    /** Writes a line of level info into the module's log. */
    info(text: unknown, fields?: Record<string, unknown>): Promise<void>;
    /** Writes a line of level warn into the module's log. */
    warn(text: unknown, fields?: Record<string, unknown>): Promise<void>;
    /** Writes a line of level error into the module's log. */
    error(text: unknown, fields?: Record<string, unknown>): Promise<void>;
  };
}
