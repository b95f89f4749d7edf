import { render } from 'preact';
import { findService } from './api/connection.ts';
import { startSignIn } from './api/sign-in.ts';
import { currentToken } from './api/token.ts';
import { App } from './app.tsx';
import { noteHidden } from './clock.ts';
import { startLanguage } from './page-language.ts';
import { guardUnfinished } from './unfinished-guard.ts';

const hear = () => noteHidden(document.hidden);
hear();
document.addEventListener('visibilitychange', hear);
await Promise.all([findService(), startLanguage()]);
if (await startSignIn()) {
  currentToken();
  guardUnfinished();
  const root = document.querySelector('#app');
  if (root === null) throw new Error('The page has no place for the console.');
  render(<App />, root);
} else {
  // Somebody who comes back from the sign-in by the browser's button finds a page that shows nothing.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload();
  });
}
