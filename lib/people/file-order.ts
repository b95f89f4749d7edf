/**
 * Order of files and folders, for everything that reads people from them: where no pictures agree, the first
 * one decides. It is the order of a file manager: numbers by their values, capitals beside small letters. The
 * language is always English, so that a browser and a command agree wherever they run.
 */
const names = new Intl.Collator('en', { numeric: true });

/** Compares paths, folder by folder. */
export function comparePaths(one: string, other: string): number {
  const [ones, others] = [one.split('/'), other.split('/')];
  for (const [place, name] of ones.entries()) {
    const against = others[place];
    const order = against === undefined ? 1 : compareNames(name, against);
    if (order !== 0) return order;
  }
  return ones.length - others.length;
}

/** Compares names. Those that the language takes for equal follow their code units. */
function compareNames(one: string, other: string): number {
  return names.compare(one, other) || (one < other ? -1 : Number(one > other));
}
