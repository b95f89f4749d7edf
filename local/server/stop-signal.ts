/**
 * Time in which a second signal is ignored. One Ctrl-C may come twice: from the terminal and from npm, which
 * passes its own on. No user presses it again so soon.
 */
const repeatMs = 500;

/**
 * Resolves with the signal's name when this process is told to stop. A later signal ends the process at once.
 */
export function stopSignal(): Promise<NodeJS.Signals> {
  const names: NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];
  return new Promise((resolve) => {
    const hear = (name: NodeJS.Signals) => {
      resolve(name);
      setTimeout(() => {
        for (const each of names) process.off(each, hear);
      }, repeatMs).unref();
    };
    for (const name of names) process.on(name, hear);
  });
}
