import fc from 'fast-check';

/**
 * Makes any character but halves of pairs, as `unit: 'binary'` does. That lists them all first, which takes a
 * second.
 */
export const anyCharacter = fc
  .integer({ min: 0, max: 0x10ffff - 0x800 })
  .map((code) => String.fromCodePoint(code < 0xd800 ? code : code + 0x800));
