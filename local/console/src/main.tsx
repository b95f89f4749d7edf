import { render } from 'preact';
import { findService } from './api/connection.ts';
import { currentToken } from './api/token.ts';
import { App } from './app.tsx';
import { startLanguage } from './page-language.ts';

await Promise.all([findService(), startLanguage()]);
currentToken();
const root = document.querySelector('#app');
if (root === null) throw new Error('The page has no place for the console.');
render(<App />, root);
