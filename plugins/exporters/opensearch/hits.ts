// A search's answer to lines, as texts: parsed, integers beyond 2^53 would be others.

const SOURCE = '"_source":';
const STEP = /"(?:[^"\\]|\\.)*"|[{}]/g;

/** The text of each hit's `_source`, in order. */
export const sourcesOf = (answer: string): readonly string[] => {
  const sources: string[] = [];
  // A quote inside a string is escaped, so outside of a `_source` the name stands for nothing but the member.
  for (let start = answer.indexOf(SOURCE); start >= 0; start = answer.indexOf(SOURCE, start)) {
    const from = start + SOURCE.length;
    start = endOfObject(answer, from);
    sources.push(answer.slice(from, start));
  }
  return sources;
};

const endOfObject = (text: string, from: number): number => {
  let depth = 0;
  STEP.lastIndex = from;
  for (let step = STEP.exec(text); step !== null; step = STEP.exec(text)) {
    if (step[0] === '{') depth++;
    else if (step[0] === '}' && --depth === 0) return STEP.lastIndex;
  }
  return text.length;
};
