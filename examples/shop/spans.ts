// Spans by hand: what an instrumentation library would do, with OpenTelemetry's semantic conventions.
import { SpanStatusCode, trace, type Attributes, type Context, type Span, type SpanKind } from '@opentelemetry/api';

const tracer = trace.getTracer('shop');

export interface SpanDescription {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  /** The caller's context; by default the active one. */
  readonly parent?: Context;
}

/** Runs `work` inside a span, ends it whatever happens, and notes on it why it failed. */
export const inSpan = <T>(
  { name, kind, attributes, parent }: SpanDescription,
  work: (span: Span) => Promise<T>,
): Promise<T> => {
  const run = async (span: Span): Promise<T> => {
    try {
      return await work(span);
    } catch (error) {
      fail(span, error);
      throw error;
    } finally {
      span.end();
    }
  };
  const options = { kind, attributes };
  return parent === undefined
    ? tracer.startActiveSpan(name, options, run)
    : tracer.startActiveSpan(name, options, parent, run);
};

const fail = (span: Span, error: unknown): void => {
  const cause = error instanceof Error ? error : new Error(String(error));
  // Its name, not its number: the SDK would take a `code` for the exception's type.
  span.recordException({ name: cause.name, message: cause.message, stack: cause.stack ?? '' });
  span.setStatus({ code: SpanStatusCode.ERROR, message: cause.message });
  span.setAttribute('error.type', errorTypeOf(cause));
};

/** A low-cardinality name: what went wrong, not where. */
const errorTypeOf = (error: Error): string => {
  if (error.name === 'TimeoutError') return 'timeout';
  if ('sqliteName' in error) return String(error.sqliteName);
  return error.name;
};
