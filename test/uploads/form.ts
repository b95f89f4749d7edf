/** Makes a form as the API's clients send it: first the fields as they were given, then the file. */
export function formOf(fields: Readonly<Record<string, string>>, file: Uint8Array | string): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new Blob([typeof file === 'string' ? file : new Uint8Array(file)]), 'photo.jpg');
  return form;
}
