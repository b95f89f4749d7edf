/**
 * Saves lines of CSV as a file of the browser, with today's date in its name. Its mark tells spreadsheets
 * that it is UTF-8.
 */
export function saveCsv(name: string, lines: readonly string[]): void {
  const text = `\ufeff${lines.join('\r\n')}\r\n`;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  link.download = `${name}-${new Date().toISOString().slice(0, 10)}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}
