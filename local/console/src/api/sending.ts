/**
 * Sends a request as `fetch` does, and tells how much of it is sent, which `fetch` can't.
 *
 * @param onSent called with the share that is sent, 0..1
 * @throws TypeError if no answer comes, or the signal's reason
 */
export function sendTelling(
  url: URL | string,
  { method = 'POST', headers, body, signal }: RequestInit,
  onSent: (share: number) => void,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    new Headers(headers).forEach((value, name) => {
      request.setRequestHeader(name, value);
    });
    request.responseType = 'blob';
    request.upload.onprogress = ({ loaded, total }) => onSent(total > 0 ? loaded / total : 1);
    request.onload = () => {
      const { status, response } = request;
      resolve(new Response(status === 204 ? null : response, { status }));
    };
    request.onerror = () => reject(new TypeError());
    request.onabort = () => reject(signal?.reason);
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(body as XMLHttpRequestBodyInit | null);
  });
}
