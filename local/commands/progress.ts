import { Presets, SingleBar } from 'cli-progress';

/** A progress bar on a terminal's standard error; nothing is shown elsewhere. */
export function progressBar(task: string, total: number): Pick<SingleBar, 'increment' | 'stop'> {
  const bar = new SingleBar(
    {
      format: `${task} {bar} {value}/{total} {eta_formatted}`,
      noTTYOutput: false,
      // Ctrl-C would leave the terminal without cursor and without line wrap.
      hideCursor: false,
      linewrap: true,
    },
    Presets.shades_grey,
  );
  bar.start(total, 0);
  return bar;
}
