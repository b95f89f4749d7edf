/**
 * Line drawings on a field of 24 by 24. They say nothing by themselves: what they stand beside has a name.
 */
const drawings = {
  check:
    'M4 9V6.5A2.5 2.5 0 0 1 6.5 4H9M15 4h2.5A2.5 2.5 0 0 1 20 6.5V9M20 15v2.5a2.5 2.5 0 0 1-2.5 2.5H15M9 20H6.5A2.5 2.5 0 0 1 4 17.5V15M12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M8 16.5a4.2 4.2 0 0 1 8 0',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20a6.5 6.5 0 0 1 13 0M16 4.3a3.5 3.5 0 0 1 0 6.4M18 14a6.5 6.5 0 0 1 3.5 6',
  history: 'M3.5 12a8.5 8.5 0 1 0 2.8-6.3L3.5 8M3.5 3.5V8H8M12 7.5V12l3 2',
  status: 'M3 12h4l2.5-7 5 14 2.5-7h4',
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6L6 18',
  trash: 'M4 7h16M9 7V4.5h6V7M6 7l1 13h10l1-13M10 11v5.5M14 11v5.5',
  pencil: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  camera: 'M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 16.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4',
  upload: 'M12 16V4.5M7 9l5-4.8L17 9M4 16v4h16v-4',
  link: 'M10 14a4 4 0 0 0 5.7 0l3.2-3.2a4 4 0 0 0-5.7-5.7L12 6.3M14 10a4 4 0 0 0-5.7 0l-3.2 3.2a4 4 0 0 0 5.7 5.7l1.2-1.2',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M20 20l-4.8-4.8',
  warning: 'M12 4L2.8 20h18.4zM12 10v4.5M12 17v.3',
  bell: 'M6 16V10.5a6 6 0 0 1 12 0V16l1.5 2.5h-15zM10 21h4M12 4.5V3',
  info: 'M12 11v5.5M12 7.5v.3M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18',
  question: 'M9 9.3a3 3 0 1 1 4.3 2.7c-.9.5-1.3 1-1.3 2M12 17v.3M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18',
  tick: 'M5 12.5l4.5 4.5L19 7',
  back: 'M15 5l-7 7 7 7',
  forward: 'M9 5l7 7-7 7',
  image: 'M4 5h16v14H4zM4 16l4.5-4.5 4 4 2.5-2.5 5 5M15.5 9.5v.1',
  key: 'M14.5 14a5 5 0 1 0-4.8-3.6L3.5 16.6V20.5H7V18h2.5v-2.5l1.4-1.4a5 5 0 0 0 3.6-.1M16 8v.1',
} as const;
/** Drawings that point along the line, and are turned where it runs from right to left. */
const turned: readonly string[] = ['back', 'forward', 'question'];
export type IconName = keyof typeof drawings;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      class={`icon ${turned.includes(name) ? 'turned' : ''}`}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      <path d={drawings[name]} />
    </svg>
  );
}
