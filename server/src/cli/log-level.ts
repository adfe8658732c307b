import { ConfigError, type LogLevel } from '@tallystick/store-agent';

const LEVELS: readonly LogLevel[] = ['silent', 'error', 'warn', 'info', 'debug'];

/** What `--log` says. @throws ConfigError */
export function logLevel(text = 'info'): LogLevel {
  const level = LEVELS.find((known) => known === text);
  if (level === undefined) throw new ConfigError(`--log must be one of ${LEVELS.join(', ')}.`);
  return level;
}
