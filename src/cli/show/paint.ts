import type { Category, OutcomeValue } from '../../event/schema.ts';

const CODES = { red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36, dim: 2 } as const;
export type Color = keyof typeof CODES;
export type Paint = (color: Color, text: string) => string;

/** Colours, or the text as it is. */
export const createPaint =
  (enabled: boolean): Paint =>
  (color, text) =>
    enabled ? `\u001b[${CODES[color]}m${text}\u001b[0m` : text;

export const CATEGORY_COLORS: Readonly<Record<Category, Color>> = {
  business: 'blue',
  system: 'dim',
  delivery: 'magenta',
  security: 'cyan',
};

export const OUTCOME_COLORS: Readonly<Record<OutcomeValue, Color>> = {
  success: 'green',
  failure: 'red',
  denied: 'red',
  error: 'red',
  timeout: 'red',
  cancelled: 'yellow',
  skipped: 'dim',
  pending: 'yellow',
  unknown: 'dim',
};

const WARN = 13;
const ERROR = 17;
/** As OpenTelemetry numbers severities; what is no worse than usual has no colour. */
export const severityColor = (severity: number): Color | undefined =>
  severity >= ERROR ? 'red' : severity >= WARN ? 'yellow' : undefined;
