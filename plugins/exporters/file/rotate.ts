// Which file becomes which: `events.ndjson` is written to, `events.ndjson.1` is the one before it.

export type Rotation = { readonly remove: string } | { readonly rename: string; readonly to: string };

/** The steps in an order in which a crash between any two loses no file but the oldest. `maxFiles` counts the one written to. */
export const rotationsOf = (path: string, maxFiles: number): readonly Rotation[] => {
  const nth = (n: number): string => (n === 0 ? path : `${path}.${n}`);
  const oldest = maxFiles - 1;
  const steps: Rotation[] = [{ remove: nth(oldest) }];
  for (let n = oldest - 1; n >= 0; n--) steps.push({ rename: nth(n), to: nth(n + 1) });
  return steps;
};
