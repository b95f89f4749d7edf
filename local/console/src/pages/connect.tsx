import { useEffect, useId, useRef, useState } from 'preact/hooks';
import {
  answersAt,
  chooseService,
  isAddressChosen,
  leaveService,
  parseAddress,
  serviceUrl,
} from '../api/connection.ts';
import { answerToken, isSendable } from '../api/token.ts';
import { useStore } from '../store.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Page } from '../ui/page.tsx';

/** Asks for a token. It stays until there is one: without, nothing can be shown. */
export function TokenQuestion({ wasRefused }: { wasRefused: boolean }) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const service = useStore(serviceUrl);
  const [isUnsendable, setUnsendable] = useState(false);
  const fault = isUnsendable
    ? 'A token has letters, digits and signs of plain ASCII only, without spaces. Copy it again.'
    : wasRefused
      ? 'The service did not accept this token.'
      : undefined;
  useEffect(() => field.current?.focus(), []);
  const send = (event: Event) => {
    event.preventDefault();
    const token = field.current?.value.trim() ?? '';
    setUnsendable(token !== '' && !isSendable(token));
    if (isSendable(token)) answerToken(token);
  };
  return (
    <Dialog title="This service wants a token" onClose={undefined}>
      <form class="form" onSubmit={send}>
        <p>
          Whoever runs <strong>{service?.host}</strong> can give you one. It is kept until this tab is closed.
        </p>
        <div class="field">
          <label for={id}>Access token</label>
          <input
            ref={field}
            id={id}
            type="password"
            autocomplete="off"
            required
            aria-invalid={fault !== undefined}
            aria-describedby={fault ? `${id}-wrong` : undefined}
          />
          {fault && (
            <p class="field-error" id={`${id}-wrong`} role="alert">
              {fault}
            </p>
          )}
        </div>
        <div class="dialog-actions">
          {isAddressChosen && (
            <button type="button" class="button" onClick={leaveService}>
              Another service
            </button>
          )}
          <button type="submit" class="button primary">
            Continue
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Asks where the service is, where these files are hosted by themselves. */
export function ServiceQuestion() {
  const id = useId();
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  const send = async (event: Event) => {
    event.preventDefault();
    const url = parseAddress(text);
    if (url === undefined) return setWrong('That is not an address. It looks like https://faces.example.com');
    setAsking(true);
    if (await answersAt(url)) return chooseService(url);
    setAsking(false);
    setWrong(`No service answers there, or it does not name ${location.origin} in CORS_ORIGINS.`);
  };
  return (
    <Page
      title="Where is the service?"
      lead="This console works with any Face Blacklist service that lets it in."
    >
      <form class="form narrow panel" onSubmit={send} noValidate>
        <div class="field">
          <label for={id}>Address of the service</label>
          <input
            id={id}
            type="url"
            placeholder="https://faces.example.com"
            value={text}
            aria-invalid={wrong !== undefined}
            aria-describedby={`${id}-hint${wrong === undefined ? '' : ` ${id}-wrong`}`}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
          {wrong !== undefined && (
            <p class="field-error" id={`${id}-wrong`} role="alert">
              {wrong}
            </p>
          )}
          <p class="hint" id={`${id}-hint`}>
            It must name {location.origin} in CORS_ORIGINS.
          </p>
        </div>
        <button type="submit" class="button primary" disabled={isAsking}>
          Connect
        </button>
      </form>
    </Page>
  );
}
