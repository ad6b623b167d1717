// What OpenTelemetry's SDK has to complain about, as log lines: a receiver of telemetry that is down is no news each time.
import { diag, DiagLogLevel } from '@opentelemetry/api';
import type { Log } from '../sdk/index.ts';

const QUIET_MS = 60_000;
const MAX_CHARS = 300;

export const logDiagnostics = (log: Log, monotonicMs: () => number): void => {
  const lastMs = new Map<string, number>();
  const tell = (first: unknown): void => {
    const message = messageOf(first);
    const now = monotonicMs();
    if (now - (lastMs.get(message) ?? -Infinity) < QUIET_MS) return;
    if (lastMs.size > 100) lastMs.clear();
    lastMs.set(message, now);
    log.warn('own telemetry is not delivered', { reason: message });
  };
  const silent = (): void => {};
  diag.setLogger(
    { error: tell, warn: tell, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
};

/** The SDK gives text, an error, or JSON text of one with its stack. */
const messageOf = (given: unknown): string => {
  const text = given instanceof Error ? given.message : String(given);
  if (!text.startsWith('{')) return text.slice(0, MAX_CHARS);
  try {
    const { message, code } = JSON.parse(text) as { message?: unknown; code?: unknown };
    return [message, code]
      .filter((part) => typeof part === 'string' && part !== '')
      .join(' ')
      .slice(0, MAX_CHARS);
  } catch {
    // Cut JSON: its beginning says enough.
    return text.slice(0, MAX_CHARS);
  }
};
