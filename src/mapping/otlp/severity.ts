// OpenTelemetry's severities: a number of 1 to 24, in fours under six names.

const SEVERITY_TEXTS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const SEVERITY_OF: ReadonlyMap<string, number> = new Map([
  ...SEVERITY_TEXTS.map((text, i): [string, number] => [text, i * 4 + 1]),
  ['WARNING', 13],
  ['CRITICAL', 21],
]);

export const severityTextOf = (severity: number): string | undefined => SEVERITY_TEXTS[(severity - 1) >> 2];
export const severityOfText = (text: string): number | undefined => SEVERITY_OF.get(text.toUpperCase());
