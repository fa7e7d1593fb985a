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

