/** Piece of a text that has elements in it: whatever a component can show. */
export type Part = object | string | number | null | undefined;

/** Makes a link of its text, wherever a language has it in the sentence. */
export type Link = (text: string) => Part;
