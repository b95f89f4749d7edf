/** Moves a process's clock by `SHIFT_DAYS` days. */
const shiftMs = Number(process.env.SHIFT_DAYS) * 24 * 60 * 60_000;
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...words) {
    if (words.length === 0) super(RealDate.now() + shiftMs);
    else super(...words);
  }
  static now() {
    return RealDate.now() + shiftMs;
  }
};
