// Another form's records as native events, mapped before they are posted.
import { toPosted } from '../../mapping/native/to-native.ts';
import type { FormOptions, InputForm } from '../forms/forms.ts';
import { textsOf } from '../forms/read-texts.ts';
import type { Line } from './batches.ts';
import { countUnsent, type Tally } from './tally.ts';

/** What is refused or ignored in mapping is counted, and never posted. */
export async function* mappedLines(
  chunks: AsyncIterable<Uint8Array>,
  form: InputForm,
  options: FormOptions,
  tally: Tally,
): AsyncGenerator<Line> {
  for await (const { text, line, isWhole } of textsOf(chunks)) {
    const slots = form(text, options);
    for (const [i, slot] of slots.entries()) {
      const number = isWhole && slots.length > 1 ? i + 1 : line;
      if (!('verdict' in slot)) yield { number, text: JSON.stringify(toPosted(slot)) };
      else countUnsent(tally, number, slot.verdict === 'reject' ? slot.errors[0] : undefined);
    }
  }
}
