/** Stands in records where something was erased. */
export const erasedText = '(erased)';
