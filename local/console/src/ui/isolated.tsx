const [opens, closes] = ['\u2068', '\u2069'];

/**
 * Shows a sentence whose names of the other direction are elements of their own. If such a name does not fit,
 * it loses its end; within the sentence it would lose its start.
 */
export function Isolated({ text }: { text: string }) {
  return partsOf(text).map(({ part, isName }, index) => (isName ? <bdi key={index}>{part}</bdi> : part));
}

function partsOf(text: string): { part: string; isName: boolean }[] {
  const parts: { part: string; isName: boolean }[] = [];
  let depth = 0;
  let part = '';
  const end = (isName: boolean) => {
    if (part !== '') parts.push({ part, isName });
    part = '';
  };
  for (const character of text) {
    if (character === opens && depth++ === 0) end(false);
    else if (character === closes && depth > 0 && --depth === 0) end(true);
    else part += character;
  }
  end(false);
  return parts;
}
