import { useEffect, useRef } from 'preact/hooks';
import { includesRole, type Role } from '../../../lib/contract/role.ts';
import { caller, refusals, useLacks, useMay } from './api/caller.ts';
import {
  isAddressChosen,
  leaveService,
  probe,
  reachability,
  serviceUrl,
  userPool,
} from './api/connection.ts';
import { getStatus } from './api/endpoints.ts';
import { tokenQuestion, tokensEntered } from './api/token.ts';
import { followChecks } from './follow-checks.ts';
import { announce } from './notices.ts';
import { language, showsUtc } from './page-language.ts';
import { AddPersonPage } from './pages/add-person.tsx';
import { AuditPage } from './pages/audit.tsx';
import { BlacklistPage } from './pages/blacklist.tsx';
import { CamerasPage } from './pages/cameras.tsx';
import { CheckPage } from './pages/check.tsx';
import { ComparePage } from './pages/compare.tsx';
import { ServiceQuestion, SignInQuestion, TokenQuestion } from './pages/connect.tsx';
import { DoorPage } from './pages/door.tsx';
import { EntryPage } from './pages/entry.tsx';
import { HistoryPage } from './pages/history.tsx';
import { ImportPage } from './pages/import.tsx';
import { PrivacyPage } from './pages/privacy.tsx';
import { ProcessedPage } from './pages/processed.tsx';
import { StatusPage } from './pages/status.tsx';
import { TokensPage } from './pages/tokens.tsx';
import { keyOf, paths, type Route, route } from './routes.ts';
import { useStore } from './store.ts';
import { texts } from './texts.ts';
import { AlertBar, Bell, SoundHeldBack } from './ui/bell.tsx';
import { ForRole } from './ui/for-role.tsx';
import { Icon, type IconName } from './ui/icon.tsx';
import { LiveRegion, Notices, Toasts } from './ui/live.tsx';
import { Page } from './ui/page.tsx';
import { Notice } from './ui/states.tsx';

const askAgainMs = 5_000;
/** Time after which the page asks for the caller's role once more: no answer tells that one may do more. */
const roleEveryMs = 60_000;

interface Section {
  /** Name of the section, and of its text. */
  readonly name: 'check' | 'blacklist' | 'history' | 'status';
  readonly icon: IconName;
  /** Least role that may use it; undefined if each may. */
  readonly role?: Role;
  readonly pages: readonly Route['page'][];
}

const sections: readonly Section[] = [
  { name: 'check', icon: 'check', role: 'check', pages: ['check', 'door', 'compare'] },
  { name: 'blacklist', icon: 'people', role: 'desk', pages: ['blacklist', 'add-person', 'import', 'entry'] },
  { name: 'history', icon: 'history', role: 'desk', pages: ['history', 'processed'] },
  {
    name: 'status',
    icon: 'status',
    pages: ['status', 'cameras', 'audit', 'tokens', 'privacy'],
  },
];

/** Roles of the pages that show nothing to a lesser one. */
const pageRoles: Partial<Record<Route['page'], Role>> = {
  check: 'check',
  door: 'check',
  compare: 'check',
  blacklist: 'desk',
  'add-person': 'editor',
  import: 'editor',
  entry: 'desk',
  history: 'desk',
  processed: 'check',
  cameras: 'desk',
  audit: 'admin',
  tokens: 'admin',
  privacy: 'admin',
};

export function App() {
  const shown = useStore(route);
  const service = useStore(serviceUrl);
  const question = useStore(tokenQuestion);
  const signsIn = useStore(userPool) !== undefined;
  useCaller(service);
  // Each role knows from a match when its entry ends; the others come with the events.
  useEffect(followChecks, []);
  // Everything below is drawn again in another language, and keeps what was entered.
  useStore(language);
  useStore(showsUtc);
  return (
    <>
      <button type="button" class="skip" onClick={() => document.querySelector<HTMLElement>('h1')?.focus()}>
        {texts.frame.skip}
      </button>
      <Header page={shown.page} isConnected={service !== undefined} />
      <Notices>
        <Offline />
        <SoundHeldBack />
        <AlertBar />
        <Toasts />
      </Notices>
      {service === undefined ? <ServiceQuestion /> : <AllowedPage key={keyOf(shown)} route={shown} />}
      {question &&
        (signsIn ? (
          <SignInQuestion hasFailed={question.hasFailed === true} />
        ) : (
          <TokenQuestion wasRefused={question.wasRefused} />
        ))}
      <LiveRegion />
    </>
  );
}

