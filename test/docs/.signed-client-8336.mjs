import { readFile } from 'node:fs/promises';
import { AwsClient } from 'aws4fetch';

const { API_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
const client = new AwsClient({
  accessKeyId: AWS_ACCESS_KEY_ID,
  secretAccessKey: AWS_SECRET_ACCESS_KEY,
  sessionToken: AWS_SESSION_TOKEN,
  region: AWS_REGION,
  service: 'execute-api',
});

/** Sends a signed request with a form. */
async function send(path, form) {
  const encoded = new Response(form);
  const headers = { 'Content-Type': encoded.headers.get('Content-Type') };
  return client.fetch(API_URL + path, { method: 'POST', headers, body: await encoded.arrayBuffer() });
}

const [name, picture] = process.argv.slice(2);
const form = new FormData();
form.append('name', name);
form.append('images', new Blob([await readFile(picture)]), 'picture.jpg');
const answer = await send('api/v1/blacklist/', form);
console.log(answer.status, await answer.text());
