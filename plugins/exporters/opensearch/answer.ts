// What an answer's text says. Only types are taken from an error: its reason may quote the event.
import type { ExportOutcome } from '../../../src/sdk/index.ts';
import { classifyAnswer, type Verdict } from './classify.ts';
import type { Answer } from './connect.ts';

interface ErrorBody {
  readonly error?: { readonly type?: unknown } | string;
}

/** Undefined where the text is not JSON. */
export const parseAnswer = ({ text }: Answer): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

export const errorTypeOf = (answer: Answer): string | undefined => {
  const error = (parseAnswer(answer) as ErrorBody | null | undefined)?.error;
  const type = typeof error === 'object' ? error.type : undefined;
  return typeof type === 'string' && /^[a-z_]{1,100}$/.test(type) ? type : undefined;
};

export const verdictOf = (answer: Answer): Verdict =>
  answer.status === 0 ? 'retry' : classifyAnswer(answer.status, errorTypeOf(answer));

export const describe = (answer: Answer): string => {
  if (answer.status === 0) return `no answer: ${answer.reason ?? 'unknown'}`;
  const type = errorTypeOf(answer);
  return type === undefined ? `answered ${answer.status}` : `answered ${answer.status} (${type})`;
};

/** The outcome of everything that the request was for; one that was refused is not the events' fault. */
export const refusalOf = (answer: Answer): ExportOutcome => {
  const reason = describe(answer);
  const verdict = verdictOf(answer);
  if (verdict === 'stop') return { status: 'stop', reason };
  if (verdict === 'suspect') {
    return { status: 'suspect', code: errorTypeOf(answer) ?? 'refused', message: 'the store refused the request' };
  }
  const { retryAfterMs: afterMs } = answer;
  return { status: 'retry', reason, ...(afterMs !== undefined && { afterMs }) };
};
