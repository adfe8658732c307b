/** The log that everything here is handed; pino at run time, silent in tests. */
import { type Logger, pino } from 'pino';
import { traceFields } from './trace/trace.ts';

export type Log = Pick<Logger, 'info' | 'warn' | 'error' | 'debug'>;

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

export function createLog(name: string, level: LogLevel): Logger {
  return pino({ name, level, base: { name }, mixin: traceFields }, pino.destination({ dest: 2, sync: true }));
}
