import { generateKeyPairSync, sign } from 'node:crypto';

/** Encodes one element of ASN.1's Distinguished Encoding Rules (X.690). */
function element(tag: number, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const size = content.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const sequence = (...contents: Uint8Array[]) => element(0x30, ...contents);
const objectIdentifier = (hex: string) => element(0x06, Buffer.from(hex, 'hex'));
const time = (date: Date) =>
  element(0x17, Buffer.from(`${date.toISOString().slice(2, 19).replace(/\D/g, '')}Z`));

/**
 * Creates a self-signed X.509 certificate (RFC 5280) and its private key, for one host name. It is valid for
 * an hour around now.
 */
export function createCertificate(hostname: string): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = sequence(objectIdentifier('2a8648ce3d040302'));
  const commonName = sequence(objectIdentifier('550403'), element(0x0c, Buffer.from(hostname)));
  const name = sequence(element(0x31, commonName));
  const halfAnHourMs = 30 * 60 * 1000;
  const validity = sequence(
    time(new Date(Date.now() - halfAnHourMs)),
    time(new Date(Date.now() + halfAnHourMs)),
  );
  const alternativeName = sequence(
    objectIdentifier('551d11'),
    element(0x04, sequence(element(0x82, Buffer.from(hostname)))),
  );
  const body = sequence(
    element(0xa0, element(0x02, Buffer.from([2]))),
    element(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(alternativeName)),
  );
  const signature = element(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
  const certificate = sequence(body, ecdsaWithSha256, signature).toString('base64');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
