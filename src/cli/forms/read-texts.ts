// Input of any form in pieces that are each JSON: lines are streamed, a document over several lines is read whole.
import { InputError } from '../input.ts';

export interface Text {
  readonly text: string;
  /** Where it begins, from 1. */
  readonly line: number;
  /** Nothing else is in the input: what it holds is told by its position. */
  readonly isWhole: boolean;
}

const LARGEST_TEXT = 256 * 1024 ** 2;

export async function* textsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Text> {
  const lines = numbered(linesOf(chunks));
  const first = await next(lines);
  if (first === undefined) return;
  if (isOpen(first.text)) {
    yield* documentOf(first, lines);
    return;
  }
  // Held back until it is known whether another follows.
  const second = await next(lines);
  yield { ...first, isWhole: second === undefined };
  if (second === undefined) return;
  yield { ...second, isWhole: false };
  for await (const line of lines) if (!isBlank(line)) yield { ...line, isWhole: false };
}

type Line = Omit<Text, 'isWhole'>;

const isBlank = ({ text }: Line): boolean => text.trim() === '';

async function* numbered(lines: AsyncIterable<string>): AsyncGenerator<Line> {
  let line = 0;
  for await (const text of lines) yield { text, line: ++line };
}

/** The next that is not blank. */
const next = async (lines: AsyncGenerator<Line>): Promise<Line | undefined> => {
  for (let read = await lines.next(); !read.done; read = await lines.next())
    if (!isBlank(read.value)) return read.value;
  return undefined;
};

async function* documentOf(first: Line, rest: AsyncIterable<Line>): AsyncGenerator<Text> {
  const lines = [first];
  let held = first.text.length;
  for await (const line of rest) {
    held += line.text.length + 1;
    if (held > LARGEST_TEXT) throw new InputError(TOO_LARGE);
    lines.push(line);
  }
  const text = lines.map((line) => line.text).join('\n');
  if (isJson(text) || !lines.slice(1).some((line) => isEvent(line.text))) {
    yield { text, line: first.line, isWhole: true };
    return;
  }
  // The first line was only broken: those after it stand for themselves.
  for (const line of lines) if (!isBlank(line)) yield { ...line, isWhole: false };
}

const TOO_LARGE = 'the JSON document is larger than 256 MiB; give it as NDJSON, one event a line';
const TOO_LONG = 'a line is longer than 256 MiB';

/** Lines without their ends; a byte order mark is none of the text. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  let held = 0;
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    held += text.length;
    if (held > LARGEST_TEXT) throw new InputError(TOO_LONG);
    parts.push(text);
    if (!text.includes('\n')) continue;
    const whole = parts.join('').split('\n');
    parts = [whole.pop() ?? ''];
    held = parts[0]!.length;
    yield* whole;
  }
  const rest = parts.join('') + decoder.decode();
  if (rest !== '') yield rest;
}

const QUOTE = '"';

/** Does it end within an array or object, and not within a text, which no line may break? */
const isOpen = (line: string): boolean => {
  let depth = 0;
  for (let i = 0; i < line.length; i++) {
    const character = line.charAt(i);
    if (character === QUOTE) {
      i = endOfText(line, i);
      if (i === -1) return false;
    } else if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth--;
  }
  return depth > 0;
};

/** The position of the quote that closes the text at `start`; -1 if none does. */
const endOfText = (line: string, start: number): number => {
  for (let end = line.indexOf(QUOTE, start + 1); end !== -1; end = line.indexOf(QUOTE, end + 1)) {
    let first = end;
    while (line[first - 1] === '\\') first--;
    if ((end - first) % 2 === 0) return end;
  }
  return -1;
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // What is wrong with it is told where it is read.
    return false;
  }
};

const isEvent = (line: string): boolean => line.trimStart().startsWith('{') && isJson(line);