/** Asks who uses the page, until that is known, because each page offers what that person may do. */
function useCaller(service: URL | undefined): void {
  const isKnown = useStore(caller) !== undefined;
  // Another token may be somebody else's, and a refusal may tell of another role.
  const doubt = `${useStore(tokensEntered)} ${useStore(refusals)}`;
  const asked = useRef(doubt);
  useEffect(() => {
    if (service === undefined || (isKnown && asked.current === doubt)) return;
    asked.current = doubt;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isGone = false;
    const ask = async () => {
      // A page shows by itself what fails.
      const status = await getStatus().catch(() => undefined);
      if (status === undefined && !isGone) timer = setTimeout(() => void ask(), askAgainMs);
    };
    void ask();
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [service, isKnown, doubt]);
  useEffect(() => {
    if (service === undefined) return;
    const timer = setInterval(() => {
      if (!document.hidden) void getStatus().catch(() => {});
    }, roleEveryMs);
    return () => clearInterval(timer);
  }, [service]);
}

function Header({ page, isConnected }: { page: Route['page']; isConnected: boolean }) {
  const mayNotCheck = useLacks('check');
  return (
    <header class="header">
      <a class="brand" href={mayNotCheck ? paths.status : paths.check}>
        <img src="./favicon.svg" alt="" />
        <span>Face Blacklist</span>
      </a>
      <nav aria-label={texts.frame.sections}>
        {sections.map(({ name, icon, role, pages }) => {
          const link = (
            <a key={name} href={paths[name]} aria-current={pages.includes(page) ? 'page' : undefined}>
              <Icon name={icon} />
              {texts.frame[name]}
            </a>
          );
          if (role === undefined) return link;
          return (
            <ForRole key={name} least={role}>
              {link}
            </ForRole>
          );
        })}
      </nav>
      {isConnected && <Bell />}
    </header>
  );
}

/** Shows that the service does not answer, and later that it does again. */
function Offline() {
  const isUnreachable = useStore(reachability) === 'unreachable';
  const was = useRef(false);
  useEffect(() => {
    if (was.current && !isUnreachable) announce(texts.frame.connectionBack);
    was.current = isUnreachable;
  }, [isUnreachable]);
  if (!isUnreachable) return null;
  return (
    <div class="offline" role="alert">
      <Icon name="warning" />
      <span>{texts.frame.outOfDate}</span>
      <button type="button" class="button" onClick={() => void probe()}>
        {texts.frame.tryNow}
      </button>
      {isAddressChosen && (
        <button type="button" class="button" onClick={leaveService}>
          {texts.frame.anotherService}
        </button>
      )}
    </div>
  );
}

/** Shows the page, unless the caller's role may not see it. Then it tells what that role may do. */
function AllowedPage({ route: shown }: { route: Route }) {
  const role = useStore(caller)?.role;
  if (role === undefined || includesRole(role, pageRoles[shown.page] ?? 'metrics'))
    return <CurrentPage route={shown} />;
  const section = sections.find(({ pages }) => pages.includes(shown.page));
  return (
    <Page title={texts.frame[section?.name ?? 'status']}>
      <Notice kind="info">
        <p>{texts.frame.roleMayNotSee}</p>
        <p>{texts.frame.withError(role, texts.service.roles[role])}</p>
      </Notice>
    </Page>
  );
}

function CurrentPage({ route: shown }: { route: Route }) {
  switch (shown.page) {
    case 'check':
      return <CheckPage />;
    case 'compare':
      return <ComparePage query={shown.query} />;
    case 'door':
      return <DoorPage />;
    case 'blacklist':
      return <BlacklistPage />;
    case 'add-person':
      return <AddPersonPage />;
    case 'import':
      return <ImportPage />;
    case 'entry':
      return <EntryPage id={shown.id} />;
    case 'history':
      return <HistoryPage query={shown.query} />;
    case 'processed':
      return <ProcessedPage id={shown.id} />;
    case 'status':
      return <StatusPage />;
    case 'audit':
      return <AuditPage query={shown.query} />;
    case 'cameras':
      return <CamerasPage />;
    case 'tokens':
      return <TokensPage />;
    case 'privacy':
      return <PrivacyPage />;
    case 'unknown':
      return <UnknownPage />;
  }
}

function UnknownPage() {
  const mayCheck = useMay('check');
  const mayLook = useMay('desk');
  return (
    <Page title={texts.frame.noSuchPage}>
      <p>
        {texts.frame.wrongAddress(
          (text) => (mayCheck ? <a href={paths.check}>{text}</a> : text),
          (text) => (mayLook ? <a href={paths.blacklist}>{text}</a> : text),
        )}
      </p>
    </Page>
  );
}
