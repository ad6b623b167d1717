// Is a text readable in these bytes, as it is or in one of the forms that a program writes it in?

const MARK = 8;

/** Where a text stands in base64 depends on what was before it; these parts are there whatever that was. */
const base64Forms = (text: string): readonly string[] =>
  [0, 1, 2].map((shift) => {
    const encoded = Buffer.from('x'.repeat(shift) + text).toString('base64');
    return encoded.slice(Math.ceil((shift * 4) / 3), encoded.replace(/=+$/, '').length - 1);
  });

const formsOf = (text: string): ReadonlySet<string> => {
  const json = JSON.stringify(text).slice(1, -1);
  const base64 = base64Forms(text);
  const hex = Buffer.from(text).toString('hex');
  return new Set([
    text,
    text.toLowerCase(),
    text.toUpperCase(),
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(text),
    encodeURIComponent(encodeURIComponent(text)),
    encodeURIComponent(text).replaceAll('%20', '+'),
    ...base64,
    ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
    hex,
    hex.toUpperCase(),
  ]);
};

export interface Finding {
  readonly secret: string;
  readonly form: string;
  /** What stands around it. */
  readonly around: string;
}

/** Looks for all secrets in one pass over the bytes. */
export const createSearch = (secrets: readonly string[]): ((bytes: Buffer) => Finding[]) => {
  const needles = new Map<string, { readonly secret: string; readonly form: string }[]>();
  const starts = new Uint8Array(1 << 24);
  for (const secret of secrets) {
    for (const form of formsOf(secret)) {
      if (form.length < MARK) throw new RangeError(`${form}: is too short to be looked for`);
      const bytes = Buffer.from(form);
      starts[bytes.readUIntLE(0, 3)] = 1;
      const mark = bytes.toString('latin1', 0, MARK);
      const needle = { secret, form: bytes.toString('latin1') };
      needles.set(mark, [...(needles.get(mark) ?? []), needle]);
    }
  }
  return (bytes) => {
    const found: Finding[] = [];
    for (let i = 0; i + MARK <= bytes.length; i++) {
      if (starts[bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16)] === 0) continue;
      for (const { secret, form } of needles.get(bytes.toString('latin1', i, i + MARK)) ?? []) {
        if (bytes.toString('latin1', i, i + form.length) !== form) continue;
        found.push({ secret, form, around: bytes.toString('latin1', Math.max(0, i - 60), i + form.length + 20) });
      }
    }
    return found;
  };
};
