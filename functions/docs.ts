import { docsContract } from '../lib/contract/endpoints/docs.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { response } from '../lib/http/response.ts';
import { swaggerFile } from '../lib/http/swagger.ts';
import { loadConfig } from '../lib/load-config.ts';

/** Allows only this service's own files, and the pictures inside the style sheet. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  // Swagger UI sets styles on elements.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** GET /docs */
export const handler = endpoint(docsContract, async (_input, { event }) => {
  // The links are relative, so that they work behind any prefix. Without a slash at its end, a page's address
  // is relative to its parent.
  const base = event.requestContext.path.endsWith('/') ? '.' : './docs';
  return response({
    status: 200,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': contentSecurityPolicy },
    body: page(base, loadConfig().apiTitle, await swaggerFile('favicon-32x32.png', 'base64')),
  });
});

/**
 * Writes the page, with its icon inside. A gateway that treats only multipart as binary would spoil an icon
 * in a file of its own.
 */
function page(base: string, title: string, icon: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" type="image/png" href="data:image/png;base64,${icon}">
<link rel="stylesheet" href="${escapeHtml(`${base}/swagger-ui.css`)}">
</head>
<body>
<div id="swagger-ui"></div>
<script src="${escapeHtml(`${base}/swagger-ui-bundle.js`)}"></script>
<script src="${escapeHtml(`${base}/initializer.js`)}"></script>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
