// A file of events, in pieces that a collector takes: NDJSON is streamed, a JSON array is read as a whole.
import { parseJson } from '../../event/json.ts';
import { InputError } from '../input.ts';

export interface Line {
  /** From 1; in a JSON array the position of the element. */
  readonly number: number;
  readonly text: string;
}
export interface Batch {
  /** From 0. */
  readonly position: number;
  readonly lines: readonly Line[];
  readonly bytes: number;
}

const LARGEST_ARRAY = 256 * 1024 ** 2;
/** Below what a collector takes by default, 5 MiB. */
const LARGEST_BATCH = 4 * 1024 ** 2;

export async function* toBatches(events: AsyncIterable<Line>, maxEvents: number): AsyncGenerator<Batch> {
  let position = 0;
  let lines: Line[] = [];
  let bytes = 0;
  for await (const line of events) {
    const size = Buffer.byteLength(line.text) + 1;
    if (lines.length === maxEvents || (lines.length > 0 && bytes + size > LARGEST_BATCH)) {
      yield { position: position++, lines, bytes };
      lines = [];
      bytes = 0;
    }
    lines.push(line);
    bytes += size;
  }
  if (lines.length > 0) yield { position, lines, bytes };
}

/** Native events as they stand. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const decoder = new TextDecoder();
  let form: 'unknown' | 'array' | 'lines' = 'unknown';
  let parts: string[] = [];
  let number = 0;
  let held = 0;
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    if (form === 'unknown' && text.trim() !== '') form = text.trimStart().startsWith('[') ? 'array' : 'lines';
    held += text.length;
    if (held > LARGEST_ARRAY) throw new InputError(form === 'array' ? TOO_LARGE_ARRAY : TOO_LONG_LINE);
    if (form === 'array' || !text.includes('\n')) {
      parts.push(text);
      continue;
    }
    const whole = (parts.join('') + text).split('\n');
    parts = [whole.pop() ?? ''];
    held = parts[0]!.length;
    for (const line of whole) {
      number++;
      if (line.trim() !== '') yield { number, text: line.trim() };
    }
  }
  const rest = parts.join('') + decoder.decode();
  if (form === 'array') yield* elementsOf(rest);
  else if (rest.trim() !== '') yield { number: number + 1, text: rest.trim() };
}

const TOO_LARGE_ARRAY = 'the JSON array is larger than 256 MiB; send it as NDJSON, one event a line';
const TOO_LONG_LINE = 'a line is longer than 256 MiB';

function* elementsOf(text: string): Generator<Line> {
  const parsed = parseJson(text, { maxDepth: 1000, maxKeys: Number.POSITIVE_INFINITY });
  if (!('value' in parsed)) throw new InputError(`the input ${parsed.message}`);
  for (const [index, element] of (parsed.value as unknown[]).entries()) {
    yield { number: index + 1, text: JSON.stringify(element) };
  }
}
