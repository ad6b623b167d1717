import pino from 'pino';
import type { Log } from '../sdk/index.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What is added to a line: the span that is active when it is written. */
export type LineContext = () => Readonly<Record<string, string>> | undefined;

/** JSON lines on stderr, written before the call returns: what explains a crash is there after it. */
export const createLog = (level: LogLevel, contextOf: LineContext = () => undefined): Log => {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: () => contextOf() ?? {},
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ fd: 2, sync: true }),
  );
  return wrap(logger);
};

const wrap = (logger: pino.Logger): Log => ({
  info: (message, fields = {}) => logger.info(fields, message),
  warn: (message, fields = {}) => logger.warn(fields, message),
  error: (message, fields = {}) => logger.error(fields, message),
});

/** The same log with fields that every line of a component carries. */
export const logFor = (log: Log, fields: Readonly<Record<string, unknown>>): Log => ({
  info: (message, more) => log.info(message, { ...fields, ...more }),
  warn: (message, more) => log.warn(message, { ...fields, ...more }),
  error: (message, more) => log.error(message, { ...fields, ...more }),
});
