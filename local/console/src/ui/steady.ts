/** Time for which nothing can be pressed once the page has moved. Who aimed before meant something else. */
const steadyMs = 500;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Ignores presses for a moment, because other things now lie under a thumb. Keys work on. */
export function steady(): void {
  const { classList } = document.documentElement;
  classList.add('moved');
  clearTimeout(timer);
  timer = setTimeout(() => classList.remove('moved'), steadyMs);
}
