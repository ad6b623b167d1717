// Finds the poison in a batch that its store refused as a whole.

/**
 * What one attempt at some of the events told: all settled, or refused with a code. Anything transient is waited out
 * inside. `explains`: some were dead-lettered by themselves, so an earlier refusal of more may have been for these.
 */
export type Attempt =
  | { readonly refused: false; readonly explains?: boolean }
  | { readonly refused: true; readonly code: string; readonly message: string };

export interface Poison {
  readonly position: number;
  readonly code: string;
  readonly message: string;
}

/**
 * Bisects `positions`, which were refused together with `refusal`. With k bad events among n, it stores n−k and names
 * k, in at most k·(⌈log2 n⌉+1) attempts: halves that turn out good are stored by the question itself, and what was
 * set aside unasked goes in one attempt at the end of each search. Who is left over is guilty without being asked,
 * unless another may have been the reason.
 */
export const isolate = async (
  positions: readonly number[],
  refusal: Attempt & { refused: true },
  attempt: (positions: readonly number[]) => Promise<Attempt>,
): Promise<readonly Poison[]> => {
  const found: Poison[] = [];
  let suspects = positions;
  let reason = refusal;
  while (suspects.length > 0) {
    const aside: number[] = [];
    let isExplained = false;
    while (suspects.length > 1) {
      const middle = Math.ceil(suspects.length / 2);
      const half = suspects.slice(0, middle);
      const answer = await attempt(half);
      if (answer.refused) {
        reason = answer;
        isExplained = false;
        aside.push(...suspects.slice(middle));
        suspects = half;
      } else {
        isExplained ||= answer.explains ?? false;
        suspects = suspects.slice(middle);
      }
    }
    const verdict = isExplained ? await attempt(suspects) : reason;
    if (verdict.refused) found.push({ position: suspects[0]!, code: verdict.code, message: verdict.message });
    const rest = aside.length === 0 ? ({ refused: false } as const) : await attempt(aside);
    if (!rest.refused) break;
    suspects = aside;
    reason = rest;
  }
  return found;
};
