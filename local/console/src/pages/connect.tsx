import type { RefObject } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import {
  answersAt,
  chooseService,
  isAddressChosen,
  leaveService,
  parseAddress,
  serviceUrl,
} from '../api/connection.ts';
import { goToSignIn } from '../api/sign-in.ts';
import { enterToken, isSendable } from '../api/token.ts';
import { useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { Dialog } from '../ui/dialog.tsx';
import { LanguageChoice } from '../ui/language-choice.tsx';
import { Page } from '../ui/page.tsx';

/** Asks for a token. It stays until there is one: without, nothing can be shown. */
export function TokenQuestion({ wasRefused }: { wasRefused: boolean }) {
  const field = useRef<HTMLInputElement>(null);
  const service = useStore(serviceUrl);
  const [isUnsendable, setUnsendable] = useState(false);
  const fault = isUnsendable
    ? texts.frame.tokenUnsendable
    : wasRefused
      ? texts.frame.tokenRefused
      : undefined;
  useEffect(() => field.current?.focus(), []);
  const send = (event: Event) => {
    event.preventDefault();
    const token = field.current?.value.trim() ?? '';
    setUnsendable(token !== '' && !isSendable(token));
    if (isSendable(token)) enterToken(token);
  };
  return (
    <Dialog title={texts.frame.wantsToken} onClose={undefined}>
      <form class="form" onSubmit={send}>
        <p>{texts.frame.whoGivesToken(<strong dir="ltr">{service?.host}</strong>)}</p>
        <TokenField field={field} fault={fault} />
        <LanguageChoice />
        <div class="dialog-actions">
          {isAddressChosen && (
            <button type="button" class="button" onClick={leaveService}>
              {texts.frame.anotherService}
            </button>
          )}
          <button type="submit" class="button primary">
            {texts.frame.continue}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function TokenField({
  field,
  fault,
}: {
  field: RefObject<HTMLInputElement | null>;
  fault: string | undefined;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{texts.frame.accessToken}</label>
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
  );
}

/** Asks to sign in again, where a sign-in has ended or did not work. Nothing can be shown without. */
export function SignInQuestion({ hasFailed }: { hasFailed: boolean }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <Dialog title={texts.frame.signIn} onClose={undefined}>
      <p role="alert">{hasFailed ? texts.frame.signInFailed : texts.frame.signInEnded}</p>
      <LanguageChoice />
      <div class="dialog-actions">
        <button ref={button} type="button" class="button primary" onClick={() => void goToSignIn()}>
          {texts.frame.signIn}
        </button>
      </div>
    </Dialog>
  );
}

/** Asks where the service is, where these files are hosted by themselves. */
export function ServiceQuestion() {
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  const send = async (event: Event) => {
    event.preventDefault();
    const url = parseAddress(text);
    if (url === undefined) return setWrong(texts.frame.noAddress);
    setAsking(true);
    if (await answersAt(url)) return chooseService(url);
    setAsking(false);
    setWrong(texts.frame.noServiceThere(location.origin));
  };
  return (
    <Page title={texts.frame.whereIsService} lead={texts.frame.anyService}>
      <form class="form narrow panel" onSubmit={send} noValidate>
        <AddressField text={text} wrong={wrong} onText={setText} />
        <LanguageChoice />
        <button type="submit" class="button primary" disabled={isAsking}>
          {texts.frame.connect}
        </button>
      </form>
    </Page>
  );
}

interface AddressFieldProps {
  readonly text: string;
  readonly wrong: string | undefined;
  readonly onText: (text: string) => void;
}

function AddressField({ text, wrong, onText }: AddressFieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{texts.frame.addressOfService}</label>
      <input
        id={id}
        type="url"
        dir="ltr"
        placeholder="https://faces.example.com"
        value={text}
        aria-invalid={wrong !== undefined}
        aria-describedby={`${id}-hint${wrong === undefined ? '' : ` ${id}-wrong`}`}
        onInput={({ currentTarget }) => onText(currentTarget.value)}
      />
      {wrong !== undefined && (
        <p class="field-error" id={`${id}-wrong`} role="alert">
          {wrong}
        </p>
      )}
      <p class="hint" id={`${id}-hint`}>
        {texts.frame.mustName(location.origin)}
      </p>
    </div>
  );
}
